//! How much is held and how long is waited.

use crate::config::ExportConfig;
use crate::error::ObservabilityError;
use std::time::Duration;

/// The largest single record that is taken, whatever the batch would hold.
const RECORD_BYTES: usize = 256 << 10;

/// How much is held and how long is waited.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) record_bytes: usize,
    pub(crate) batch_records: u64,
    pub(crate) batch_bytes: usize,
    pub(crate) batch_age: Duration,
    pub(crate) queue_records: u64,
    pub(crate) queue_bytes: usize,
    /// One request, from name resolution to the last byte of the reply.
    pub(crate) request: Duration,
    pub(crate) first_backoff: Duration,
    pub(crate) longest_backoff: Duration,
    /// The most that a collector's wish to wait is obeyed.
    pub(crate) longest_retry_after: Duration,
    /// A batch is given up when a retry would begin later than this.
    pub(crate) give_up: Duration,
}

impl Limits {
    /// Checks what the user sets; the waits are ours.
    ///
    /// # Errors
    /// [`ObservabilityError::Config`] for what is zero, and for a batch that no queue could take.
    pub(crate) fn new(config: &ExportConfig) -> Result<Self, ObservabilityError> {
        let sizes = [
            ("batch_records", config.batch_records),
            ("batch_bytes", config.batch_bytes),
            ("batch_age_ms", config.batch_age_ms),
            ("queue_records", config.queue_records),
            ("queue_bytes", config.queue_bytes),
            ("timeout_ms", config.timeout_ms),
            ("give_up_ms", config.give_up_ms),
            ("metrics_interval_ms", config.metrics_interval_ms),
            ("traces.timeout_ms", config.traces.timeout_ms.unwrap_or(1)),
            ("logs.timeout_ms", config.logs.timeout_ms.unwrap_or(1)),
            ("metrics.timeout_ms", config.metrics.timeout_ms.unwrap_or(1)),
            ("zipkin_timeout_ms", config.zipkin_timeout_ms.unwrap_or(1)),
        ];
        if let Some((field, _)) = sizes.into_iter().find(|(_, size)| *size == 0) {
            return Err(failed(format!("`telemetry.export.{field}` is 0; write a number from 1")));
        }
        let pairs = [
            ("records", config.batch_records, config.queue_records),
            ("bytes", config.batch_bytes, config.queue_bytes),
        ];
        if let Some((unit, batch, queue)) = pairs.into_iter().find(|(_, batch, queue)| batch > queue) {
            return Err(failed(format!(
                "`telemetry.export.queue_{unit}` is {queue}, less than a batch: `telemetry.export.batch_{unit}` is {batch}; make it at \
                 least as large"
            )));
        }
        Ok(Limits {
            record_bytes: RECORD_BYTES.min(size(config.batch_bytes)),
            batch_records: config.batch_records,
            batch_bytes: size(config.batch_bytes),
            batch_age: Duration::from_millis(config.batch_age_ms),
            queue_records: config.queue_records,
            queue_bytes: size(config.queue_bytes),
            request: Duration::from_millis(config.timeout_ms),
            give_up: Duration::from_millis(config.give_up_ms),
            ..Default::default()
        })
    }
}

fn size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

fn failed(text: String) -> ObservabilityError {
    ObservabilityError::Config(text)
}

/// Those of [`ExportConfig`]'s defaults.
impl Default for Limits {
    fn default() -> Self {
        Limits {
            record_bytes: RECORD_BYTES,
            batch_records: 512,
            batch_bytes: 512 << 10,
            batch_age: Duration::from_secs(1),
            queue_records: 32 << 10,
            queue_bytes: 16 << 20,
            request: Duration::from_secs(10),
            first_backoff: Duration::from_millis(100),
            longest_backoff: Duration::from_secs(5),
            longest_retry_after: Duration::from_secs(30),
            give_up: Duration::from_secs(60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: fn(&mut ExportConfig)) -> String {
        let mut config = ExportConfig::default();
        change(&mut config);
        Limits::new(&config).unwrap_err().to_string()
    }

    #[test]
    fn the_defaults_of_the_configuration_are_those_of_the_limits() {
        let limits = Limits::new(&ExportConfig::default()).unwrap();
        assert_eq!(format!("{limits:?}"), format!("{:?}", Limits::default()));
    }

    #[test]
    fn what_could_never_send_anything_is_refused_with_field_and_remedy() {
        let error = refused(|config| config.batch_records = 0);
        assert!(
            error.contains("`telemetry.export.batch_records` is 0") && error.contains("from 1"),
            "{error}"
        );
        let error = refused(|config| config.queue_records = 100);
        assert!(
            error.contains("`telemetry.export.queue_records` is 100") && error.contains("512"),
            "{error}"
        );
        let error = refused(|config| config.queue_bytes = 1000);
        assert!(error.contains("`telemetry.export.queue_bytes` is 1000"), "{error}");
    }

    #[test]
    fn a_record_is_never_larger_than_a_batch() {
        let config = ExportConfig { batch_bytes: 1000, ..Default::default() };
        assert_eq!(Limits::new(&config).unwrap().record_bytes, 1000);
    }
}
