//! What a log record looks like on the wire.

use super::*;
use crate::context::{SpanId, TraceId};
use crate::instrument::{Level, Outcome};

const OBSERVED: u64 = 1_795_472_761_000_000_000;

fn in_json(sample: &Sample) -> Value {
    let record = LogRecord { entry: &sample.entry(), observed: OBSERVED };
    serde_json::from_slice(&encode(Encoding::Json, &record)).unwrap()
}

#[test]
fn a_line_has_time_severity_body_ids_and_typed_attributes() {
    let mut sample = Sample::new(EntryKind::Log).field("n", &7u64).field("ok", &true);
    sample.message = Some("a \"line\"\n".to_owned());
    let text = |key: &str, text: &str| json!({"key": key, "value": {"stringValue": text}});
    let expected = json!({
        "timeUnixNano": sample.start.to_string(),
        "severityNumber": 9,
        "severityText": "INFO",
        "body": {"stringValue": "a \"line\"\n"},
        "attributes": [
            {"key": "n", "value": {"intValue": "7"}},
            {"key": "ok", "value": {"boolValue": true}},
            text("code.file.path", "src/engine.rs"),
            {"key": "code.line.number", "value": {"intValue": "7"}},
            {"key": "thread.id", "value": {"intValue": "4242"}},
            text("thread.name", "burst"),
            text("target", "feagi::engine"),
        ],
        "flags": 1,
        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
        "spanId": "b7ad6b7169203331",
        "observedTimeUnixNano": OBSERVED.to_string(),
    });
    assert_eq!(in_json(&sample), expected);
}

#[test]
fn protobuf_says_the_same_by_number() {
    let mut sample = Sample::new(EntryKind::Event).field("n", &7u64);
    sample.message = Some("done".to_owned());
    let bytes = encode(Encoding::Protobuf, &LogRecord { entry: &sample.entry(), observed: OBSERVED });
    assert_eq!((integer(&bytes, 1), integer(&bytes, 11)), (Some(sample.start), Some(OBSERVED)));
    assert_eq!((integer(&bytes, 2), text(contents(&bytes, 3)[0])), (Some(9), "INFO".to_owned()));
    assert_eq!(any(contents(&bytes, 5)[0]), Any::Text("done".to_owned()));
    assert_eq!(attributes(&bytes, 6)[0], ("n".to_owned(), Any::Int(7)));
    assert_eq!(contents(&bytes, 9)[0], sample.entry().trace_id.to_bytes());
    assert_eq!(contents(&bytes, 10)[0], sample.span_id.to_bytes());
    assert_eq!(text(contents(&bytes, 12)[0]), "engine::step");
    // `flags` is a `fixed32`: number 8, type 5.
    assert!(bytes.windows(5).any(|window| window == [8 << 3 | 5, 1, 0, 0, 0]));
}

#[test]
fn severities_are_the_first_of_their_range() {
    let expected = [
        (Level::Trace, 1, "TRACE"),
        (Level::Debug, 5, "DEBUG"),
        (Level::Info, 9, "INFO"),
        (Level::Warn, 13, "WARN"),
        (Level::Error, 17, "ERROR"),
    ];
    let sample = Sample::new(EntryKind::Log);
    for (level, number, text) in expected {
        let mut entry = sample.entry();
        entry.level = level;
        let bytes = encode(Encoding::Json, &LogRecord { entry: &entry, observed: OBSERVED });
        let record: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!((&record["severityNumber"], &record["severityText"]), (&json!(number), &json!(text)));
    }
}

#[test]
fn the_line_of_a_call_tells_how_it_ended_and_how_long_it_took() {
    let mut sample = Sample::new(EntryKind::Call).error("disk full");
    sample.outcome = Outcome::Error;
    let record = in_json(&sample);
    let attribute = |key: &str| {
        let all = record["attributes"].as_array().unwrap();
        all.iter().find(|pair| pair["key"] == key).map(|pair| pair["value"].clone())
    };
    assert_eq!(record["body"], json!({"stringValue": "engine::step"}));
    assert_eq!(attribute("outcome"), Some(json!({"stringValue": "error"})));
    assert_eq!(attribute("duration_ns"), Some(json!({"intValue": "1234567"})));
    assert_eq!(attribute("exception.message"), Some(json!({"stringValue": "disk full"})));
}

#[test]
fn a_line_outside_of_any_trace_has_no_ids_and_one_of_an_unsampled_trace_no_flag() {
    let sample = Sample::new(EntryKind::Log);
    let mut entry = sample.entry();
    entry.sampled = false;
    let unsampled = encode(Encoding::Json, &LogRecord { entry: &entry, observed: OBSERVED });
    (entry.trace_id, entry.span_id) = (TraceId::NONE, SpanId::NONE);
    let outside = encode(Encoding::Json, &LogRecord { entry: &entry, observed: OBSERVED });
    let keys = |bytes: &[u8]| {
        let record: Value = serde_json::from_slice(bytes).unwrap();
        ["flags", "traceId", "spanId"].map(|key| record.get(key).is_some())
    };
    assert_eq!(keys(&unsampled), [false, true, true]);
    assert_eq!(keys(&outside), [false, false, false]);
}
