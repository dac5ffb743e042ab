//! Metrics and health over HTTP: a small server for a scraper and a few people on the same machine.
//!
//! `listener` takes connections, `connection` reads a `request` from each and sends what `routes` answers. Receives
//! what to answer as closures and knows no signal. GET and HEAD, one request a connection, loopback only.
//!
//! Invariant: whatever a client sends or does not send, it holds one of few threads for a few seconds at most.

mod connection;
mod listener;
mod request;
mod routes;

pub(crate) use listener::{Server, bind};
pub(crate) use routes::Routes;
