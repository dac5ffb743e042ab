//! What threads share, and time, by one name each: the standard library's own, or, where a model is run, `loom`'s, which tries the orders
//! in which threads can come and everything that the memory model lets them see.
//!
//! Used by what is modelled: ring and wake, registry and threads, shards, the collector, deliveries, the end. See `docs/models.md`.
//!
//! Invariant: outside of models every name here is the standard library's, or nothing at all once it is compiled.

#[cfg(all(test, feagi_observability_model))]
mod modelled;
#[cfg(not(all(test, feagi_observability_model)))]
mod real;

#[cfg(all(test, feagi_observability_model))]
pub(crate) use modelled::*;
#[cfg(not(all(test, feagi_observability_model)))]
pub(crate) use real::*;
