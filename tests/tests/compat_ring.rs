//! The ring of recent log records: its bounds, its search, and how an event becomes a record.

use std::fmt;
use std::sync::Arc;

use feagi_observability::{
    CAPACITY_ENV_VAR, LogRecord, LogRingBuffer, RingBufferLayer, capacity_from_env, global_ring,
    install_global_ring,
};
use tracing_subscriber::layer::SubscriberExt;

fn record(timestamp_ms: i64, level: &str, target: &str, message: &str) -> LogRecord {
    LogRecord {
        timestamp_ms,
        level: level.into(),
        target: target.into(),
        file: String::new(),
        line: 0,
        message: message.into(),
        fields: None,
    }
}

fn messages(records: &[LogRecord]) -> Vec<&str> {
    records.iter().map(|record| record.message.as_str()).collect()
}

fn filled() -> LogRingBuffer {
    let ring = LogRingBuffer::new(10);
    ring.push(record(100, "DEBUG", "feagi-api", "Request parsed"));
    ring.push(record(200, "ERROR", "feagi-burst-engine", "burst failed"));
    ring.push(record(300, "WARN", "feagi-api", "slow REQUEST"));
    ring.push(record(300, "custom", "other", "level of its own"));
    ring
}

/// The records that `log` leaves behind.
fn logged(log: impl FnOnce()) -> Vec<LogRecord> {
    let ring = Arc::new(LogRingBuffer::new(10));
    let subscriber = tracing_subscriber::registry().with(RingBufferLayer::new(Arc::clone(&ring)));
    tracing::subscriber::with_default(subscriber, log);
    ring.snapshot(None, None, None, None, None)
}

#[test]
fn the_oldest_record_makes_room_for_a_new_one() {
    let ring = LogRingBuffer::new(3);
    for number in 0..5 {
        ring.push(record(number, "INFO", "t", &number.to_string()));
    }
    assert_eq!(ring.capacity(), 3);
    assert_eq!(messages(&ring.snapshot(None, None, None, None, None)), ["2", "3", "4"]);
}

#[test]
fn a_ring_without_capacity_stays_empty() {
    let ring = LogRingBuffer::new(0);
    ring.push(record(0, "INFO", "t", "x"));
    assert_eq!(ring.snapshot(None, None, None, None, None).len(), 0);
}

#[test]
fn since_keeps_records_of_that_millisecond_and_later() {
    assert_eq!(filled().snapshot(Some(200), None, None, None, None).len(), 3);
    assert_eq!(filled().snapshot(Some(201), None, None, None, None).len(), 2);
}

#[test]
fn a_least_level_is_read_in_any_case_and_lets_unknown_levels_pass() {
    let at_least = |level| filled().snapshot(None, Some(level), None, None, None).len();
    assert_eq!((at_least("warn"), at_least("Warning"), at_least("ERROR")), (3, 3, 2));
    assert_eq!((at_least("trace"), at_least("nonsense")), (4, 4));
}

#[test]
fn a_target_is_matched_by_its_beginning_and_a_message_by_any_part() {
    let ring = filled();
    assert_eq!(ring.snapshot(None, None, Some("feagi-"), None, None).len(), 3);
    assert_eq!(ring.snapshot(None, None, Some("api"), None, None).len(), 0);
    let by_message = ring.snapshot(None, None, None, None, Some("  reQuest "));
    assert_eq!(messages(&by_message), ["Request parsed", "slow REQUEST"]);
    assert_eq!(ring.snapshot(None, None, None, None, Some("  ")).len(), 4, "blank asks for nothing");
}

#[test]
fn a_limit_keeps_the_newest_of_what_passes_in_the_order_of_time() {
    let limited = filled().snapshot(None, None, Some("feagi-"), Some(2), None);
    assert_eq!(messages(&limited), ["burst failed", "slow REQUEST"]);
    assert_eq!(filled().snapshot(None, None, None, Some(0), None).len(), 0);
}

