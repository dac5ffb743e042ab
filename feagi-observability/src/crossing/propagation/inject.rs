//! From a context to headers.

use super::{BAGGAGE, REQUEST_ID, TRACEPARENT, TRACESTATE};
use crate::context::propagation::{HeaderSink, TraceParent, baggage};
use crate::crossing::CapturedContext;

/// Writes the context that the calling thread is in to these headers: whoever receives them knows who calls.
///
/// In no context, headers that say who calls are left as they are, so that whoever only passes a message on passes them on, too.
///
/// ```
/// use feagi_observability::propagation::inject;
/// use feagi_observability::with_request_id;
///
/// let mut headers = Vec::new();
/// with_request_id("r-7", || inject(&mut headers));
/// assert_eq!(headers, [("baggage".to_owned(), "request_id=r-7".to_owned())]);
/// ```
pub fn inject(headers: &mut impl HeaderSink) {
    CapturedContext::capture().inject(headers);
}

impl CapturedContext {
    /// Writes this context to the headers, as [`inject`] does the calling thread's.
    ///
    /// ```
    /// use feagi_observability::propagation::extract;
    ///
    /// let came = vec![
    ///     ("traceparent".to_owned(), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
    ///     ("tracestate".to_owned(), "vendor=value".to_owned()),
    /// ];
    /// let mut goes = Vec::new();
    /// extract(&came).inject(&mut goes);
    /// assert_eq!(came, goes);
    /// ```
    pub fn inject(&self, headers: &mut impl HeaderSink) {
        if let Some(context) = self.context() {
            let is_random = self.is_random();
            let (span_id, is_kept) = context.parent_of_others();
            let parent = TraceParent::new(context.trace_id, span_id, is_kept, is_random);
            headers.set(TRACEPARENT, parent.to_string());
            match self.tracestate() {
                Some(list) => headers.set(TRACESTATE, list.to_owned()),
                // What may stand there is about another parent.
                None => headers.unset(TRACESTATE),
            }
        }
        let members = self.baggage_header();
        if !members.is_empty() {
            headers.set(BAGGAGE, members);
        }
    }

    fn baggage_header(&self) -> String {
        let mut writer = baggage::Writer::default();
        if let Some(id) = self.request_id() {
            writer.push(REQUEST_ID, id, "");
        }
        for (key, value, properties) in self.baggage().iter() {
            if key != REQUEST_ID || self.request_id().is_none() {
                writer.push(key, value, properties);
            }
        }
        writer.finish()
    }
}
