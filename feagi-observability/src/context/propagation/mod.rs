//! Contexts that leave the process and come into it: the headers of W3C Trace Context Level 2 and W3C Baggage.
//!
//! Receives header values as bytes, from anyone, and believes nothing: what is not as it should be is counted and left out. Gives
//! contexts to the thread's slot, and header values to whoever sends them.

mod baggage;
mod grammar;
mod refused;
mod traceparent;
mod tracestate;

pub(crate) use refused::{Header, Refusal, counts as refused_headers};
pub use traceparent::TraceParent;