#[test]
fn a_cleared_ring_is_empty_and_fills_again() {
    let ring = filled();
    ring.clear();
    ring.push(record(1, "INFO", "t", "after"));
    assert_eq!(messages(&ring.snapshot(None, None, None, None, None)), ["after"]);
}

#[test]
fn records_of_many_threads_are_all_there() {
    let ring = LogRingBuffer::new(4_000);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..1_000).for_each(|number| ring.push(record(number, "INFO", "t", "x"))));
        }
    });
    assert_eq!(ring.snapshot(None, None, None, None, None).len(), 4_000);
}

#[test]
fn an_event_keeps_its_place_its_message_and_the_types_of_its_fields() {
    let records = logged(|| {
        tracing::warn!(target: "feagi-api", n = -1, u = 2_u64, f = 0.5, b = true, s = "text", d = ?Some(1), "at {}", 3);
        tracing::info!(only = 1);
    });
    let first = &records[0];
    assert_eq!(
        (first.level.as_str(), first.target.as_str(), first.message.as_str()),
        ("WARN", "feagi-api", "at 3")
    );
    assert!(
        first.file.ends_with("compat_ring.rs") && first.line > 0 && first.timestamp_ms > 1_600_000_000_000
    );
    let fields = serde_json::json!({ "n": -1, "u": 2, "f": 0.5, "b": true, "s": "text", "d": "Some(1)" });
    assert_eq!(first.fields, Some(fields));
    assert_eq!((records[1].message.as_str(), records[1].target.as_str()), ("", "compat_ring"));
    assert!(logged(|| tracing::info!("bare"))[0].fields.is_none());
}

struct Panics;
struct Fails;
struct Endless;

impl fmt::Debug for Panics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("half a ")?;
        std::panic::resume_unwind(Box::new("a broken value"))
    }
}

impl fmt::Debug for Fails {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}

impl fmt::Debug for Endless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        loop {
            f.write_str("é…")?;
        }
    }
}

#[test]
fn a_value_that_cannot_be_formatted_costs_itself_and_nothing_else() {
    let records = logged(|| {
        tracing::info!(bad = ?Panics, worse = ?Fails, "still here");
        tracing::info!("after it");
    });
    let fields = serde_json::json!({ "bad": "half a <panicked>", "worse": "<format error>" });
    assert_eq!(records[0].fields, Some(fields));
    assert_eq!(messages(&records), ["still here", "after it"]);
}

#[test]
fn a_record_is_bounded_whatever_its_values_are() {
    let records = logged(|| tracing::info!(endless = ?Endless, more = ?Endless, kept = 1, "first"));
    let record = &records[0];
    let fields = record.fields.as_ref().unwrap();
    let text = |name: &str| fields[name].as_str().unwrap().to_string();
    assert!(text("endless").ends_with('…') && text("endless").len() + text("more").len() < 70_000);
    assert_eq!((record.message.as_str(), &fields["kept"]), ("first", &serde_json::json!(1)));
}

#[test]
fn the_ring_of_the_process_is_made_once() {
    assert!(global_ring().is_none());
    let first = install_global_ring(7);
    let second = install_global_ring(9);
    assert!(Arc::ptr_eq(&first, &second) && Arc::ptr_eq(&first, &global_ring().unwrap()));
    assert_eq!(second.capacity(), 7);
}

#[test]
fn the_capacity_comes_from_the_environment_when_that_holds_a_number() {
    let with = |value: &str| {
        // SAFETY: no other test of this program reads or writes the environment.
        unsafe { std::env::set_var(CAPACITY_ENV_VAR, value) };
        capacity_from_env()
    };
    assert_eq!((with("12"), with("0"), with("many"), with("-1")), (12, 0, 2_000, 2_000));
    // SAFETY: as above.
    unsafe { std::env::remove_var(CAPACITY_ENV_VAR) };
    assert_eq!(capacity_from_env(), 2_000);
}
