//! What the tests against real counterparts share: a run of `emit`, and the programs that judge what it leaves.

pub mod counterpart;
pub mod run;
