//! Configuration from a TOML file and the environment.

use super::{ObservabilityConfig, environment};
use crate::error::ObservabilityError;
use std::path::Path;

impl ObservabilityConfig {
    /// Reads a TOML file, and then the environment as [`from_env`](Self::from_env) does; what both leave out keeps its default, a key that does
    /// not exist is an error.
    ///
    /// # Errors
    /// [`ObservabilityError::Config`] names the file, and the line and key where there is one.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ObservabilityError> {
        let path = path.as_ref();
        let failed = |why: String| ObservabilityError::Config(format!("`{}`: {why}", path.display()));
        let text =
            std::fs::read_to_string(path).map_err(|e| failed(format!("{e}; name a readable TOML file")))?;
        let mut config = toml::from_str(&text).map_err(|e| {
            let line = e.span().map(|span| 1 + text.get(..span.start).unwrap_or("").matches('\n').count());
            let at = line.map_or_else(String::new, |line| format!("line {line}: "));
            failed(format!("{at}{}", e.message().replace('\n', "; ")))
        })?;
        environment::apply(&mut config);
        Ok(config)
    }

    /// The defaults, changed by the `OTEL_*` variables of the OpenTelemetry specification, by `RUST_LOG`, which is
    /// [`logging.level`](crate::LoggingConfig::level), and by `FEAGI_LOG_RING_BUFFER_CAPACITY`, which is
    /// `logging.recent`.
    ///
    /// `OTEL_EXPORTER_OTLP_ENDPOINT` and `…_TRACES_ENDPOINT` turn tracing on; to the first `/v1/traces` is appended, the second is taken as it
    /// stands. Protocol, headers, longest request, compression and certificates of a signal stand before those of all. Logs and metrics are sent if `OTEL_LOGS_EXPORTER` or `OTEL_METRICS_EXPORTER` is `otlp`. `OTEL_SDK_DISABLED` turns spans,
    /// metrics and all sending off. A variable that cannot be used changes nothing, and is a line at level WARN when observability starts.
    ///
    /// ```
    /// use feagi_observability::ObservabilityConfig;
    /// let mut config = ObservabilityConfig::from_env();
    /// config.logging.level = "debug".to_owned();
    /// ```
    pub fn from_env() -> Self {
        let mut config = ObservabilityConfig::default();
        environment::apply(&mut config);
        config
    }
}
