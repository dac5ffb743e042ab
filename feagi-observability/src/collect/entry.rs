//! What sinks and exporters see: one decoded record, borrowed from the collector's batch.

use crate::context::{SpanId, TraceId};
use crate::instrument::shard::series_of;
use crate::instrument::{Fields, Level, Outcome, Site, ThreadInfo, Value};

/// What kind of record an entry was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryKind {
    /// A finished call of an observed function or block: a span and a line.
    Call,
    /// One of our events, such as `burst_info!`: a line and a span without duration.
    Event,
    /// A foreign `tracing` event or `log` record: a line only.
    Log,
    /// A foreign `tracing` span: a span only. How it ended is not known.
    Span,
    /// One poll of an async call: neither line nor span, but a part of one.
    Poll,
}

/// One decoded record. Times are nanoseconds; `start` and `end` since the Unix epoch.
pub(crate) struct Entry<'a> {
    pub(crate) kind: EntryKind,
    /// The span's name, or that of the foreign event's callsite.
    pub(crate) name: &'a str,
    pub(crate) target: &'a str,
    pub(crate) level: Level,
    pub(crate) file: &'a str,
    pub(crate) line: u32,
    pub(crate) trace_id: TraceId,
    /// The span of the call or event; for a log the span that it was written in.
    pub(crate) span_id: SpanId,
    /// The span around it; invalid for a root and for logs.
    pub(crate) parent_id: SpanId,
    /// Whether its span is to be exported: its trace is kept, or it was kept at its end for how it ended.
    pub(crate) sampled: bool,
    /// Whether it is a span without those around it: the outermost one of its trace that was kept.
    pub(crate) partial: bool,
    /// Whether it is a guess that it stands in this trace.
    pub(crate) inferred: bool,
    pub(crate) start: u64,
    pub(crate) duration: u64,
    pub(crate) outcome: Outcome,
    /// Whether the call was a future, or the foreign span entered like one: it may have run on several threads.
    pub(crate) is_async: bool,
    pub(crate) thread: &'a ThreadInfo,
    /// The text of the line, where the record has one.
    pub(crate) message: Option<&'a str>,
    /// Typed fields in the order they were written; the message is not among them.
    pub(crate) fields: Fields<'a>,
    /// Whether the call took longer than its budget.
    pub(crate) over_budget: bool,
    /// Whether a field was cut because it did not fit.
    pub(crate) truncated: bool,
    /// Lines of this site that the rate limit left out since its last one.
    pub(crate) suppressed: u64,
    /// The name of the enclosing span, for logs; empty where there is none.
    pub(crate) span_name: &'a str,
    /// Our site; `None` for foreign records.
    pub(crate) site: Option<&'static Site>,
}

impl Entry<'_> {
    /// The time that its line carries: when it ended.
    pub(crate) fn end(&self) -> u64 {
        self.start.saturating_add(self.duration)
    }

    /// The number of its series, read back from its labels, which are fields, too. `None` where one was cut, or is none that the site
    /// has.
    pub(crate) fn series(&self, site: &'static Site) -> Option<usize> {
        let labels = &site.live().labels;
        let mut series: usize = 0;
        for (key, values) in site.facts.labels.iter().zip(labels) {
            let text = self.fields.iter().find_map(|(name, value)| match value {
                Value::Str(text) if name == *key => Some(text),
                _ => None,
            });
            let index = values.iter().position(|value| Some(*value) == text)?;
            series = series.saturating_mul(values.len()).saturating_add(index);
        }
        Some(series.min(series_of(labels) - 1))
    }

    /// The span that its line names: its own, of a log the one around it; empty where there is none.
    pub(crate) fn line_span(&self) -> &str {
        if self.kind == EntryKind::Log { self.span_name } else { self.name }
    }

    /// The text of its line: the message, else the name.
    pub(crate) fn text(&self) -> &str {
        self.message.unwrap_or(self.name)
    }
}
