//! How much is gathered and how long is waited: `OTEL_BSP_*`, for all signals, and `OTEL_METRIC_EXPORT_INTERVAL`. Times are milliseconds.

use super::Environment;
use crate::config::ExportConfig;

pub(super) fn change(environment: &mut Environment<'_>, config: &mut ExportConfig) {
    let slots = [
        ("OTEL_BSP_SCHEDULE_DELAY", &mut config.batch_age_ms),
        ("OTEL_BSP_EXPORT_TIMEOUT", &mut config.give_up_ms),
        ("OTEL_BSP_MAX_QUEUE_SIZE", &mut config.queue_records),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", &mut config.batch_records),
        ("OTEL_METRIC_EXPORT_INTERVAL", &mut config.metrics_interval_ms),
    ];
    for (name, slot) in slots {
        *slot = environment.number(name).unwrap_or(*slot);
    }
    if config.batch_records > config.queue_records {
        let is_set = |environment: &mut Environment<'_>, name| environment.text(name).is_some();
        // Of a file's it is an error, which is found when observability starts.
        if is_set(environment, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE") {
            let what = "is more than the queue holds; it is taken for what the queue holds";
            environment.warn("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", what);
            config.batch_records = config.queue_records;
        } else if is_set(environment, "OTEL_BSP_MAX_QUEUE_SIZE") {
            config.batch_records = config.queue_records;
        }
    }
}
