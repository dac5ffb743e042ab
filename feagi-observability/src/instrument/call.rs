//! One call in flight: what `Scope` and `Observed` share, from the first clock read to the record.

use super::clock;
use super::outcome::Outcome;
use super::record::{Header, Kind, flags};
use super::registry;
use super::ring::Fill;
use super::site::{Site, signals};
use super::thread::{self, ThreadState};
use super::value::{ERROR_KEY, Encoder};
use super::wake;
use crate::context::Context;
use std::fmt;
use std::mem::MaybeUninit;
use std::ptr;

/// Bytes that a call with so many fields has for their values, and for the text of an error.
/// They stand uninitialised on the stack, or in the future: room costs nothing but room.
#[must_use]
pub const fn frame_bytes(fields: usize) -> usize {
    let wanted = 192 + fields * 64;
    if wanted > 4096 { 4096 } else { wanted }
}

/// Where a call keeps what it needs until it ends; lives in the instrumented function.
pub struct Frame<const N: usize> {
    pub(super) call: MaybeUninit<Call>,
    pub(super) bytes: [MaybeUninit<u8>; N],
}

// SAFETY: the one pointer in it, to the previous context, is written and read within a single poll or scope, on one thread.
unsafe impl<const N: usize> Send for Frame<N> {}
// SAFETY: a shared reference gives access to nothing.
unsafe impl<const N: usize> Sync for Frame<N> {}

impl<const N: usize> Frame<N> {
    /// Room, nothing in it.
    #[inline(always)]
    #[must_use]
    #[allow(clippy::new_without_default, reason = "only the macros make frames")]
    pub const fn new() -> Self {
        Frame { call: MaybeUninit::uninit(), bytes: [MaybeUninit::uninit(); N] }
    }
}

pub(super) struct Call {
    /// What the thread's slot points to while the call runs: must not move then.
    pub(super) context: Context,
    pub(super) previous: *const Context,
    state: u32,
    field_bytes: u32,
    truncated: bool,
    outcome: Outcome,
    /// Whether the thread was unwinding already when the call began.
    unwinding: bool,
    start: u64,
}

impl Call {
    /// The ids of a call that begins now: a child of the innermost one, else a root. `None` if the site is off.
    #[inline(always)]
    pub(super) fn begin(site: &'static Site) -> Option<Call> {
        let mut state = site.state();
        if state & signals::UNREGISTERED != 0 {
            state = registry::first_state(site);
        }
        if state == 0 {
            return None;
        }
        Some(Call {
            context: child_context(site, thread::attach(), state),
            previous: ptr::null(),
            state,
            field_bytes: 0,
            truncated: false,
            outcome: Outcome::Ok,
            unwinding: std::thread::panicking(),
            start: 0,
        })
    }

    #[inline(always)]
    pub(super) fn wants_fields(&self) -> bool {
        self.state & signals::RECORD != 0
    }

    #[inline(always)]
    pub(super) fn set_fields(&mut self, (len, truncated): (usize, bool)) {
        self.field_bytes = len as u32;
        self.truncated = truncated;
    }

    #[inline(always)]
    pub(super) fn start_clock(&mut self) {
        self.start = clock::now();
    }

    pub(super) fn judge<'c>(&'c mut self, bytes: &'c mut [MaybeUninit<u8>]) -> Judgement<'c> {
        Judgement { call: self, bytes }
    }

    /// The outcome where nothing but the way out is known.
    #[inline(always)]
    pub(super) fn mark_unwinding(&mut self) {
        if std::thread::panicking() && !self.unwinding {
            self.outcome = Outcome::Panic;
        }
    }

    /// A future was dropped before it finished.
    pub(super) fn mark_cancelled(&mut self) {
        self.outcome = Outcome::Cancelled;
        self.mark_unwinding();
    }

