//! Records on their way over the network, whatever they are and whichever protocol carries them.
//!
//! Receives encoded records from the exporters (`otlp`, `zipkin`), which write them on the collector's thread into an [`Outbox`]; a thread
//! of its own sends them, batch by batch, through a [`Transport`]. Only that thread waits for the network. What becomes of each record is
//! counted exactly once, in [`Queue`].
//!
//! Invariant: bounded in records, bytes, time and attempts, whatever the other side does; and nothing here prints, nor logs where it could
//! hear itself.

mod backoff;
mod batch;
mod endpoint;
mod gzip;
mod headers;
mod http;
mod limits;
mod lookup;
mod outbox;
mod packer;
mod periodic;
mod queue;
mod reply;
mod retry_after;
mod tls;
mod worker;

#[cfg(test)]
pub(super) mod scripted;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(super) use batch::Batch;
pub(super) use batch::Part;
pub(super) use endpoint::Endpoint;
pub(super) use gzip::gzip;
pub(super) use headers::{Header, headers};
pub(super) use http::{HttpClient, Media, USER_AGENT};
pub(super) use limits::Limits;
pub(super) use lookup::Lookup;
pub(super) use outbox::Outbox;
pub(super) use packer::Packer;
pub(super) use periodic::{Periodic, Source};
pub(super) use reply::Reply;
pub(super) use tls::Tls;
pub(super) use worker::Transport;
