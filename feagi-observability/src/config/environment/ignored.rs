//! Variables of the specification that change nothing here: better told than passed over.
//!
//! `OTEL_EXPORTER_OTLP_INSECURE` is not among them: it is for addresses without a scheme, and all of ours have one. `OTEL_LOG_LEVEL` is the
//! level of what an SDK says of itself, which this one counts instead.

use super::Environment;

/// A variable, what it may say without a difference to us, and what holds instead.
type Ignored = (&'static str, &'static [&'static str], &'static str);

const CUMULATIVE: &str = "is not read; metrics are cumulative";
const BOUNDS: &str = "is not read; a record has its own bounds, and what is cut is counted";
const BSP: &str = "is not read; lines are gathered as `OTEL_BSP_*` says";

const ALL: [Ignored; 19] = [
    ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", &["cumulative"], CUMULATIVE),
    (
        "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
        &["explicit_bucket_histogram"],
        "is not read; histograms have the buckets of their site",
    ),
    (
        "OTEL_METRIC_EXPORT_TIMEOUT",
        &[],
        "is not read; the longest request is `OTEL_EXPORTER_OTLP_METRICS_TIMEOUT`",
    ),
    ("OTEL_METRICS_EXEMPLAR_FILTER", &["trace_based"], "is not read; exemplars are of kept traces"),
    ("OTEL_EXPORTER_PROMETHEUS_HOST", &[], "is not read; set `telemetry.listen`"),
    ("OTEL_EXPORTER_PROMETHEUS_PORT", &[], "is not read; set `telemetry.listen`"),
    (
        "OTEL_PROPAGATORS",
        &["tracecontext,baggage", "baggage,tracecontext"],
        "is not read; contexts travel as `tracecontext,baggage`",
    ),
    ("OTEL_BLRP_SCHEDULE_DELAY", &[], BSP),
    ("OTEL_BLRP_EXPORT_TIMEOUT", &[], BSP),
    ("OTEL_BLRP_MAX_QUEUE_SIZE", &[], BSP),
    ("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", &[], BSP),
    ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", &[], BOUNDS),
    ("OTEL_ATTRIBUTE_COUNT_LIMIT", &[], BOUNDS),
    ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", &[], BOUNDS),
    ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", &[], BOUNDS),
    ("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", &[], BOUNDS),
    ("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", &[], BOUNDS),
    ("OTEL_CONFIG_FILE", &[], "is not read; `ObservabilityConfig::load` reads a file of its own format"),
    (
        "OTEL_EXPERIMENTAL_CONFIG_FILE",
        &[],
        "is not read; `ObservabilityConfig::load` reads a file of its own format",
    ),
];

pub(super) fn warn(environment: &mut Environment<'_>) {
    for (name, same, instead) in ALL {
        let Some(value) = environment.text(name) else { continue };
        let value: String = value.to_ascii_lowercase().split_whitespace().collect();
        if !same.contains(&value.as_str()) {
            environment.warn(name, instead);
        }
    }
}
