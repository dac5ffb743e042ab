//! The names and signatures of version 0.0.53 that FEAGI compiles against. What is checked here is that it builds.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use feagi_observability::{
    CAPACITY_ENV_VAR, CrateDebugFlags, DEFAULT_CAPACITY, KNOWN_CRATES, LogRecord, LogRingBuffer,
    LoggingGuard, RingBufferLayer, VERSION,
};

type InitLogging =
    fn(&CrateDebugFlags, Option<PathBuf>, Option<u64>, Option<usize>) -> anyhow::Result<LoggingGuard>;
type Snapshot = fn(
    &LogRingBuffer,
    Option<i64>,
    Option<&str>,
    Option<&str>,
    Option<usize>,
    Option<&str>,
) -> Vec<LogRecord>;

const _: InitLogging = feagi_observability::init_logging;
const _: fn(&CrateDebugFlags) -> anyhow::Result<LoggingGuard> = feagi_observability::init_logging_default;
const _: fn(&LoggingGuard) -> &Path = LoggingGuard::log_dir;

const _: fn(Vec<String>) -> CrateDebugFlags = CrateDebugFlags::from_args::<Vec<String>>;
const _: fn(std::env::Args) -> CrateDebugFlags = CrateDebugFlags::from_args;
const _: fn(&CrateDebugFlags, &str) -> bool = CrateDebugFlags::is_enabled;
const _: fn(&CrateDebugFlags) -> Vec<&String> = CrateDebugFlags::enabled_crates;
const _: fn(&CrateDebugFlags) -> bool = CrateDebugFlags::any_enabled;
const _: fn(&CrateDebugFlags, &str) -> tracing::Level = CrateDebugFlags::log_level;
const _: fn(&CrateDebugFlags) -> String = CrateDebugFlags::to_filter_string;
const _: fn() -> CrateDebugFlags = feagi_observability::parse_debug_flags;
const _: fn() -> String = feagi_observability::debug_flags_help;

const _: fn(usize) -> LogRingBuffer = LogRingBuffer::new;
const _: fn(&LogRingBuffer) -> usize = LogRingBuffer::capacity;
const _: fn(&LogRingBuffer, LogRecord) = LogRingBuffer::push;
const _: Snapshot = LogRingBuffer::snapshot;
const _: fn(&LogRingBuffer) = LogRingBuffer::clear;
const _: fn(Arc<LogRingBuffer>) -> RingBufferLayer = RingBufferLayer::new;
const _: fn(usize) -> Arc<LogRingBuffer> = feagi_observability::install_global_ring;
const _: fn() -> Option<Arc<LogRingBuffer>> = feagi_observability::global_ring;
const _: fn() -> usize = feagi_observability::capacity_from_env;

const _: &[&str] = KNOWN_CRATES;

// The modules that held them.
const _: fn() -> feagi_observability::cli::CrateDebugFlags = feagi_observability::cli::parse_debug_flags;
const _: fn() -> String = feagi_observability::cli::debug_flags_help;
const _: fn() -> Option<Arc<feagi_observability::ring_layer::LogRingBuffer>> =
    feagi_observability::ring_layer::global_ring;

fn is_serializable_value<T: std::fmt::Debug + Clone + Send + Sync>() {}
fn is_shared<T: Send + Sync>() {}
fn is_layer<L: tracing_subscriber::Layer<tracing_subscriber::Registry>>() {}

#[test]
fn types_have_the_traits_that_callers_rely_on() {
    is_serializable_value::<LogRecord>();
    is_serializable_value::<CrateDebugFlags>();
    is_shared::<LogRingBuffer>();
    is_shared::<LoggingGuard>();
    is_layer::<RingBufferLayer>();
    let CrateDebugFlags { enabled_crates } = CrateDebugFlags::default();
    let none: HashMap<String, bool> = enabled_crates;
    assert!(none.is_empty());
}

#[test]
fn constants_keep_their_values() {
    assert_eq!(VERSION, "0.0.53");
    assert_eq!(DEFAULT_CAPACITY, 2_000);
    assert_eq!(CAPACITY_ENV_VAR, "FEAGI_LOG_RING_BUFFER_CAPACITY");
    let first_and_last = (KNOWN_CRATES.len(), KNOWN_CRATES[0], KNOWN_CRATES[11]);
    assert_eq!(first_and_last, (12, "feagi-api", "feagi-connectome-serialization"));
}

#[test]
fn every_field_of_a_record_can_be_read_and_is_serialized() {
    let record = LogRecord {
        timestamp_ms: 1_i64,
        level: String::from("INFO"),
        target: String::from("feagi-api"),
        file: String::from("src/lib.rs"),
        line: 7_u32,
        message: String::from("ready"),
        fields: None::<serde_json::Value>,
    };
    let without = serde_json::json!({
        "timestamp_ms": 1, "level": "INFO", "target": "feagi-api", "file": "src/lib.rs", "line": 7, "message": "ready",
    });
    assert_eq!(serde_json::to_value(&record).unwrap(), without);
    let with = LogRecord { fields: Some(serde_json::json!({ "port": 8_000 })), ..record };
    assert_eq!(serde_json::to_value(with).unwrap()["fields"]["port"], 8_000);
}
