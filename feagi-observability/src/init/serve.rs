//! What the server answers: metrics in the format that the client prefers, and health.

use crate::config::TelemetryConfig;
use crate::server::{Routes, Server};
use crate::telemetry::{Exposition, TelemetryCollector, counted};
use std::io;
use std::net::TcpListener;
use std::sync::Arc;

/// Serves `telemetry` on `listener`.
pub(super) fn serve(
    listener: TcpListener,
    config: &TelemetryConfig,
    telemetry: &Arc<TelemetryCollector>,
) -> io::Result<Server> {
    let (for_metrics, for_health) = (Arc::clone(telemetry), Arc::clone(telemetry));
    let routes = Routes {
        metrics_path: config.metrics_path.clone(),
        health_path: config.health_check_path.clone(),
        metrics: Box::new(move |accept| {
            let format = Exposition::negotiate(accept);
            (format.content_type(), for_metrics.metrics_registry().page(format).text)
        }),
        health: Box::new(move || for_health.public_health()),
    };
    let server = Server::start(listener, routes)?;
    let refused = server.refused_count();
    telemetry.metrics_registry().add_source(Box::new(move || {
        let help = "Connections turned away because too many were open.";
        vec![counted("obs_connections_refused_total", help, refused())]
    }));
    Ok(server)
}
