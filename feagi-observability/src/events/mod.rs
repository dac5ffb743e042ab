//! FEAGI's own events: schemas, of which the derive makes the families of macros at the crate's root.
//!
//! Receives nothing: the macros go the way that every user's event goes. Their documentation stands in `docs/events`.

mod api;
mod burst;
mod feagi;
mod genome;
