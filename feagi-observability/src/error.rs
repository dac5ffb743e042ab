//! Everything that starting and stopping can go wrong with.

use std::io;
use std::path::PathBuf;

/// Why observability could not be started, or a profile not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ObservabilityError {
    /// A field or a file holds what cannot be used; the text names field, value and remedy.
    #[error("configuration: {0}")]
    Config(String),
    /// Asked for something that was not compiled in.
    #[error("`{field}` needs the feature `{feature}`; add it to this crate's features in Cargo.toml")]
    FeatureMissing {
        /// The configuration field that asked.
        field: &'static str,
        /// The feature to enable.
        feature: &'static str,
    },
    /// Asked for a signal that a cfg has taken out of the program.
    #[error(
        "`{field}` needs the signal `{signal}`, which `--cfg feagi_observability_off` or `--cfg feagi_observability_off=\"{signal}\"` has \
         compiled out; remove the field, or the cfg from RUSTFLAGS"
    )]
    CompiledOut {
        /// The configuration field that asked.
        field: &'static str,
        /// The signal, as the cfg names it.
        signal: &'static str,
    },
    /// `init_observability` has been called before in this process.
    #[error("observability is already initialised; call `init_observability` once, and keep its manager")]
    AlreadyInitialized,
    /// The host has set its own global subscriber.
    #[error(
        "a global {what} is already set; initialise observability before it, or say `telemetry.subscriber = \"host\"` and give it the layer"
    )]
    GlobalAlreadySet {
        /// What it has set.
        what: &'static str,
    },
    /// A file or folder cannot be written.
    #[error("cannot write `{}` (from `{field}`): {source}", path.display())]
    Write {
        /// The configuration field that names it.
        field: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The address of the server is taken or not allowed.
    #[error(
        "cannot listen on `{address}` (from `telemetry.listen`): {source}; choose a free loopback address"
    )]
    Listen {
        /// The address.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// Two metrics have one name, or names that would be one family on the page.
    #[error("metric `{name}` clashes with an earlier one: {first}, then {second}; {remedy}")]
    MetricClash {
        /// The later metric's name.
        name: String,
        /// The earlier one, with its kind, and its owner or the place of its site.
        first: String,
        /// The later one.
        second: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The profiler refuses its configuration.
    #[error(transparent)]
    Profiling(#[from] crate::profiling::ProfilingError),
    /// A thread of ours could not be started.
    #[error("cannot start the collector thread: {0}")]
    Thread(io::Error),
}
