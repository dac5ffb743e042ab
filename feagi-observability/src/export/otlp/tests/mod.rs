//! What goes over the wire, in both encodings.

mod log_records;
mod metrics;
mod reference;
mod spans;
mod whole;

use super::encoder::Encoder;
use super::log_record::LogRecord;
use super::metric::{Metric, Period};
use super::request::Encoding;
use super::response::{Field, fields};
use super::sink::OtlpSink;
use super::span::Span;
use super::wire::Content;
use super::*;
use crate::collect::EntryKind;
use crate::logging::format::sample::Sample;
use serde_json::{Value, json};

fn encode(encoding: Encoding, content: &impl Content) -> Vec<u8> {
    Encoder::new(encoding).encode(content).to_vec()
}

/// All fields `number` of a message that are bytes.
fn contents(message: &[u8], number: u64) -> Vec<&[u8]> {
    fields(message).filter_map(|field: Field<'_>| field.content(number)).collect()
}

/// An `AnyValue`, for comparing.
#[derive(Clone, Debug, PartialEq)]
enum Any {
    Text(String),
    Bool(bool),
    Int(i64),
    Double(f64),
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn any(value: &[u8]) -> Any {
    let field = fields(value).next().unwrap();
    let integer = |number| field.integer(number);
    match (field.content(1), integer(2), integer(3), integer(4)) {
        (Some(bytes), ..) => Any::Text(text(bytes)),
        (_, Some(truth), ..) => Any::Bool(truth == 1),
        (_, _, Some(n), _) => Any::Int(n as i64),
        (.., n) => Any::Double(f64::from_bits(n.unwrap())),
    }
}

/// Attributes in the order of the wire.
fn attributes(message: &[u8], number: u64) -> Vec<(String, Any)> {
    let pair = |pair| (text(contents(pair, 1)[0]), any(contents(pair, 2)[0]));
    contents(message, number).into_iter().map(pair).collect()
}

fn integer(message: &[u8], number: u64) -> Option<u64> {
    fields(message).find_map(|field| field.integer(number))
}
