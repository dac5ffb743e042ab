//! From headers to a context. Nothing that anybody sends makes it fail: what is refused is counted, and the rest taken.

use super::{BAGGAGE, REQUEST_ID, TRACEPARENT, TRACESTATE};
use crate::context::propagation::{
    Header, HeaderSource, Refusal, TraceParent, baggage, refuse, traceparent, tracestate,
};
use crate::context::{Baggage, Context, sampling};
use crate::crossing::CapturedContext;

/// The context that a caller has put into these headers, to be entered where the caller is answered: calls in it are children of the
/// caller's span, and its baggage and request id go with them.
///
/// Without a `traceparent` that can be believed it has the thread in no context, so that what is called in it begins a trace of its own,
/// whatever the thread was in before (W3C Trace Context, 4.2).
///
/// ```
/// use feagi_observability::propagation::extract;
///
/// let headers = vec![
///     ("Traceparent".to_owned(), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
///     ("Baggage".to_owned(), "tenant=lab%207, not a member".to_owned()),
/// ];
/// let caller = extract(&headers);
/// assert_eq!(caller.context().unwrap().span_id().to_string(), "00f067aa0ba902b7");
/// assert_eq!(caller.baggage().get("tenant"), Some("lab 7"));
/// ```
pub fn extract(headers: &impl HeaderSource) -> CapturedContext {
    let carrying = with_baggage(CapturedContext::from(None), headers);
    let Some(parent) = parent(headers) else { return carrying };
    let is_kept = parent.is_sampled() && sampling::follows(parent.trace_id());
    match Context::remote(parent.trace_id(), parent.span_id(), is_kept) {
        Some(context) => with_trace(carrying.at(context), &parent, headers),
        None => carrying,
    }
}

fn parent(headers: &impl HeaderSource) -> Option<TraceParent> {
    let mut values = headers.get_all(TRACEPARENT);
    let Some(value) = values.next() else {
        // 3.3: it is about a parent that nobody knows.
        if headers.get_all(TRACESTATE).any(|value| !value.is_empty()) {
            refuse(Header::Tracestate, Refusal::Orphaned, 1);
        }
        return None;
    };
    let read = if values.next().is_some() { Err(Refusal::Repeated) } else { traceparent::read(value) };
    read.map_err(|reason| refuse(Header::Traceparent, reason, 1)).ok()
}

/// What goes with the trace.
fn with_trace(
    captured: CapturedContext,
    parent: &TraceParent,
    headers: &impl HeaderSource,
) -> CapturedContext {
    let captured = match tracestate::read(headers.get_all(TRACESTATE)) {
        Ok(list) if list.is_empty() => captured,
        Ok(list) => captured.with_tracestate(&list),
        Err(reason) => {
            refuse(Header::Tracestate, reason, 1);
            captured
        }
    };
    if parent.is_random() {
        captured
    } else {
        captured.with(|carried| carried.set_not_random(parent.trace_id()))
    }
}

fn with_baggage(captured: CapturedContext, headers: &impl HeaderSource) -> CapturedContext {
    let (mut found, mut request_id) = (Baggage::new(), None);
    baggage::read(headers.get_all(BAGGAGE), |member| {
        if member.key == REQUEST_ID {
            request_id = Some(member.value.into_owned());
        } else if !found.insert_with_metadata(member.key, &member.value, &member.properties) {
            refuse(Header::Baggage, Refusal::Oversized, 1);
        }
    });
    let captured = if found.is_empty() { captured } else { captured.with_baggage(found) };
    match request_id {
        Some(id) => captured.with_request_id(&id),
        None => captured,
    }
}
