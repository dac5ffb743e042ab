//! Macros whose names the crate's root gives to something else.

/// See the macro; at the root, `instrument` is the attribute.
pub use feagi_observability_macros::instrument_event as instrument;
