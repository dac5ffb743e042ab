//! Spans to a Zipkin server, and whatever else takes its v2 JSON over HTTP.
//!
//! Spans are encoded straight from what the collector read, on its thread ([`span`]); the room `delivery` sends them, as lists of spans
//! (`ListOfSpans` of openzipkin's `zipkin2-api.yaml`).

mod sink;
mod span;

#[cfg(test)]
mod tests;

pub(crate) use sink::ZipkinSink;
