//! What rides with a context beside its ids: the caller's request id, baggage, the trace state of other tracing systems.
//!
//! Immutable behind an `Arc`: whoever changes something makes a new one. Calls do not copy it; it is where the thread's slot says,
//! for as long as what brought it there.

use super::{Baggage, TraceId};
use std::sync::Arc;

/// Bytes that a request id has at most.
const MAX_REQUEST_ID: usize = 128;
/// 32 members of a key and a value of 256 bytes each, W3C trace context, section 3.3.
const MAX_TRACESTATE: usize = 32 * (256 + 1 + 256 + 1);

/// What a context carries. Empty parts take nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Carried {
    request_id: Option<Arc<str>>,
    baggage: Option<Arc<Baggage>>,
    tracestate: Option<TraceState>,
    /// A trace whose id is not known to be random, for it came without the flag that says so. Ours are.
    not_random: Option<TraceId>,
}

/// It belongs to one trace, and is nothing to another that is begun below.
#[derive(Clone, Debug, PartialEq, Eq)]
struct TraceState {
    of: TraceId,
    text: Arc<str>,
}

impl Carried {
    /// Nothing, for scopes that hide what is around them.
    pub(super) const NOTHING: Carried =
        Carried { request_id: None, baggage: None, tracestate: None, not_random: None };

    /// Cut where it is too long; an empty one is none.
    pub(crate) fn set_request_id(&mut self, id: &str) {
        let id = id.get(..id.floor_char_boundary(MAX_REQUEST_ID)).unwrap_or_default();
        self.request_id = (!id.is_empty()).then(|| Arc::from(id));
    }

    pub(crate) fn set_baggage(&mut self, baggage: Baggage) {
        self.baggage = (!baggage.is_empty()).then(|| Arc::new(baggage));
    }

    /// None where it is too long, or no header could hold it.
    pub(crate) fn set_tracestate(&mut self, of: TraceId, text: &str) {
        let fits = !text.is_empty() && text.len() <= MAX_TRACESTATE;
        let is_plain = text.bytes().all(|b| b.is_ascii_graphic() || b == b' ' || b == b'\t');
        self.tracestate = (fits && is_plain).then(|| TraceState { of, text: Arc::from(text) });
    }

    /// The trace came from where its id was not said to be random (W3C trace context, level 2, 3.2.2.5).
    pub(crate) fn set_not_random(&mut self, trace_id: TraceId) {
        self.not_random = Some(trace_id);
    }

    pub(crate) fn is_random(&self, trace_id: TraceId) -> bool {
        self.not_random != Some(trace_id)
    }

    pub(crate) fn request_id(&self) -> Option<&Arc<str>> {
        self.request_id.as_ref()
    }

    pub(crate) fn baggage(&self) -> Option<&Arc<Baggage>> {
        self.baggage.as_ref()
    }

    pub(crate) fn tracestate(&self, of: TraceId) -> Option<&str> {
        self.tracestate.as_ref().filter(|state| state.of == of).map(|state| &*state.text)
    }

    /// `None` if it is nothing.
    pub(crate) fn shared(self) -> Option<Arc<Carried>> {
        (self != Carried::NOTHING).then(|| Arc::new(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_is_cut_at_a_character_and_an_empty_one_is_none() {
        let mut carried = Carried::NOTHING;
        carried.set_request_id(&format!("{}ä", "x".repeat(MAX_REQUEST_ID - 1)));
        assert_eq!(carried.request_id().map(|id| id.len()), Some(MAX_REQUEST_ID - 1));
        carried.set_request_id("");
        assert!(carried.shared().is_none());
    }

    #[test]
    fn a_trace_state_is_that_of_its_trace_alone_and_never_more_than_a_header_holds() {
        let (trace, other) = (TraceId { high: 1, low: 2 }, TraceId { high: 1, low: 3 });
        let mut carried = Carried::NOTHING;
        carried.set_tracestate(trace, "vendor=value");
        assert_eq!((carried.tracestate(trace), carried.tracestate(other)), (Some("vendor=value"), None));
        for text in ["", "a=b\r\nc: d", &"x".repeat(MAX_TRACESTATE + 1)] {
            carried.set_tracestate(trace, text);
            assert_eq!(carried.tracestate(trace), None);
        }
    }
}
