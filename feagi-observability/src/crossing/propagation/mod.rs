//! Contexts that go to other processes and come from them, as W3C Trace Context Level 2 (<https://www.w3.org/TR/trace-context-2/>) and W3C
//! Baggage (<https://www.w3.org/TR/baggage/>) say: in the headers `traceparent`, `tracestate` and `baggage` of whatever has headers, or
//! in the environment of a child process.
//!
//! [`inject`] says to the other side who is calling, [`extract`] finds out who calls. For HTTP servers and clients that are made of
//! `tower` services, the feature `tower` has layers that do both and open a span for each request.
//!
//! ```
//! use feagi_observability::propagation::{extract, inject};
//! use feagi_observability::{current_context, observe};
//! use std::collections::HashMap;
//!
//! /// On this side.
//! #[observe]
//! fn ask() -> HashMap<String, String> {
//!     let mut headers = HashMap::new();
//!     inject(&mut headers);
//!     headers
//! }
//!
//! /// On the other one: the call is a child of the one that asked.
//! fn answer(headers: &HashMap<String, String>) {
//!     extract(headers).run(|| handle());
//! }
//!
//! #[observe]
//! fn handle() {}
//!
//! answer(&ask());
//! ```
//!
//! # What is believed
//!
//! Headers come from anyone. A `traceparent` that is not as the specification says, or that stands twice, begins the trace anew; a
//! `tracestate` that is not is left out, and so is each member of `baggage`. Nothing is said at the time: [`Stats::refused_headers`] and
//! `obs_headers_refused_total{header,reason}` on the metrics page count them. The caller's `sampled` flag is advice. What callers say
//! becomes no metric label.
//!
//! # What is said
//!
//! `traceparent` is the call's own: its trace, its span, whether it is sampled, and that the trace id is random, unless the trace came
//! from where that was not said. `tracestate` is passed on as it came; we have nothing to add to it. `baggage` holds the members of
//! [`current_baggage`](crate::current_baggage), and the [request id](crate::with_request_id) as the member `request_id`: think of who
//! receives it.
//!
//! [`Stats::refused_headers`]: crate::Stats::refused_headers

mod environment;
mod extract;
mod inject;

pub use crate::context::propagation::{HeaderSink, HeaderSource, TraceParent};
pub use environment::{PropagateContext, extract_from_environment};
pub use extract::extract;
pub use inject::inject;

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
const BAGGAGE: &str = "baggage";
/// The member of the baggage that is the caller's request id.
const REQUEST_ID: &str = "request_id";
