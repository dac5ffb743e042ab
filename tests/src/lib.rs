//! What the tests against real counterparts share: a run of `emit`, and the programs that judge what it leaves.

pub mod captured;
pub mod counterpart;
pub mod run;
pub mod shared;

/// The README's example is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
