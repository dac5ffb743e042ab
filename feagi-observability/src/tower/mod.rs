//! HTTP servers and clients that are made of [`tower`](https://docs.rs/tower) services, such as those of axum 0.7 and 0.8, tonic and
//! hyper-util: a [`ServerLayer`] that finds out who calls, a [`ClientLayer`] that says it, and an observed span for each request.
//! Both need the feature `tower`.
//!
//! ```
//! use feagi_observability::tower::ServerLayer;
//! # use axum08 as axum;
//! use axum::{Router, extract::MatchedPath, routing::get};
//!
//! // The layer goes onto the router: there the route is known, and it names the span.
//! let layer = ServerLayer::new().route(|extensions| Some(extensions.get::<MatchedPath>()?.as_str()));
//! let app: Router = Router::new().route("/genomes/{id}", get(|| async { "…" })).layer(layer);
//! ```
//!
//! # A request
//!
//! is one call: a span, an exit line at level info and target `feagi_observability::tower`, and the shared families
//! `observed_calls_total{site,outcome}` and `observed_duration_seconds{site}`, from the request until the head of the response is there (or the
//! future is dropped: `cancelled`). A body that is streamed afterwards is not in it: see below.
//!
//! - Its name, and so the label `site`, is the method and the route, `GET /genomes/{id}`, or the method alone where no route is known;
//!   a client's has the label `client GET`. Never the path: that is only in the field `url.path`. Methods that nobody has defined are one, `HTTP`; routes beyond 1,000 are
//!   named by their method.
//! - Its fields have the names of OpenTelemetry's semantic conventions for HTTP: `http.request.method`, `http.route`, `url.path`,
//!   `server.address`, `http.response.status_code`, `error.type` and so on. Queries, other headers and user information are not among them.
//! - It is an error when the service fails, and by its status: from 500 on at a server, from 400 on at a client.
//! - What is called for it on whatever thread polls it is its child, and [`inject`](crate::propagation::inject) passes it on.
//!
//! # The body
//!
//! of a response goes as it is, of whatever type, and the call does not wait for it. Whether it has arrived is not to be seen from a layer: a
//! server drops it unread or in the middle when the request is a `HEAD`, the status has no content (RFC 9110, 6.4.1), or the announced length is
//! reached, just as it does when the client has gone away; the call would be `cancelled` where nothing is amiss. And its duration would be
//! the client's, who reads as fast as it likes, not the service's, which is what a budget and an alert are about. Work that is done while a body
//! is streamed is a call of its own: an observed function that makes the next piece, in the request's context by
//! [`CapturedContext::run`](crate::CapturedContext::run).
//!
//! Imports `crossing` and `instrument`: a request is observed as any other call is.

mod client;
mod fields;
mod headers;
mod response;
mod server;
mod sites;

pub use client::{ClientLayer, ClientService};
pub use response::ResponseFuture;
pub use server::{ServerLayer, ServerService};

/// Without it nothing is observed; who calls is handed on all the same.
const IS_ON: bool = cfg!(feature = "enabled");
