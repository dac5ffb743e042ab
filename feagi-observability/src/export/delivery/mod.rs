//! Records on their way over the network, whatever they are and whichever protocol carries them.
//!
//! Receives encoded records from the exporters (`otlp`, `zipkin`, `syslog`, `elk`), which write them on the collector's thread into an [`Outbox`]; a thread
//! of its own sends them, batch by batch, through a [`Transport`]. Only that thread waits for the network. What becomes of each record is
//! counted exactly once, in [`Queue`].
//!
//! Invariant: bounded in records, bytes, time and attempts, whatever the other side does; and nothing here prints, nor logs where it could
//! hear itself.

mod backoff;
mod batch;
#[cfg(any(feature = "otlp", feature = "zipkin", feature = "elk"))]
mod endpoint;
#[cfg(any(feature = "otlp", feature = "zipkin", feature = "elk"))]
mod gzip;
#[cfg(any(feature = "otlp", feature = "zipkin", feature = "elk"))]
mod headers;
#[cfg(any(feature = "otlp", feature = "zipkin", feature = "elk"))]
mod http;
mod limits;
#[cfg(any(feature = "otlp", feature = "zipkin", feature = "elk"))]
mod lookup;
mod outbox;
mod packer;
#[cfg(feature = "otlp")]
mod periodic;
mod queue;
mod reply;
#[cfg(any(feature = "otlp", feature = "zipkin", feature = "elk"))]
mod retry_after;
#[cfg(any(feature = "syslog", feature = "elk"))]
mod socket;
#[cfg(any(feature = "otlp", feature = "zipkin", feature = "elk"))]
mod tls;
mod worker;

#[cfg(all(test, feagi_observability_model))]
mod models;
#[cfg(all(test, any(feature = "otlp", feature = "zipkin", feature = "elk")))]
pub(super) mod scripted;
#[cfg(all(test, feature = "otlp"))]
mod tests;

#[cfg(test)]
pub(super) use batch::Batch;
pub(super) use batch::Part;
#[cfg(any(feature = "otlp", feature = "zipkin", feature = "elk"))]
pub(super) use endpoint::Endpoint;
#[cfg(any(feature = "otlp", feature = "zipkin", feature = "elk"))]
pub(super) use gzip::gzip;
#[cfg(any(feature = "otlp", feature = "zipkin", feature = "elk"))]
pub(super) use headers::{Header, headers};
#[cfg(any(feature = "otlp", feature = "zipkin", feature = "elk"))]
pub(super) use http::{HttpClient, Media, USER_AGENT};
pub(super) use limits::Limits;
#[cfg(feature = "otlp-grpc")]
pub(super) use lookup::Lookup;
pub(super) use outbox::Outbox;
pub(super) use packer::Packer;
#[cfg(feature = "otlp")]
pub(super) use periodic::{Periodic, Source};
pub(super) use reply::Reply;
#[cfg(any(feature = "syslog", feature = "elk"))]
pub(super) use socket::{Address, Socket};
#[cfg(any(feature = "otlp", feature = "zipkin", feature = "elk"))]
pub(super) use tls::Tls;
pub(super) use worker::Transport;
