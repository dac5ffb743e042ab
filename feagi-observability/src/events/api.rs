//! Requests to FEAGI's interfaces.

use feagi_observability_macros::Event;
use std::time::Duration;

/// Requests answered.
#[doc = include_str!("../../docs/events/api.md")]
#[derive(Event)]
#[event(
    name = "api",
    metric = "feagi_api_requests",
    target = "feagi.api",
    message = "Request answered",
    macros(export),
    crate = crate
)]
struct Api<'a> {
    #[event(positional)]
    method: &'a str,
    #[event(positional)]
    path: &'a str,
    status: u16,
    /// Time that a request took.
    #[event(
        histogram = "feagi_api_request_duration_seconds",
        unit = "seconds",
        buckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]
    )]
    duration: Duration,
}
