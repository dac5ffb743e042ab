//! From raw records to entries: resolves sites, foreign metadata and wall-clock times.

use super::entry::{Entry, EntryKind};
use crate::context::SpanName;
use crate::instrument::clock::WallClock;
use crate::instrument::record::{Header, Kind, flags};
use crate::instrument::{Fields, Keys, Level, MESSAGE_KEY, Outcome, Site, TARGET_KEY, ThreadInfo};
use tracing_core::Metadata;

/// One record as it was read from a ring.
pub(super) struct Raw {
    pub(super) header: Header,
    /// Where its field bytes stand in the batch.
    pub(super) fields: std::ops::Range<usize>,
    /// Which of the batch's threads wrote it.
    pub(super) thread: usize,
    /// When it ended, nanoseconds since the Unix epoch.
    pub(super) end: u64,
}

impl Raw {
    pub(super) fn new(
        header: &Header,
        fields: std::ops::Range<usize>,
        thread: usize,
        clock: &WallClock,
    ) -> Self {
        let end = clock.at(header.start).saturating_add(header.duration);
        Raw { header: *header, fields, thread, end }
    }

    /// The same, apart from its batch.
    pub(super) fn alone(&self) -> Self {
        Raw { header: self.header, fields: 0..0, thread: 0, end: self.end }
    }

    pub(super) fn is_line(&self) -> bool {
        self.header.mark.flags & flags::LINE != 0
    }

    pub(super) fn is_span(&self) -> bool {
        self.header.mark.flags & flags::SPAN != 0
    }

    pub(super) fn is_poll(&self) -> bool {
        self.header.mark.kind == Kind::Poll
    }

    pub(super) fn is_log(&self) -> bool {
        self.header.mark.kind == Kind::Log
    }

    fn is_over_budget(&self) -> bool {
        // Of other kinds the bit says something else.
        self.header.mark.kind == Kind::Call && self.header.mark.flags & flags::OVER_BUDGET != 0
    }

    fn is_partial(&self) -> bool {
        // Of a trace that is not kept, it was for how it ended: nothing around it is.
        let is_alone = self.header.mark.flags & (flags::PARTIAL | flags::SAMPLED) != flags::SAMPLED;
        self.is_span() && is_alone && !self.header.parent_id.is_valid()
    }

    /// Whether it is one of the two records of a call whose span is foreign.
    pub(super) fn is_adopted(&self) -> bool {
        self.header.mark.flags & flags::ADOPTED != 0
    }

    pub(super) fn entry<'a>(&self, bytes: &'a [u8], thread: &'a ThreadInfo) -> Entry<'a> {
        match self.header.mark.kind {
            Kind::Log => self.log_entry(bytes, thread),
            Kind::Span => self.span_entry(bytes, thread),
            _ => self.site_entry(bytes, thread),
        }
    }

    fn site_entry<'a>(&self, bytes: &'a [u8], thread: &'a ThreadInfo) -> Entry<'a> {
        // SAFETY: calls and events put their site here, a static.
        let site: &'static Site = unsafe { &*self.header.origin.cast() };
        let fields = Fields::new(bytes, Keys::Site(site.facts.keys));
        let outcome = self.header.mark.outcome;
        let default_message = (!site.facts.message.is_empty()).then_some(site.facts.message);
        Entry {
            kind: match self.header.mark.kind {
                Kind::Event => EntryKind::Event,
                Kind::Poll => EntryKind::Poll,
                _ => EntryKind::Call,
            },
            name: site.live().name,
            target: site.facts.target(),
            file: site.facts.file,
            line: site.facts.line,
            message: fields.reserved(MESSAGE_KEY).or(default_message),
            level: match outcome {
                Outcome::Error => site.facts.error_level,
                Outcome::Panic => Level::Error,
                // The more important of the two.
                _ if self.is_over_budget() => site.facts.level.min(Level::Warn),
                _ => site.facts.level,
            },
            is_async: site.facts.is_async,
            site: Some(site),
            ..self.common(fields, thread)
        }
    }

    fn log_entry<'a>(&self, bytes: &'a [u8], thread: &'a ThreadInfo) -> Entry<'a> {
        let entry = self.foreign_entry(bytes, thread);
        let fields = entry.fields;
        Entry {
            target: fields.reserved(TARGET_KEY).unwrap_or(entry.target),
            message: fields.reserved(MESSAGE_KEY),
            span_name: fields.span_name().map_or("", SpanName::get),
            ..entry
        }
    }

    fn span_entry<'a>(&self, bytes: &'a [u8], thread: &'a ThreadInfo) -> Entry<'a> {
        Entry {
            // How it ended is known where it is the span of a call.
            kind: if self.is_adopted() { EntryKind::Call } else { EntryKind::Span },
            is_async: self.header.mark.flags & flags::ASYNC != 0,
            ..self.foreign_entry(bytes, thread)
        }
    }

    fn foreign_entry<'a>(&self, bytes: &'a [u8], thread: &'a ThreadInfo) -> Entry<'a> {
        // SAFETY: foreign events and spans put their metadata here, a static.
        let metadata: &'static Metadata<'static> = unsafe { &*self.header.origin.cast() };
        Entry {
            name: metadata.name(),
            target: metadata.target(),
            file: metadata.file().unwrap_or_default(),
            line: metadata.line().unwrap_or_default(),
            level: (*metadata.level()).into(),
            ..self.common(Fields::new(bytes, Keys::Foreign(metadata.fields())), thread)
        }
    }

    fn common<'a>(&self, fields: Fields<'a>, thread: &'a ThreadInfo) -> Entry<'a> {
        let header = &self.header;
        Entry {
            kind: EntryKind::Log,
            name: "",
            target: "",
            level: Level::Info,
            file: "",
            line: 0,
            trace_id: header.trace_id,
            span_id: header.span_id,
            parent_id: header.parent_id,
            sampled: header.mark.flags & (flags::SAMPLED | flags::SPAN) != 0,
            partial: self.is_partial(),
            inferred: header.mark.flags & flags::INFERRED != 0,
            start: self.end.saturating_sub(header.duration),
            duration: header.duration,
            outcome: header.mark.outcome,
            is_async: false,
            thread,
            message: None,
            fields,
            over_budget: self.is_over_budget(),
            truncated: header.mark.flags & flags::TRUNCATED != 0,
            suppressed: 0,
            span_name: "",
            site: None,
        }
    }
}
