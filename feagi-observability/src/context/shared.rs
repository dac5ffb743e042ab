//! A context that several threads may read while another gives its place to a new one. Every part is an atomic of its own;
//! whoever reads looks afterwards whether the place still holds what it asked for.

use super::fate::Fate;
use super::{Context, SpanId, SpanName, TraceId};
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU8, AtomicU64, Ordering::Relaxed};

pub(crate) struct SharedContext {
    trace_high: AtomicU64,
    trace_low: AtomicU64,
    span: AtomicU64,
    parent: AtomicU64,
    /// Null or a static.
    name: AtomicPtr<SpanName>,
    fate: AtomicU8,
}

impl SharedContext {
    /// Relaxed: the owner of the place publishes it afterwards.
    pub(crate) fn store(&self, context: &Context) {
        self.trace_high.store(context.trace_id.high, Relaxed);
        self.trace_low.store(context.trace_id.low, Relaxed);
        self.span.store(context.span_id.0, Relaxed);
        self.parent.store(context.parent_id.0, Relaxed);
        self.name.store(ptr::from_ref(context.name).cast_mut(), Relaxed);
        self.fate.store(context.fate.0, Relaxed);
    }

    /// The parts as they are found; `None` before the first `store`. Relaxed: the reader asks the owner before and after.
    #[inline]
    pub(crate) fn load(&self) -> Option<Context> {
        // SAFETY: null, or a reference to a static that `store` was given.
        let name: &'static SpanName = unsafe { self.name.load(Relaxed).as_ref() }?;
        Some(Context {
            trace_id: TraceId { high: self.trace_high.load(Relaxed), low: self.trace_low.load(Relaxed) },
            span_id: SpanId(self.span.load(Relaxed)),
            parent_id: SpanId(self.parent.load(Relaxed)),
            name,
            fate: Fate(self.fate.load(Relaxed)),
        })
    }
}
