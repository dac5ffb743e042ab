//! A server that passes on who calls: an axum router behind the server layer, which calls other servers through the client layer.
//!
//! ```sh
//! cargo run --example http_server            # listens on 127.0.0.1:5000; another address may follow
//! curl -d '[]' -H 'content-type: application/json' http://127.0.0.1:5000/test
//! curl http://127.0.0.1:5000/metrics
//! ```
//!
//! `POST /test` takes a JSON list of `{"url": …, "arguments": …}` and posts the arguments of each to its URL, with `traceparent`,
//! `tracestate` and `baggage`. This is what the W3C's test suite for Trace Context asks of a server
//! (<https://github.com/w3c/trace-context>, `test/README.md`): `STRICT_LEVEL=2 SPEC_LEVEL=2 python test.py http://127.0.0.1:5000/test`.
//!
//! It calls whatever it is told to, and so listens on loopback unless it is told otherwise, too.

use axum::body::Body;
use axum::extract::{MatchedPath, State};
use axum::http::{Request, StatusCode, Uri, header};
use axum::routing::{get, post};
use axum::{Json, Router};
use feagi_observability::tower::{ClientLayer, ClientService, ServerLayer};
use feagi_observability::{
    LogFormat, LoggingConfig, ObservabilityConfig, ObservabilityManager, TelemetryConfig, init_observability,
};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;
use serde_json::Value;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tower::{Layer, ServiceExt};

/// A client whose requests are children of the call that makes them.
type Caller = ClientService<Client<HttpConnector, Body>>;

/// One server to call.
#[derive(Deserialize)]
struct Call {
    url: String,
    #[serde(default)]
    arguments: Value,
}

/// Calls them one after the other.
async fn test(State(caller): State<Caller>, Json(calls): Json<Vec<Call>>) -> Result<Json<Value>, Failure> {
    for call in calls {
        let url: Uri = call.url.parse().map_err(|_| Failure(StatusCode::BAD_REQUEST))?;
        let request = Request::post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(call.arguments.to_string()))
            .map_err(|_| Failure(StatusCode::BAD_REQUEST))?;
        // That it could not be reached stands in the request's own span and line.
        caller.clone().oneshot(request).await.map_err(|_| Failure(StatusCode::BAD_GATEWAY))?;
    }
    Ok(Json(Value::Null))
}

/// What the caller is told.
struct Failure(StatusCode);

impl axum::response::IntoResponse for Failure {
    fn into_response(self) -> axum::response::Response {
        self.0.into_response()
    }
}

fn app(observability: Arc<ObservabilityManager>) -> Router {
    let caller = ClientLayer::new().layer(Client::builder(TokioExecutor::new()).build_http());
    let observed = ServerLayer::new().route(|extensions| Some(extensions.get::<MatchedPath>()?.as_str()));
    let metrics = get(async move || observability.telemetry().export_metrics());
    Router::new()
        .route("/test", post(test))
        .layer(observed)
        // Below the layer: whoever scrapes is no caller.
        .route("/metrics", metrics)
        .with_state(caller)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:5000".to_owned());
    let observability = Arc::new(init_observability(&ObservabilityConfig {
        logging: LoggingConfig { format: LogFormat::Json, ..Default::default() },
        telemetry: TelemetryConfig { tracing_enabled: true, ..Default::default() },
        ..Default::default()
    })?);
    let listener = tokio::net::TcpListener::bind(&address).await?;
    println!("listening on http://{}/test", listener.local_addr()?);
    let stopped = async { tokio::signal::ctrl_c().await.unwrap_or_default() };
    axum::serve(listener, app(Arc::clone(&observability))).with_graceful_shutdown(stopped).await?;
    let report = observability.shutdown(Duration::from_secs(5));
    println!("lost: {:?}, refused: {:?}", report.dropped, observability.stats().refused_headers);
    Ok(())
}
