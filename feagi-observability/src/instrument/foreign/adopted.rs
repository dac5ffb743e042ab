//! A call whose span is a `tracing` span: `#[instrument]` opens the span, and this adds what an observed call has besides it.
//!
//! It makes no context of its own. Its line has the ids and the values of the span, and the span is told how the call ended. Where
//! the span is not one of ours, disabled or another subscriber's, the call is no span at all, as in `tracing`: its line has the ids
//! of what is around it.

use super::super::call::End;
use super::super::clock;
use super::super::judgement::Judgement;
use super::super::lost;
use super::super::outcome::Outcome;
use super::super::record::{Header, Kind, Mark, flags};
use super::super::registry;
use super::super::site::{Site, State, signals};
use super::super::thread::{self, ThreadState};
use super::super::value::Written;
use super::keys::key_of;
use super::pool;
use super::span::{self, Recorded};
use crate::context::{Context, SpanId};
use std::future::Future;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::ptr;
use std::task::{Context as TaskContext, Poll};

/// Room for the text of an error where there is no span that has it.
const ERROR_BYTES: usize = 512;

/// A call in progress; dropping it ends the call. Made by the macros alone, after its span and before its body.
#[must_use = "a call that is dropped at once measures nothing"]
pub struct Adopted {
    /// `None` where the site is off, and once it has ended.
    call: Option<Running>,
    site: &'static Site,
}

#[derive(Clone, Copy)]
struct Running {
    /// That of its span, or of what is around it.
    context: Context,
    /// The key of its span.
    span: Option<u64>,
    start: u64,
    state: State,
    /// Whether the thread was unwinding already when the call began.
    unwinding: bool,
}

impl Adopted {
    /// Begins a call: one relaxed load and a branch where the site is off.
    #[inline(always)]
    pub fn begin(site: &'static Site, span: &tracing::Span) -> Adopted {
        let state = site.state();
        Adopted { call: if state == State::OFF { None } else { Running::begin(site, state, span) }, site }
    }

    /// Ends the call; `judge` says how, and is not called when the site is off.
    #[inline(always)]
    pub fn finish(&mut self, judge: impl FnOnce(&mut Judgement<'_>)) {
        let Some(call) = self.call else { return };
        let mut bytes = [MaybeUninit::uninit(); ERROR_BYTES];
        let mut end = call.end();
        // Should the error's `Display` unwind, the drop ends the call.
        judge(&mut Judgement { end: &mut end, bytes: &mut bytes, state: call.state });
        self.call = None;
        // SAFETY: so many bytes have been written through the judgement.
        let error = unsafe { bytes.get(..end.bytes as usize).unwrap_or_default().assume_init_ref() };
        call.leave_judged(self.site, &end, error);
    }
}

impl Drop for Adopted {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(call) = self.call.take() {
            call.abandon(self.site);
        }
    }
}

impl Running {
    #[cold]
    #[inline(never)]
    fn begin(site: &'static Site, mut state: State, span: &tracing::Span) -> Option<Running> {
        if state.has(signals::UNREGISTERED) {
            state = registry::first_state(site, &[]);
            if state == State::OFF {
                return None;
            }
        }
        let key = key_of(span);
        let own = key.and_then(span::context).map(|context| (context, key));
        let (context, span) = own.unwrap_or_else(|| (around(site), None));
        Some(Running { context, span, start: clock::now(), state, unwinding: std::thread::panicking() })
    }

    /// How its record begins, if it ends well; what its context says comes when it ends.
    fn end(&self) -> End {
        let mut flags = self.state.flags() & flags::LINE;
        if self.context.fate.is_sampled() {
            let is_example = self.span.is_some() && self.state.has(signals::METRICS);
            flags |= if is_example { flags::ADOPTED } else { 0 };
        }
        End { bytes: 0, mark: Mark { kind: Kind::Call, outcome: Outcome::Ok, flags } }
    }

    /// It was dropped: a function has returned, a future has been given up, or the thread unwinds.
    #[cold]
    #[inline(never)]
    fn abandon(self, site: &'static Site) {
        let mut end = self.end();
        if std::thread::panicking() && !self.unwinding {
            end.set(Outcome::Panic, self.state);
        } else if site.facts.is_async {
            end.set(Outcome::Cancelled, self.state);
        }
        self.leave(site, &end, &[]);
    }

