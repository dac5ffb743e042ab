//! Contexts that leave the process and come into it: the headers of W3C Trace Context Level 2 and W3C Baggage.
//!
//! Receives header values as bytes, from anyone, and believes nothing. Gives what they say, or the reason why it is refused, to
//! `crossing::propagation`, and header values to whoever sends them.

pub(crate) mod baggage;
mod carrier;
mod grammar;
mod refused;
pub(crate) mod traceparent;
pub(crate) mod tracestate;

pub use carrier::{HeaderSink, HeaderSource};
pub(crate) use refused::{Header, Refusal, count as refuse, counts as refused_headers};
pub use traceparent::TraceParent;
