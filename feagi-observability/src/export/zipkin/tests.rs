//! What Zipkin gets, judged by its schema.

use super::ZipkinSink;
use super::span::{LocalEndpoint, append_span};
use crate::collect::{EntryKind, Sink};
use crate::config::TelemetryConfig;
use crate::export::delivery::scripted::{Collector, status};
use crate::instrument::Outcome;
use crate::logging::format::sample::Sample;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(60);

/// A property of `Span`: its name, whether it must be there, and what it may be.
type Property = (&'static str, bool, fn(&Value) -> bool);

/// `Span` of `zipkin2-api.yaml`, with what its descriptions say in words.
const SPAN: [Property; 12] = [
    ("traceId", true, |v| is_hex(v, 32) || is_hex(v, 16)),
    ("id", true, |v| is_hex(v, 16)),
    ("parentId", false, |v| is_hex(v, 16)),
    ("name", false, |v| v.as_str().is_some_and(|name| name == name.to_lowercase())),
    ("kind", false, |v| ["CLIENT", "SERVER", "PRODUCER", "CONSUMER"].iter().any(|kind| v == kind)),
    // Microseconds, not another unit: from 2001 to 2286.
    ("timestamp", false, |v| {
        v.as_u64().is_some_and(|n| (1_000_000_000_000_000..10_000_000_000_000_000).contains(&n))
    }),
    ("duration", false, |v| v.as_u64().is_some_and(|n| n >= 1)),
    ("debug", false, Value::is_boolean),
    ("shared", false, Value::is_boolean),
    ("localEndpoint", false, is_endpoint),
    ("annotations", false, |v| v.as_array().is_some_and(|all| all.iter().all(is_annotation))),
    ("tags", false, |v| v.as_object().is_some_and(|all| all.values().all(Value::is_string))),
];

fn is_hex(value: &Value, digits: usize) -> bool {
    let is_digit = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
    value.as_str().is_some_and(|text| text.len() == digits && text.bytes().all(is_digit))
}

fn is_endpoint(value: &Value) -> bool {
    value.as_object().is_some_and(|all| {
        all.iter().all(|(key, value)| match key.as_str() {
            "serviceName" => value.as_str().is_some_and(|name| name == name.to_lowercase()),
            "ipv4" | "ipv6" => value.is_string(),
            "port" => value.is_u64(),
            _ => false,
        })
    })
}

fn is_annotation(value: &Value) -> bool {
    value.as_object().is_some_and(|all| {
        all.len() == 2
            && all.get("timestamp").is_some_and(Value::is_u64)
            && all.get("value").is_some_and(Value::is_string)
    })
}

/// What is wrong with a span.
fn faults(span: &Value) -> Vec<String> {
    let Some(object) = span.as_object() else { return vec!["no object".to_owned()] };
    let unknown = object.keys().filter(|key| !SPAN.iter().any(|(name, ..)| name == key));
    let mut faults: Vec<String> = unknown.map(|key| format!("{key} is unknown")).collect();
    for (name, is_required, is_valid) in SPAN {
        match object.get(name) {
            None if is_required => faults.push(format!("{name} is missing")),
            Some(value) if !is_valid(value) => faults.push(format!("{name} is {value}")),
            _ => {}
        }
    }
    faults
}

fn encoded(sample: &Sample) -> Value {
    let mut out = Vec::new();
    append_span(&sample.entry(), &LocalEndpoint::new("FEAGI"), &mut out);
    let span: Value = serde_json::from_slice(&out).unwrap();
    // A parser keeps the last of two equal keys.
    let text = String::from_utf8(out).unwrap();
    for tag in span["tags"].as_object().unwrap().keys() {
        assert_eq!(text.matches(&format!("\"{tag}\":\"")).count(), 1, "{tag} in {text}");
    }
    assert_eq!(faults(&span), Vec::<String>::new(), "{span:#}");
    span
}

#[test]
fn the_schema_finds_what_is_wrong() {
    let good = encoded(&Sample::new(EntryKind::Call));
    let wrong = [
        ("traceId", json!("4BF92F3577B34DA6A3CE929D0E0E4736")),
        ("id", json!("b7ad6b716920333")),
        ("name", json!("Engine::Step")),
        ("kind", json!("INTERNAL")),
        ("timestamp", json!(1_795_472_760_123_456_789_u64)),
        ("duration", json!(0)),
        ("localEndpoint", json!({"servicename": "x"})),
        ("annotations", json!([{"value": "x"}])),
        ("tags", json!({"n": 7})),
        ("links", json!([])),
    ];
    for (key, value) in wrong {
        let mut span = good.clone();
        span[key] = value;
        assert_eq!(faults(&span).len(), 1, "{key}");
    }
    assert_eq!(faults(&json!({"id": "b7ad6b7169203331"})), ["traceId is missing"]);
}

#[test]
fn a_call_has_ids_microseconds_and_textual_tags() {
    let sample = Sample::new(EntryKind::Call)
        .field("n", &-3i8)
        .field("big", &u64::MAX)
        .field("ratio", &0.5f64)
        .field("fits", &true)
        .field("who", "ada\"\n");
    let expected = json!({
        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
        "id": "b7ad6b7169203331",
        "parentId": "00f067aa0ba902b7",
        "name": "engine::step",
        "timestamp": sample.start / 1000,
        "duration": 1234,
        "localEndpoint": {"serviceName": "feagi"},
        "tags": {
            "n": "-3", "big": "18446744073709551615", "ratio": "0.5", "fits": "true", "who": "ada\"\n",
            "code.function.name": "engine::step", "code.file.path": "src/engine.rs", "code.line.number": "7",
            "thread.id": "4242", "thread.name": "burst", "target": "feagi::engine", "outcome": "ok",
        },
    });
    assert_eq!(encoded(&sample), expected);
}

#[test]
fn an_event_is_as_short_as_can_be_and_annotated_with_its_message() {
    let mut sample = Sample::new(EntryKind::Event);
    sample.name = "Burst".to_owned();
    sample.message = Some("Burst executed".to_owned());
    let span = encoded(&sample);
    assert_eq!((&span["name"], &span["duration"]), (&json!("burst"), &json!(1)));
    let annotations = json!([{"timestamp": sample.start / 1000, "value": "Burst executed"}]);
    assert_eq!(span["annotations"], annotations);
    assert!(span["tags"].get("message").is_none());
}

#[test]
fn failures_have_an_error_tag_and_only_they_do() {
    let with = |outcome, error: Option<&str>| {
        let mut sample = Sample::new(EntryKind::Call).field("error", "mine").field("otel.status_code", &1u8);
        sample.outcome = outcome;
        encoded(&match error {
            Some(error) => sample.error(error),
            None => sample,
        })["tags"]
            .clone()
    };
    let failed = with(Outcome::Error, Some("disk full"));
    assert_eq!((&failed["error"], &failed["otel.status_code"]), (&json!("disk full"), &json!("ERROR")));
    assert_eq!((&failed["field.error"], &failed["field.otel.status_code"]), (&json!("mine"), &json!("1")));
    assert_eq!(with(Outcome::Panic, None)["error"], json!("panic"));
    for outcome in [Outcome::Ok, Outcome::Cancelled] {
        let tags = with(outcome, None);
        assert!(tags.get("error").is_none() && tags["field.error"] == json!("mine"), "{tags}");
    }
}

#[test]
fn awkward_texts_stay_valid() {
    let awkward = "quote \" backslash \\ line\nfeed é 🧠 \u{202e} \u{0} \u{2028} ÄÖÜ";
    let mut sample = Sample::new(EntryKind::Call).field("a", awkward).field("a", awkward).error(awkward);
    (sample.name, sample.message, sample.outcome) =
        (awkward.to_owned(), Some(awkward.to_owned()), Outcome::Error);
    let span = encoded(&sample);
    assert_eq!(span["name"], json!(awkward.to_lowercase()));
    assert_eq!((&span["tags"]["a#2"], &span["tags"]["error"]), (&json!(awkward), &json!(awkward)));
}

#[test]
fn a_server_gets_a_list_of_spans_at_its_path_and_its_202_is_a_success() {
    let collector = Collector::answering(&[status(202, "")]);
    let config = TelemetryConfig {
        zipkin_endpoint: Some(collector.endpoint.clone()),
        headers: [("X-Key".to_owned(), "of OTLP".to_owned())].into(),
        ..Default::default()
    };
    let mut sink = ZipkinSink::start(&config).unwrap();
    let mut sample = Sample::new(EntryKind::Call);
    for _ in 0..3 {
        sample.span_id.0 += 1;
        sink.write(&sample.entry());
    }
    sink.write(&Sample::new(EntryKind::Log).entry());
    sink.close(Instant::now() + LONG);
    assert_eq!((sink.counters().accepted(), sink.counters().exported()), (3, 3));
    let request = collector.finish().pop().unwrap();
    assert!(request.head.starts_with("post /api/v2/spans http/1.1\r\n"), "{}", request.head);
    assert_eq!((request.header("content-type"), request.header("x-key")), (Some("application/json"), None));
    let spans: Vec<Value> = serde_json::from_slice(&request.content()).unwrap();
    assert_eq!(spans.len(), 3);
    assert!(spans.iter().all(|span| faults(span).is_empty()));
}

#[test]
fn an_endpoint_that_is_none_is_an_error_with_field_and_remedy() {
    let config = TelemetryConfig { zipkin_endpoint: Some("zipkin:9411".to_owned()), ..Default::default() };
    let error = ZipkinSink::check(&config).unwrap_err().to_string();
    assert!(error.contains("`telemetry.zipkin_endpoint`") && error.contains("`zipkin:9411`"), "{error}");
}