    /// Counts the call and writes its record. The context has been left.
    #[inline(always)]
    pub(super) fn end(&self, site: &'static Site, is_async: bool, bytes: &[MaybeUninit<u8>]) {
        let nanos = clock::to_nanos(clock::now().saturating_sub(self.start));
        let Some(thread) = thread::attach() else { return self.end_without_thread(site, nanos) };
        if self.state & signals::METRICS != 0 {
            thread.shard(site).record_call(self.outcome, nanos);
        }
        let failed = matches!(self.outcome, Outcome::Error | Outcome::Panic);
        let line_signals = if failed { signals::LINE | signals::ERROR_LINE } else { signals::LINE };
        let mut flags = 0;
        if self.state & line_signals != 0 {
            flags |= flags::LINE;
        }
        if self.state & signals::SPAN != 0 && self.context.sampled {
            flags |= flags::SPAN;
        }
        if flags == 0 {
            return;
        }
        flags |= if self.truncated { flags::TRUNCATED } else { 0 };
        flags |= if self.context.sampled { flags::SAMPLED } else { 0 };
        let header = Header {
            outcome: self.outcome as u8,
            flags,
            level: if failed { super::Level::Error as u8 } else { site.facts.level as u8 },
            is_async: u32::from(is_async),
            origin: ptr::from_ref(site).cast(),
            trace_id: self.context.trace_id,
            span_id: self.context.span_id,
            parent_id: self.context.parent_id,
            start: self.start,
            duration: nanos,
            ..Header::new(Kind::Call)
        };
        push(thread, header, bytes.get(..self.field_bytes as usize).unwrap_or_default());
    }

    /// On a thread that is ending: counted where all may write; its record is one that was never made.
    #[cold]
    fn end_without_thread(&self, site: &'static Site, nanos: u64) {
        if self.state & signals::METRICS != 0 {
            site.live().shared.record_call_shared(self.outcome, nanos);
        }
    }
}

/// The context of what begins now.
#[inline(always)]
pub(super) fn child_context(site: &'static Site, thread: Option<&ThreadState>, state: u32) -> Context {
    let name = site.live().name;
    let Some(thread) = thread else {
        let (trace_id, none) = (crate::TraceId::NONE, crate::SpanId::NONE);
        return Context { trace_id, span_id: none, parent_id: none, name, sampled: false };
    };
    let span_id = thread.slot.new_span_id();
    match thread.slot.current() {
        Some(parent) => Context {
            trace_id: parent.trace_id,
            span_id,
            parent_id: parent.span_id,
            name,
            sampled: parent.sampled,
        },
        None => Context {
            trace_id: thread.slot.new_trace_id(),
            span_id,
            parent_id: crate::SpanId::NONE,
            name,
            sampled: state & signals::SPAN != 0,
        },
    }
}

#[inline(always)]
pub(super) fn push(thread: &ThreadState, header: Header, fields: &[MaybeUninit<u8>]) {
    if thread.ring.push(header, fields) == Fill::High {
        wake::wake();
    }
}

/// Says how a call ended, from its value.
pub struct Judgement<'c> {
    call: &'c mut Call,
    bytes: &'c mut [MaybeUninit<u8>],
}

impl Judgement<'_> {
    /// It ended in an error that cannot be shown.
    pub fn error(&mut self) {
        self.call.outcome = Outcome::Error;
    }

    /// It ended in this error, shown by its `Display`.
    pub fn error_display(&mut self, error: &dyn fmt::Display) {
        self.error();
        self.text(format_args!("{error}"));
    }

    /// It ended in this error, shown by its `Debug`.
    pub fn error_debug(&mut self, error: &dyn fmt::Debug) {
        self.error();
        self.text(format_args!("{error:?}"));
    }

    fn text(&mut self, text: fmt::Arguments<'_>) {
        if !self.call.wants_fields() {
            return;
        }
        let written = self.call.field_bytes as usize;
        let Some(free) = self.bytes.get_mut(written..) else { return };
        let mut encoder = Encoder::new(free);
        encoder.arguments(ERROR_KEY, text);
        let (len, truncated) = encoder.finish();
        self.call.field_bytes += len as u32;
        self.call.truncated |= truncated;
    }
}