    #[cold]
    #[inline(never)]
    fn leave_judged(self, site: &'static Site, end: &End, error: &[u8]) {
        self.leave(site, end, error);
    }

    /// Inlined into both that call it: each call counts.
    #[inline(always)]
    fn leave(self, site: &'static Site, end: &End, error: &[u8]) {
        let duration = clock::to_nanos(clock::now().saturating_sub(self.start));
        let Mark { outcome, flags, .. } = end.mark;
        // Its span is another record.
        let flags = flags & !flags::SPAN | self.context.fate.marks();
        let mark = Mark { flags, ..end.mark };
        let thread = thread::attach();
        if self.state.has(signals::METRICS) {
            match thread {
                Some(thread) => thread.shard(self.state.index(), site).record_call(outcome, duration),
                None => site.live().shared.call.record_shared(outcome, duration, &[]),
            }
        }
        let open = self.span.and_then(pool::find);
        if let Some(open) = open {
            span::judge(open, outcome, error);
        }
        // Without a line the record is there for the metrics: it is the example that they point to.
        if flags & (flags::LINE | flags::ADOPTED) == 0 {
            return;
        }
        let Some(thread) = thread else { return lost::count(flags) };
        let push = |recorded: Recorded<'_>| self.push(thread, site, (mark, duration), &recorded);
        if open.and_then(|open| span::values(open, push)).is_none() {
            self.push_error(thread, site, (mark, duration), error);
        }
    }

    fn push(
        &self,
        thread: &ThreadState,
        site: &'static Site,
        end: (Mark, u64),
        Recorded { written, bytes }: &Recorded<'_>,
    ) {
        let header = self.header(site, end, *written);
        // SAFETY: so many bytes are initialised.
        unsafe { thread.ring.push(header.mark.flags, header.bytes, bytes.as_ptr().cast(), || header) };
    }

    /// Where no span has the values, and with them the request id.
    #[cold]
    fn push_error(&self, thread: &ThreadState, site: &'static Site, end: (Mark, u64), error: &[u8]) {
        let written = Written { bytes: error.len() as u32, flags: 0 };
        let header = self.header(site, end, written);
        // SAFETY: so many bytes are initialised.
        if !unsafe { thread.push_with_request_id(header, error.as_ptr().cast()) } {
            self.push(thread, site, end, &Recorded { written, bytes: error });
        }
    }

    #[inline(always)]
    fn header(&self, site: &'static Site, (mark, duration): (Mark, u64), written: Written) -> Header {
        let Written { bytes, flags } = written;
        Header {
            bytes,
            mark: Mark { flags: mark.flags | flags, ..mark },
            origin: ptr::from_ref(site).cast(),
            trace_id: self.context.trace_id,
            span_id: self.context.span_id,
            // What is around a call that is no span is its span, not its parent.
            parent_id: self.span.map_or(SpanId::NONE, |_| self.context.parent_id),
            start: self.start,
            duration,
        }
    }
}

/// What is around a call that is no span.
#[cold]
#[inline(never)]
fn around(site: &'static Site) -> Context {
    let around = thread::attach().and_then(|thread| thread.slot.around());
    around.unwrap_or(Context::none(&site.span_name, false))
}

/// Makes `future` the body of the call that has begun. `judge` sees the output if the call is on, `report` in any case. The span is
/// entered around it by its owner.
#[inline(always)]
pub fn adopt_future<F: Future>(
    call: Adopted,
    future: F,
    judge: fn(&F::Output, &mut Judgement<'_>),
    report: fn(&F::Output),
) -> AdoptedFuture<F> {
    AdoptedFuture { future, call, judge, report }
}

/// A future that is one adopted call: from its beginning to its end, or to its drop.
#[must_use = "futures do nothing unless they are polled"]
pub struct AdoptedFuture<F: Future> {
    /// Dropped before the call ends.
    future: F,
    call: Adopted,
    judge: fn(&F::Output, &mut Judgement<'_>),
    report: fn(&F::Output),
}

impl<F: Future> Future for AdoptedFuture<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<F::Output> {
        // SAFETY: `future` is only ever seen pinned, and dropped in place.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: structural pinning of `future`.
        let polled = unsafe { Pin::new_unchecked(&mut this.future) }.poll(task);
        if let Poll::Ready(output) = &polled {
            let judge = this.judge;
            this.call.finish(|judgement| judge(output, judgement));
            (this.report)(output);
        }
        polled
    }
}
