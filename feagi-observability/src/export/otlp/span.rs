//! Records as OTLP spans: `opentelemetry/proto/trace/v1/trace.proto`.

use super::wire::{Content, Field, Wire};
use crate::collect::Entry;
use crate::context::{SpanId, TraceId};
use crate::export::attributes::{Role, put_all, span_kind};
use crate::instrument::Outcome;

const TRACE_ID: Field = Field(1, "traceId");
const SPAN_ID: Field = Field(2, "spanId");
const PARENT_SPAN_ID: Field = Field(4, "parentSpanId");
const NAME: Field = Field(5, "name");
const KIND: Field = Field(6, "kind");
const START_TIME: Field = Field(7, "startTimeUnixNano");
const END_TIME: Field = Field(8, "endTimeUnixNano");
const ATTRIBUTES: Field = Field(9, "attributes");
const DROPPED_ATTRIBUTES_COUNT: Field = Field(10, "droppedAttributesCount");
const LINKS: Field = Field(13, "links");
const STATUS: Field = Field(15, "status");
const STATUS_MESSAGE: Field = Field(2, "message");
const STATUS_CODE: Field = Field(3, "code");

/// `STATUS_CODE_ERROR`.
const ERROR: u32 = 2;

/// One `Span`.
pub(super) struct Span<'a, 'b>(pub(super) &'a Entry<'b>);

impl Content for Span<'_, '_> {
    fn write<W: Wire>(&self, out: &mut W) {
        write(self.0, out);
    }
}

fn write<W: Wire>(entry: &Entry<'_>, out: &mut W) {
    out.id(TRACE_ID, &entry.trace_id.to_bytes());
    out.id(SPAN_ID, &entry.span_id.to_bytes());
    if entry.parent_id.is_valid() {
        out.id(PARENT_SPAN_ID, &entry.parent_id.to_bytes());
    }
    out.text(NAME, entry.name);
    out.small(KIND, span_kind(entry) as u32);
    out.fixed(START_TIME, entry.start);
    out.fixed(END_TIME, entry.end());
    out.list(ATTRIBUTES, |list| put_all(entry, Role::Span, list));
    if entry.truncated {
        // How many were cut is not known; not zero says that some were.
        out.small(DROPPED_ATTRIBUTES_COUNT, 1);
    }
    write_links(entry, out);
    if matches!(entry.outcome, Outcome::Error | Outcome::Panic) {
        out.message(STATUS, |status| {
            status.text(STATUS_MESSAGE, entry.fields.error().unwrap_or(entry.outcome.as_str()));
            status.small(STATUS_CODE, ERROR);
        });
    }
}

fn write_links<W: Wire>(entry: &Entry<'_>, out: &mut W) {
    let mut links = entry.fields.links().filter_map(ids).peekable();
    if links.peek().is_none() {
        return;
    }
    out.list(LINKS, |list| {
        for (trace_id, span_id) in links {
            list.item(|link| {
                link.id(TRACE_ID, &trace_id.to_bytes());
                link.id(SPAN_ID, &span_id.to_bytes());
            });
        }
    });
}

/// The ids of a link, `trace id-span id`.
fn ids(link: &str) -> Option<(TraceId, SpanId)> {
    let (trace_id, span_id) = link.split_once('-')?;
    Some((TraceId::from_hex(trace_id)?, SpanId::from_hex(span_id)?))
}
