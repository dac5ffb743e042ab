//! What the examples share and what can be tested without running one: the command line, the checks before a run,
//! the random numbers, the pace, the digest and the summary file.
//!
//! The examples themselves live beside this folder, one folder each, because they are meant to be read as programs.

pub mod args;
pub mod digest;
pub mod pace;
pub mod phase_times;
pub mod preflight;
pub mod rng;
pub mod summary;
pub mod usage_error;
