//! One annotation makes span, log line, metrics and profiling hook, all under one id.

pub mod compat;

pub use compat::cli::{self, *};
pub use compat::init_logging::{LineCounts, LoggingGuard, init_logging, init_logging_default};
pub use compat::ring_layer::{
    self, CAPACITY_ENV_VAR, DEFAULT_CAPACITY, LogRecord, LogRingBuffer, RingBufferLayer, capacity_from_env,
    global_ring, install_global_ring,
};
pub use compat::{KNOWN_CRATES, VERSION};
