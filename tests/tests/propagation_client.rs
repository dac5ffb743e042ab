//! Requests that are made through the client layer: one call each, which names itself to whoever answers.

use feagi_observability::propagation::TraceParent;
use feagi_observability::tower::{ClientLayer, ServerLayer};
use feagi_observability::{current_context, observe, with_request_id};
use feagi_observability_tests::captured::{Capture, Captured};
use http::{HeaderMap, Request, Response, StatusCode};
use serde_json::Value;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use tower::{Layer, ServiceExt, service_fn};

/// What the other side has been sent.
static SENT: Mutex<Vec<HeaderMap>> = Mutex::new(Vec::new());

/// The other side: answers as the path says.
async fn answer(request: Request<()>) -> io::Result<Response<()>> {
    SENT.lock().unwrap().push(request.headers().clone());
    let status = match request.uri().path() {
        "/ok" => StatusCode::OK,
        "/missing" => StatusCode::NOT_FOUND,
        _ => return Err(io::ErrorKind::ConnectionRefused.into()),
    };
    let mut response = Response::new(());
    *response.status_mut() = status;
    Ok(response)
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

async fn ask(method: &str, path: &str) -> io::Result<StatusCode> {
    let request = Request::builder()
        .method(method)
        .uri(format!("https://user:secret@example.com:8443{path}?token=secret"))
        .header("tracestate", "stale=1")
        .body(())
        .unwrap();
    let client = ClientLayer::new().layer(service_fn(answer));
    client.oneshot(request).await.map(|response| response.status())
}

#[observe(name = "asks", log(on = "never"))]
async fn asks(method: &str, path: &str) -> io::Result<StatusCode> {
    let around = current_context();
    let status = ask(method, path).await;
    assert_eq!(current_context().map(|c| c.span_id()), around.map(|c| c.span_id()), "left as it was entered");
    status
}

fn sent() -> Vec<HeaderMap> {
    std::mem::take(&mut SENT.lock().unwrap())
}

#[test]
fn each_request_names_itself_as_the_caller() {
    block_on(asks("GET", "/ok")).unwrap();
    assert!(!sent()[0].contains_key("traceparent"), "before init nobody is calling");

    let capture = Capture::start("propagation-client", "info");
    assert_eq!(with_request_id("r-7", || block_on(asks("GET", "/ok"))).unwrap(), StatusCode::OK);
    let got = sent();
    assert_eq!(block_on(asks("POST", "/missing")).unwrap(), StatusCode::NOT_FOUND);
    assert!(block_on(asks("PUT", "/refused")).is_err());
    assert_eq!(block_on(ask("HEAD", "/ok")).unwrap(), StatusCode::OK);
    let root = sent().pop().unwrap();
    three_requests_of_one_call();
    let three = sent();
    a_server_of_ours_is_the_child_of_a_client_of_ours();
    let captured = capture.finish();

    let [asked] = captured.spans_of("GET")[..] else { panic!("one span") };
    let said = parent_in(&got[0]);
    assert_eq!(got[0]["baggage"], "request_id=r-7");
    assert!(!got[0].contains_key("tracestate"), "it was about another parent");
    assert_eq!(said.span_id().to_string(), asked["args"]["span_id"]);
    assert_eq!(said.trace_id().to_string(), asked["args"]["trace_id"]);
    let asks = captured.spans_of("asks");
    assert!(asks.iter().any(|span| span["args"]["span_id"] == asked["args"]["parent_id"]), "below what asks");
    let [head] = captured.spans_of("HEAD")[..] else { panic!("one span") };
    assert_eq!(head["args"].get("parent_id"), None, "asked for by nobody");
    assert_eq!(parent_in(&root).span_id().to_string(), head["args"]["span_id"]);

    let spans: std::collections::BTreeSet<String> =
        three.iter().map(|headers| parent_in(headers).span_id().to_string()).collect();
    let traces: std::collections::BTreeSet<String> =
        three.iter().map(|headers| parent_in(headers).trace_id().to_string()).collect();
    assert_eq!((spans.len(), traces.len()), (3, 1));

    check_fields(&captured);
    check_chain(&captured);
}

fn parent_in(headers: &HeaderMap) -> TraceParent {
    TraceParent::parse(headers["traceparent"].to_str().unwrap()).unwrap()
}

#[observe]
fn three_requests_of_one_call() {
    for _ in 0..3 {
        block_on(ask("OPTIONS", "/ok")).unwrap();
    }
}

fn a_server_of_ours_is_the_child_of_a_client_of_ours() {
    let server = ServerLayer::new().layer(service_fn(answer));
    let client = ClientLayer::new().layer(server);
    block_on(client.oneshot(Request::patch("http://example.com/ok").body(()).unwrap())).unwrap();
}

fn check_fields(captured: &Captured) {
    let fields = |name: &str| captured.spans_of(name)[0]["args"]["fields"].clone();
    let expected = serde_json::json!({
        "http.request.method": "GET",
        "server.address": "example.com",
        "server.port": 8443,
        "url.full": "https://example.com:8443/ok",
        "http.response.status_code": 200,
    });
    assert_eq!(fields("GET"), expected, "neither user nor query");
    assert_eq!(captured.outcomes("GET"), ["ok"]);
    assert_eq!(fields("POST")["error.type"], "404");
    assert_eq!(captured.outcomes("POST"), ["error"]);
    assert_eq!(fields("PUT")["error.type"], "std::io::error::Error");
    assert_eq!(fields("PUT").get("http.response.status_code"), None);
    assert_eq!(captured.outcomes("PUT"), ["error"]);
}

fn check_chain(captured: &Captured) {
    let spans = captured.spans_of("PATCH");
    let with_parent = |wanted: Option<&Value>| {
        spans
            .iter()
            .find(|span| span["args"].get("parent_id") == wanted)
            .expect("a client's and a server's span")
    };
    let client = with_parent(None);
    let server = with_parent(Some(&client["args"]["span_id"]));
    assert_eq!(client["args"]["trace_id"], server["args"]["trace_id"]);
    for site in ["PATCH", "client PATCH"] {
        let series = format!("observed_calls_total{{outcome=\"ok\",site=\"{site}\"}}");
        assert_eq!(captured.sample(&series), Some(1.0), "each side has a series of its own");
    }
}
