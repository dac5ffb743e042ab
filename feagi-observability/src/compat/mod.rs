//! The interface of version 0.0.53, which FEAGI's crates call today.
//!
//! Owns per-crate debug flags ([`cli`]), `init_logging` ([`init_logging`]) and the ring of recent log records
//! ([`ring_layer`]). It receives `tracing` events and gives them to the console, to the files of the run and to
//! the ring. After `init_observability` the ring is a view of the recent store of `collect`.
//!
//! Invariant: nothing here prints. What goes wrong after `init_logging` is counted, and read from the guard.

pub mod cli;
pub(crate) mod init_logging;
pub mod ring_layer;

mod capture;
mod clock;
mod console;
mod env_filter;
mod escape;
mod known_crates;
mod line_writer;
mod recent_lines;
mod run_layer;
mod search;

#[cfg(feature = "file-logging")]
mod json_line;
#[cfg(feature = "file-logging")]
mod retention;
#[cfg(feature = "file-logging")]
mod run_files;
#[cfg(feature = "file-logging")]
mod run_folder;

// Both have the same interface, so that no other file asks which one is there.
#[cfg(not(feature = "file-logging"))]
#[path = "no_run_files.rs"]
mod run_files;

pub use known_crates::KNOWN_CRATES;

/// The version of this crate, as its manifest states it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
