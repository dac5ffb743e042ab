//! What the tests against real counterparts share: a run of `emit`, and the programs that judge what it leaves.

pub mod buffer;
pub mod captured;
pub mod counterpart;
pub mod exporting;
pub mod receiver;
pub mod rotel;
pub mod run;
pub mod shared;

/// The README's example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// The examples of the page about other crates' signals.
#[cfg(doctest)]
#[doc = include_str!("../../feagi-observability/docs/foreign.md")]
pub struct Foreign;

/// The examples of the page about contexts between processes, too.
#[cfg(doctest)]
#[doc = include_str!("../../feagi-observability/docs/propagation.md")]
pub struct Propagation;
