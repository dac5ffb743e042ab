use super::LineFormat;
use super::sample::Sample;
use crate::collect::EntryKind;
use crate::config::LogFormat;
use crate::instrument::Outcome;
use serde_json::{Value, json};

/// Everything that has ever broken a log line.
const NASTY: &str =
    "a\nb\rc\x1b[31md\0e\u{85}f\u{9b}g\u{202e}h\u{2066}i\u{2028}j\u{2029}k\"l\\m\tn\u{7f}o\u{feff}p";

const ALL: [LogFormat; 5] =
    [LogFormat::Text, LogFormat::Compact, LogFormat::Json, LogFormat::Ecs, LogFormat::Logfmt];

fn line(format: LogFormat, sample: &Sample) -> String {
    let mut out = Vec::new();
    LineFormat::from(format).append(&sample.entry(), &mut out);
    String::from_utf8(out).unwrap()
}

fn parsed(sample: &Sample) -> Value {
    parsed_as(LogFormat::Json, sample)
}

fn parsed_as(format: LogFormat, sample: &Sample) -> Value {
    serde_json::from_str(&line(format, sample)).unwrap()
}

#[test]
fn a_call_in_json_has_every_member_with_its_type() {
    let mut sample = Sample::new(EntryKind::Call)
        .field("n", &-3i8)
        .field("big", &u64::MAX)
        .field("ratio", &0.5f64)
        .field("fits", &true)
        .field("who", "ada")
        .error("disk full");
    sample.outcome = Outcome::Error;
    let expected = json!({
        "timestamp": "2026-11-23T22:26:00.124691Z", "level": "INFO", "target": "feagi::engine",
        "message": "engine::step", "name": "engine::step",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "b7ad6b7169203331", "parent_id": "00f067aa0ba902b7",
        "outcome": "error", "duration_ns": 1_234_567, "thread": "burst", "thread_id": 4242,
        "file": "src/engine.rs", "line": 7,
        "fields": {"n": -3, "big": u64::MAX, "ratio": 0.5, "fits": true, "who": "ada"}, "error": "disk full",
    });
    assert_eq!(parsed(&sample), expected);
}

#[test]
fn what_a_span_follows_from_stands_beside_its_ids() {
    let [first, second] = ["4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", "a-b"];
    assert_eq!(
        parsed(&Sample::new(EntryKind::Call).link(first).link(second))["links"],
        json!([first, second])
    );
    assert_eq!(parsed(&Sample::new(EntryKind::Call)).get("links"), None);
}

#[test]
fn a_guessed_trace_is_said_to_be_one() {
    let mut sample = Sample::new(EntryKind::Log);
    assert_eq!(parsed(&sample).get("obs.context"), None);
    assert!(!line(LogFormat::Text, &sample).contains("obs.context"));
    sample.inferred = true;
    assert_eq!(parsed(&sample)["obs.context"], "inferred");
    for format in ALL {
        assert!(line(format, &sample).contains("inferred"), "{format:?}");
    }
    let text = line(LogFormat::Text, &sample);
    assert!(text.contains(" span_id=b7ad6b7169203331 obs.context=inferred\n"), "{text}");
}

