//! What a collector says it has left out of a request that it took: `partial_success`, the same in all three signals.

use super::Signal;
use super::request::Encoding;
use serde_json::Value;

/// How the answers to requests of a signal in an encoding are read.
pub(super) fn reader(signal: Signal, encoding: Encoding) -> fn(&[u8]) -> u64 {
    match (encoding, signal) {
        (Encoding::Protobuf, _) => from_protobuf,
        (Encoding::Json, Signal::Traces) => |body| from_json(body, "rejectedSpans"),
        (Encoding::Json, Signal::Logs) => |body| from_json(body, "rejectedLogRecords"),
        (Encoding::Json, Signal::Metrics) => |body| from_json(body, "rejectedDataPoints"),
    }
}

/// Rejected records; none of what cannot be read: the status has said that all is well.
pub(super) fn from_protobuf(body: &[u8]) -> u64 {
    let partial = fields(body).find_map(|field| field.content(1)).unwrap_or_default();
    let rejected = fields(partial).filter_map(|field| field.integer(1)).last().unwrap_or(0);
    // An `int64`: a negative number makes no sense.
    u64::try_from(rejected as i64).unwrap_or(0)
}

/// An `int64` is a string in JSON, and read as a number, too.
fn from_json(body: &[u8], name: &str) -> u64 {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    match &answer["partialSuccess"][name] {
        Value::String(digits) => digits.parse().unwrap_or(0),
        number => number.as_u64().unwrap_or(0),
    }
}

/// One field of a protobuf message.
#[derive(Clone, Copy, Debug)]
pub(in crate::export) struct Field<'a> {
    number: u64,
    integer: Option<u64>,
    content: Option<&'a [u8]>,
}

impl<'a> Field<'a> {
    pub(in crate::export) fn content(self, number: u64) -> Option<&'a [u8]> {
        self.content.filter(|_| self.number == number)
    }

    pub(in crate::export) fn integer(self, number: u64) -> Option<u64> {
        self.integer.filter(|_| self.number == number)
    }
}

/// The fields of a message, until its end or the first thing that is none.
pub(in crate::export) fn fields(mut rest: &[u8]) -> impl Iterator<Item = Field<'_>> {
    std::iter::from_fn(move || {
        let tag = varint(&mut rest)?;
        let mut field = Field { number: tag >> 3, integer: None, content: None };
        match tag & 7 {
            0 => field.integer = Some(varint(&mut rest)?),
            1 => {
                let (bytes, after) = rest.split_first_chunk()?;
                field.integer = Some(u64::from_le_bytes(*bytes));
                rest = after;
            }
            2 => {
                let length = usize::try_from(varint(&mut rest)?).ok()?;
                let (content, after) = rest.split_at_checked(length)?;
                field.content = Some(content);
                rest = after;
            }
            5 => rest = rest.get(4..)?,
            _ => return None,
        }
        Some(field)
    })
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protobuf::Message;

    fn body(rejected: i64) -> Vec<u8> {
        let mut response = Message::new();
        response.fixed64(9, 1);
        response.message(1, |partial| {
            partial.string(2, "quota");
            partial.int64(1, rejected);
        });
        response.into_bytes()
    }

    #[test]
    fn rejected_records_are_read_and_anything_else_counts_as_none() {
        assert_eq!(from_protobuf(&body(300)), 300);
        for other in
            [b"".as_slice(), &body(-1), b"{\"partialSuccess\":{}}", &[0xff; 40], &body(5)[..12], b"\x0a\xff"]
        {
            assert_eq!(from_protobuf(other), 0, "{other:?}");
        }
    }

    #[test]
    fn json_says_the_same_by_the_name_of_its_signal() {
        let read = |signal, body: &str| reader(signal, Encoding::Json)(body.as_bytes());
        let spans = r#"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"quota"}}"#;
        assert_eq!(read(Signal::Traces, spans), 3);
        assert_eq!(read(Signal::Traces, &spans.replace("\"3\"", "3")), 3);
        assert_eq!(read(Signal::Logs, r#"{"partialSuccess":{"rejectedLogRecords":4}}"#), 4);
        assert_eq!(read(Signal::Metrics, r#"{"partialSuccess":{"rejectedDataPoints":"5"}}"#), 5);
        for other in ["", "[]", "{", "null", &spans.replace('3', "-3"), &"[".repeat(100_000)] {
            assert_eq!(read(Signal::Traces, other), 0);
        }
        assert_eq!(read(Signal::Logs, spans), 0);
    }
}
