//! Whatever else FEAGI has to say.

use feagi_observability_macros::Event;

/// What FEAGI says without counting it.
#[doc = include_str!("../../docs/events/feagi.md")]
#[derive(Event)]
#[event(
    name = "feagi",
    level = "error",
    target = "feagi",
    metric = false,
    macros(error, warn, debug, export),
    crate = crate
)]
struct Feagi;