#[test]
fn the_callers_request_id_stands_behind_our_ids_in_every_format_and_is_escaped() {
    let sample = Sample::new(EntryKind::Call).request_id(NASTY).field("n", &1u8);
    assert_eq!(parsed(&sample)["request_id"], NASTY);
    assert_eq!(parsed(&sample)["fields"], json!({"n": 1}));
    let text = line(LogFormat::Text, &Sample::new(EntryKind::Call).request_id("r 7\n"));
    assert!(text.contains(r#" span_id=b7ad6b7169203331 request_id="r 7\n" outcome=ok"#), "{text}");
    assert_eq!(parsed(&Sample::new(EntryKind::Call)).get("request_id"), None);
}

#[test]
fn a_call_in_text_reads_from_time_to_duration() {
    let sample = Sample::new(EntryKind::Call).field("n", &7u8).field("who", "ada b").field("path", "a/b");
    let expected = "2026-11-23T22:26:00.124691Z  INFO feagi::engine: engine::step n=7 who=\"ada b\" path=a/b \
                    trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=b7ad6b7169203331 outcome=ok duration=1.234ms\n";
    assert_eq!(line(LogFormat::Text, &sample), expected);
}

#[test]
fn a_log_names_the_span_around_it_and_has_no_outcome() {
    let mut sample = Sample::new(EntryKind::Log);
    sample.message = Some("hello".to_owned());
    sample.span_name = "outer".to_owned();
    let object = parsed(&sample);
    assert_eq!((&object["span"], &object["message"]), (&json!("outer"), &json!("hello")));
    assert_eq!((object.get("name"), object.get("outcome"), object.get("duration_ns")), (None, None, None));
    assert!(line(LogFormat::Text, &sample).contains(" feagi::engine outer: hello trace_id="));
    assert!(!line(LogFormat::Text, &sample).contains("outcome="));
}

#[test]
fn nasty_text_in_every_position_stays_one_line_and_comes_back_whole() {
    let mut sample = Sample::new(EntryKind::Log).field(NASTY, NASTY).error(NASTY);
    sample.message = Some(NASTY.to_owned());
    sample.target = NASTY.to_owned();
    sample.span_name = format!("{NASTY}2");
    sample.thread.name = NASTY.to_owned();
    for format in ALL {
        let line = line(format, &sample);
        let body = line.strip_suffix('\n').unwrap();
        let raw = body
            .chars()
            .find(|c| c.is_control() || ('\u{2028}'..='\u{2069}').contains(c) || *c == '\u{feff}');
        assert_eq!(raw, None, "{format:?}");
    }
    let object = parsed(&sample);
    for key in ["message", "target", "thread", "error"] {
        assert_eq!(object[key], NASTY);
    }
    assert_eq!(object["fields"][NASTY], NASTY);
}

#[test]
fn numbers_that_are_not_finite_leave_the_line_valid() {
    let sample = Sample::new(EntryKind::Event)
        .field("a", &f64::NAN)
        .field("b", &f64::INFINITY)
        .field("c", &f64::NEG_INFINITY)
        .field("d", &1e300);
    let fields = parsed(&sample)["fields"].clone();
    assert_eq!(fields, json!({"a": "NaN", "b": "Infinity", "c": "-Infinity", "d": 1e300}));
    assert!(line(LogFormat::Text, &sample).contains(" a=NaN b=Infinity c=-Infinity d=1e300 "));
}

#[test]
fn fields_named_like_ours_or_like_each_other_are_all_kept() {
    let sample = Sample::new(EntryKind::Event)
        .field("level", "x")
        .field("k", &1u8)
        .field("k", &2u8)
        .field("trace_id", "y");
    let object = parsed(&sample);
    assert_eq!(object["fields"], json!({"level": "x", "k": 1, "k#2": 2, "trace_id": "y"}));
    assert_eq!(object["level"], "INFO");
}

#[test]
fn a_line_is_appended_to_what_the_buffer_holds() {
    let sample = Sample::new(EntryKind::Call);
    let mut out = b"before\n".to_vec();
    LineFormat::from(LogFormat::Text).append(&sample.entry(), &mut out);
    LineFormat::from(LogFormat::Json).append(&sample.entry(), &mut out);
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.lines().count(), 3);
    assert!(text.starts_with("before\n2026-"));
}

#[test]
fn a_call_in_ecs_is_in_the_schemas_names_and_types() {
    let mut sample = Sample::new(EntryKind::Call)
        .field("n.total", &-3i8)
        .field("n*total", &2u8)
        .field("ratio", &f64::NAN)
        .field("fits", &true)
        .field("who", "ada")
        .request_id("r7")
        .error("disk full");
    sample.outcome = Outcome::Error;
    let line = line(LogFormat::Ecs, &sample);
    let start = r#"{"@timestamp":"2026-11-23T22:26:00.124691Z","log.level":"info","message":"engine::step","ecs.version":"1."#;
    assert!(line.starts_with(start), "{line}");
    let mut object: Value = serde_json::from_str(&line).unwrap();
    object.as_object_mut().unwrap().retain(|key, _| !key.starts_with("process.pid"));
    let expected = json!({
        "@timestamp": "2026-11-23T22:26:00.124691Z", "log.level": "info", "message": "engine::step", "ecs.version": "1.6.0",
        "service.name": "feagi", "event.dataset": "feagi", "log.logger": "feagi::engine",
        "trace.id": "4bf92f3577b34da6a3ce929d0e0e4736", "span.id": "b7ad6b7169203331", "parent.id": "00f067aa0ba902b7",
        "span.name": "engine::step", "http.request.id": "r7", "event.outcome": "failure", "event.duration": 1_234_567,
        "obs.outcome": "error", "error.message": "disk full", "process.thread.id": 4242, "process.thread.name": "burst",
        "log.origin.file.name": "src/engine.rs", "log.origin.file.line": 7,
        "labels": {"ratio": "NaN", "fits": "true", "who": "ada"}, "numeric_labels": {"n_total": -3, "n_total#2": 2},
    });
    assert_eq!(object, expected);
}

#[test]
fn an_ecs_line_without_fields_has_no_empty_objects() {
    let object = parsed_as(LogFormat::Ecs, &Sample::new(EntryKind::Log));
    assert_eq!((object.get("labels"), object.get("numeric_labels")), (None, None));
}

#[test]
fn a_call_in_logfmt_has_every_field_under_a_key_of_its_own() {
    let sample = Sample::new(EntryKind::Call).field("n", &7u8).field("level", "x y").field("a b=", "");
    let expected = "ts=2026-11-23T22:26:00.124691Z level=info target=feagi::engine span=engine::step msg=engine::step \
                    n=7 level#2=\"x y\" a_b_=\"\" outcome=ok duration_ns=1234567 \
                    trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=b7ad6b7169203331 parent_id=00f067aa0ba902b7 \
                    thread=burst thread_id=4242 file=src/engine.rs line=7\n";
    assert_eq!(line(LogFormat::Logfmt, &sample), expected);
}

#[test]
fn a_compact_line_says_all_that_a_reader_needs_in_few_words() {
    let sample = Sample::new(EntryKind::Call).field("n", &7u8);
    let expected = "2026-11-23T22:26:00.124Z I feagi::engine: engine::step n=7 ok 1.234ms \
                    4bf92f3577b34da6a3ce929d0e0e4736-b7ad6b7169203331\n";
    assert_eq!(line(LogFormat::Compact, &sample), expected);
}

#[test]
fn colors_are_all_that_a_terminal_sees_more() {
    for format in ALL {
        let sample = Sample::new(EntryKind::Call).field("n", &7u8);
        let mut out = Vec::new();
        LineFormat::from(format).colored().append(&sample.entry(), &mut out);
        let colored = String::from_utf8(out).unwrap();
        let parts = colored.split('\x1b').map(|part| part.split_once('m').filter(|_| part.starts_with('[')));
        let plain: String = colored
            .split('\x1b')
            .zip(parts)
            .map(|(whole, part)| part.map_or(whole, |(_, rest)| rest))
            .collect();
        assert_eq!(plain, line(format, &sample));
        let is_for_people = matches!(format, LogFormat::Text | LogFormat::Compact);
        assert_eq!(colored.contains('\x1b'), is_for_people, "{format:?}");
    }
}
