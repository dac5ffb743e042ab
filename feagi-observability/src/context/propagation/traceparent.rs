//! `traceparent` (W3C Trace Context Level 2, 3.2): the caller's trace, its span, and two flags, in 55 characters.

use super::grammar::{lower_hex, trim};
use super::refused::Refusal;
use crate::context::{SpanId, TraceId};
use std::fmt;

/// Of version 00, to the character.
const LENGTH: usize = 55;
/// A later version may be longer; what is longer than this is no header of this kind.
const LONGEST: usize = 512;

const SAMPLED: u8 = 1;
const RANDOM: u8 = 2;

/// A `traceparent` header: the trace and the span of whoever calls, and what was decided about them.
///
/// ```
/// use feagi_observability::propagation::TraceParent;
///
/// let caller = TraceParent::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").unwrap();
/// assert_eq!(caller.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
/// assert!(caller.is_sampled() && !caller.is_random());
/// assert_eq!(caller.to_string(), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TraceParent {
    trace_id: TraceId,
    span_id: SpanId,
    flags: u8,
}

impl TraceParent {
    /// Reads a header's value; `None` where the specification wants the trace begun anew. Of a later version, the parts that version 00
    /// has are read (3.2.4).
    pub fn parse(value: &str) -> Option<TraceParent> {
        read(value.as_bytes()).ok()
    }

    pub(crate) fn new(trace_id: TraceId, span_id: SpanId, is_sampled: bool, is_random: bool) -> Self {
        let flags = if is_sampled { SAMPLED } else { 0 } | if is_random { RANDOM } else { 0 };
        TraceParent { trace_id, span_id, flags }
    }

    /// The trace.
    pub fn trace_id(&self) -> TraceId {
        self.trace_id
    }

    /// The caller's span, the parent of what begins now.
    pub fn span_id(&self) -> SpanId {
        self.span_id
    }

    /// Whether the caller may have recorded its part of the trace. Advice, not an order.
    pub fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// Whether the last seven bytes of the trace id are random, so that others may decide by them.
    pub fn is_random(&self) -> bool {
        self.flags & RANDOM != 0
    }
}

/// As version 00, whatever version it came in.
impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", self.trace_id, self.span_id, self.flags)
    }
}

pub(crate) fn read(value: &[u8]) -> Result<TraceParent, Refusal> {
    let value = trim(value);
    if value.len() > LONGEST {
        return Err(Refusal::Oversized);
    }
    parts(value).ok_or(Refusal::Malformed)
}

fn parts(value: &[u8]) -> Option<TraceParent> {
    let (known, unknown) = value.split_at_checked(LENGTH)?;
    let are_dashes = [2, 35, 52].iter().all(|at| known.get(*at) == Some(&b'-'));
    let version = lower_hex(known.get(..2)?)?;
    let is_complete = match version {
        0 => unknown.is_empty(),
        0xff => false,
        // What this version does not know stands behind a further dash.
        _ => unknown.first().is_none_or(|next| *next == b'-'),
    };
    if !are_dashes || !is_complete {
        return None;
    }
    let trace_id = TraceId { high: lower_hex(known.get(3..19)?)?, low: lower_hex(known.get(19..35)?)? };
    let span_id = SpanId(lower_hex(known.get(36..52)?)?);
    // The other flags are to be sent as zero.
    let flags = lower_hex(known.get(53..)?)? as u8 & (SAMPLED | RANDOM);
    (trace_id.is_valid() && span_id.is_valid()).then_some(TraceParent { trace_id, span_id, flags })
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: &str = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";

    fn parse(value: &str) -> Option<TraceParent> {
        TraceParent::parse(value)
    }

    #[test]
    fn version_00_is_read_and_written_to_the_character() {
        for flags in ["00", "01", "02", "03"] {
            let value = format!("00-{IDS}-{flags}");
            assert_eq!(parse(&value).unwrap().to_string(), value);
            assert_eq!(parse(&format!(" \t{value}\t ")).unwrap().to_string(), value, "white space around it");
        }
    }

    #[test]
    fn flags_that_are_not_known_are_sent_as_zero() {
        assert_eq!(parse(&format!("00-{IDS}-ff")).unwrap().to_string(), format!("00-{IDS}-03"));
        assert_eq!(parse(&format!("00-{IDS}-fc")).unwrap().to_string(), format!("00-{IDS}-00"));
    }

    #[test]
    fn a_later_version_is_read_as_far_as_it_is_known_and_sent_as_version_00() {
        for later in ["cc-{}-01", "01-{}-01-", "fe-{}-01-what-the-future-will-be-like"] {
            let read = parse(&later.replace("{}", IDS)).unwrap_or_else(|| panic!("{later}"));
            assert_eq!(read.to_string(), format!("00-{IDS}-01"));
        }
        for refused in ["cc-{}-01.what", "cc-{}-01x", "cc-{}-0", "cc-{}-0-", "cc-{}-xx"] {
            assert_eq!(parse(&refused.replace("{}", IDS)), None, "{refused}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for refused in [
            String::new(),
            "00".to_owned(),
            format!("00-{IDS}"),
            format!("00-{IDS}-1"),
            format!("00-{IDS}-001"),
            format!("00-{IDS}-01-"),
            format!("00-{IDS}-01."),
            format!("ff-{IDS}-01"),
            format!("0-{IDS}-01"),
            format!("000-{IDS}-01"),
            format!(".0-{IDS}-01"),
            format!("0X-{IDS}-01"),
            format!("00-{}-01", IDS.to_uppercase()),
            format!("00_{IDS}-01"),
            format!("00-{}-01", IDS.replace('-', "_")),
            format!("00-{IDS}_01"),
            format!("00-{IDS}-.0"),
            format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{}-01", "0".repeat(16)),
            "00-4bf92f3577b34da6a3ce929d0e0e473é-00f067aa0ba902b7-01".to_owned(),
        ] {
            assert_eq!(parse(&refused), None, "{refused}");
        }
        let long = format!("01-{IDS}-01-{}", "x".repeat(LONGEST));
        assert_eq!(read(long.as_bytes()), Err(Refusal::Oversized));
    }
}
