//! What a span looks like on the wire.

use super::*;
use crate::instrument::Outcome;

fn encoded(sample: &Sample) -> Vec<u8> {
    encode(Encoding::Protobuf, &Span(&sample.entry()))
}

#[test]
fn a_call_has_its_ids_times_and_typed_attributes() {
    let sample = Sample::new(EntryKind::Call)
        .field("n", &-3i8)
        .field("small", &7u64)
        .field("big", &u64::MAX)
        .field("ratio", &0.5f64)
        .field("fits", &true)
        .field("who", "ada\n");
    let span = encoded(&sample);
    assert_eq!(
        contents(&span, 1)[0],
        [0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36]
    );
    assert_eq!(contents(&span, 2)[0], 0xb7ad_6b71_6920_3331_u64.to_be_bytes());
    assert_eq!(contents(&span, 4)[0], 0x00f0_67aa_0ba9_02b7_u64.to_be_bytes());
    assert_eq!(text(contents(&span, 5)[0]), "engine::step");
    assert_eq!(integer(&span, 6), Some(1));
    assert_eq!(integer(&span, 7), Some(sample.start));
    assert_eq!(integer(&span, 8), Some(sample.start + 1_234_567));
    let own = |key: &str, value| (key.to_owned(), value);
    let word = |text: &str| Any::Text(text.to_owned());
    let expected = [
        own("n", Any::Int(-3)),
        own("small", Any::Int(7)),
        own("big", word("18446744073709551615")),
        own("ratio", Any::Double(0.5)),
        own("fits", Any::Bool(true)),
        own("who", word("ada\n")),
        own("code.function.name", word("engine::step")),
        own("code.file.path", word("src/engine.rs")),
        own("code.line.number", Any::Int(7)),
        own("thread.id", Any::Int(4242)),
        own("thread.name", word("burst")),
        own("target", word("feagi::engine")),
        own("outcome", word("ok")),
    ];
    assert_eq!(attributes(&span, 9), expected);
    assert!(contents(&span, 15).is_empty());
}

#[test]
fn errors_and_panics_have_an_error_status_with_their_text() {
    let cases = [
        (Outcome::Error, Some("disk full"), Some("disk full")),
        (Outcome::Error, None, Some("error")),
        (Outcome::Panic, None, Some("panic")),
        (Outcome::Cancelled, None, None),
        (Outcome::Ok, None, None),
    ];
    for (outcome, error, expected) in cases {
        let mut sample = Sample::new(EntryKind::Call);
        sample.outcome = outcome;
        if let Some(error) = error {
            sample = sample.error(error);
        }
        let span = encoded(&sample);
        let status = contents(&span, 15);
        assert_eq!(status.first().map(|status| text(contents(status, 2)[0])).as_deref(), expected);
        assert_eq!(status.first().and_then(|status| integer(status, 3)), expected.map(|_| 2));
    }
}

#[test]
fn attribute_keys_are_unique_and_what_the_author_wrote_stands() {
    let sample = Sample::new(EntryKind::Call).field("target", "mine").field("k", &1u8).field("k", &2u8);
    let all = attributes(&encoded(&sample), 9);
    let keys: std::collections::HashSet<_> = all.iter().map(|(key, _)| key).collect();
    assert_eq!(keys.len(), all.len());
    assert!(all.contains(&("target".to_owned(), Any::Text("mine".to_owned()))));
    assert!(all.contains(&("k#2".to_owned(), Any::Int(2))));
}

#[test]
fn the_callers_request_id_is_an_attribute_unless_the_author_has_a_field_of_that_name() {
    let own = |text: &str| ("request_id".to_owned(), Any::Text(text.to_owned()));
    let sample = Sample::new(EntryKind::Call).request_id("r-7");
    assert!(attributes(&encoded(&sample), 9).contains(&own("r-7")));
    let sample = Sample::new(EntryKind::Call).request_id("r-7").field("request_id", "mine");
    let all = attributes(&encoded(&sample), 9);
    assert!(all.contains(&own("mine")) && !all.contains(&own("r-7")));
}

#[test]
fn an_event_is_a_span_without_duration_outcome_or_function() {
    let mut sample = Sample::new(EntryKind::Event);
    sample.message = Some("Burst executed".to_owned());
    let span = encoded(&sample);
    assert_eq!(integer(&span, 7), integer(&span, 8));
    let all = attributes(&span, 9);
    assert!(all.contains(&("message".to_owned(), Any::Text("Burst executed".to_owned()))));
    assert!(!all.iter().any(|(key, _)| matches!(key.as_str(), "outcome" | "code.function.name")));
}

#[test]
fn what_a_span_follows_from_is_a_link() {
    let sample = Sample::new(EntryKind::Span)
        .field("n", &1u8)
        .link("4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7")
        .link("0000000000000000000000000000000a-000000000000000b")
        .link("no link");
    let span = encoded(&sample);
    let links = contents(&span, 13);
    assert_eq!(links.len(), 2);
    assert_eq!(contents(links[0], 1)[0], sample.entry().trace_id.to_bytes());
    assert_eq!(contents(links[0], 2)[0], sample.entry().parent_id.to_bytes());
    assert_eq!(contents(links[1], 2)[0], [0, 0, 0, 0, 0, 0, 0, 11]);
    let all = attributes(&span, 9);
    assert!(all.contains(&("n".to_owned(), Any::Int(1))));
    assert!(!all.iter().any(|(key, _)| key == "outcome"), "how a foreign span ended is not known");
}

#[test]
fn json_says_the_same_by_name() {
    let mut sample = Sample::new(EntryKind::Call)
        .field("n", &-3i8)
        .field("big", &u64::MAX)
        .field("ratio", &f64::NAN)
        .field("who", "ada\n\u{202e}")
        .error("disk full")
        .link("4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7");
    sample.outcome = Outcome::Error;
    let span: Value = serde_json::from_slice(&encode(Encoding::Json, &Span(&sample.entry()))).unwrap();
    let text = |key: &str, text: &str| json!({"key": key, "value": {"stringValue": text}});
    let expected = json!({
        "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
        "spanId": "b7ad6b7169203331",
        "parentSpanId": "00f067aa0ba902b7",
        "name": "engine::step",
        "kind": 1,
        "startTimeUnixNano": sample.start.to_string(),
        "endTimeUnixNano": (sample.start + 1_234_567).to_string(),
        "attributes": [
            {"key": "n", "value": {"intValue": "-3"}},
            text("big", "18446744073709551615"),
            {"key": "ratio", "value": {"doubleValue": "NaN"}},
            text("who", "ada\n\u{202e}"),
            text("code.function.name", "engine::step"),
            text("code.file.path", "src/engine.rs"),
            {"key": "code.line.number", "value": {"intValue": "7"}},
            {"key": "thread.id", "value": {"intValue": "4242"}},
            text("thread.name", "burst"),
            text("target", "feagi::engine"),
            text("outcome", "error"),
        ],
        "links": [{"traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7"}],
        "status": {"message": "disk full", "code": 2},
    });
    assert_eq!(span, expected);
}
