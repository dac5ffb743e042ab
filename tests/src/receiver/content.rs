//! What requests hold: how many records, and the ids of spans.

use flate2::read::GzDecoder;
use http::HeaderMap;
use http::request::Parts;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Read;

/// Records that have come.
#[derive(Debug, Default)]
pub struct Content {
    /// Spans, log records or metrics.
    pub records: u64,
    /// Bytes of the messages, unpacked.
    pub bytes: u64,
    /// The ids of spans in hex, where they are kept.
    pub ids: BTreeSet<String>,
}

impl Content {
    /// Adds what a request holds.
    pub(super) fn add(&mut self, head: &Parts, body: &[u8], ids: bool) {
        let message = message(&head.headers, body);
        self.bytes += message.len() as u64;
        let keep = |id: String, content: &mut Content| {
            content.records += 1;
            if ids {
                content.ids.insert(id);
            }
        };
        if head.headers.get("content-type").is_some_and(|kind| kind == "application/json") {
            let value: Value = serde_json::from_slice(&message).expect("JSON");
            json_spans(&value).for_each(|id| keep(id, self));
        } else {
            protobuf_spans(&message, ids, &mut |id| keep(id, self));
        }
    }
}

/// The message in a body, unpacked.
fn message<'a>(headers: &HeaderMap, body: &'a [u8]) -> Cow<'a, [u8]> {
    let says = |name: &str, value: &str| headers.get(name).is_some_and(|said| said == value);
    let (is_packed, content) = if says("content-type", "application/grpc") {
        (body.first() == Some(&1), body.get(5..).unwrap_or_default())
    } else {
        (says("content-encoding", "gzip"), body)
    };
    if !is_packed {
        return content.into();
    }
    let mut unpacked = Vec::new();
    GzDecoder::new(content).read_to_end(&mut unpacked).expect("gzip");
    unpacked.into()
}

/// Zipkin's list, or OTLP's lists of lists.
fn json_spans(value: &Value) -> impl Iterator<Item = String> {
    let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let zipkin = value.as_array().into_iter().flatten().map(|span| text(span, "id"));
    let otlp = list(value, "resourceSpans").into_iter();
    let otlp = otlp.flat_map(move |resource| list(&resource, "scopeSpans"));
    let otlp = otlp.flat_map(move |scope| list(&scope, "spans")).map(move |span| text(&span, "spanId"));
    zipkin.collect::<Vec<_>>().into_iter().chain(otlp)
}

/// All signals have the same numbers: `resource_*` 1, `scope_*` 2, the records 2; the id of a span is 2.
fn protobuf_spans(message: &[u8], ids: bool, found: &mut impl FnMut(String)) {
    for resource in children(message, 1) {
        for scope in children(resource, 2) {
            for record in children(scope, 2) {
                let id = children(record, 2).next().filter(|_| ids).unwrap_or_default();
                found(id.iter().map(|byte| format!("{byte:02x}")).collect());
            }
        }
    }
}

/// The contents of the fields with this number that have a length.
fn children(mut rest: &[u8], number: u64) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let tag = varint(&mut rest);
            let length = match tag & 7 {
                0 => {
                    varint(&mut rest);
                    continue;
                }
                1 => 8,
                2 => usize::try_from(varint(&mut rest)).expect("a length"),
                _ => 4,
            };
            let (content, after) = rest.split_at(length);
            rest = after;
            if tag == number << 3 | 2 {
                return Some(content);
            }
        }
        None
    })
}

fn varint(rest: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first().expect("a whole message");
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}
