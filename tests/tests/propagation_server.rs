//! Requests at axum 0.7 and 0.8 behind the server layer: one call each, below its caller, named by its route.

use axum07::extract::MatchedPath as MatchedPath07;
use axum08::extract::MatchedPath as MatchedPath08;
use feagi_observability::tower::ServerLayer;
use feagi_observability::{
    CapturedContext, current_baggage, current_context, current_request_id, observe, propagation,
};
use feagi_observability_tests::captured::{Capture, Captured};
use http::{Request, Response, StatusCode};
use serde_json::Value;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use tower::{Layer, Service, ServiceExt};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// What a handler finds around it, before and after it was suspended.
async fn handler() -> String {
    let before = current_context();
    yield_once().await;
    assert_eq!(current_context().map(|context| context.span_id()), before.map(|context| context.span_id()));
    tracing::info!("from the handler");
    work();
    let tenant = current_baggage().and_then(|baggage| baggage.get("tenant").map(str::to_owned));
    let mut headers = BTreeHeaders::default();
    propagation::inject(&mut headers);
    format!(
        "{} {} {} {}",
        before.map(|context| context.trace_id().to_string()).unwrap_or_default(),
        tenant.unwrap_or_default(),
        current_request_id().as_deref().unwrap_or_default(),
        headers.0.get("tracestate").cloned().unwrap_or_default(),
    )
}

#[observe(name = "work")]
fn work() {}

#[derive(Default)]
struct BTreeHeaders(BTreeMap<&'static str, String>);

impl propagation::HeaderSink for BTreeHeaders {
    fn set(&mut self, name: &'static str, value: String) {
        self.0.insert(name, value);
    }

    fn unset(&mut self, name: &'static str) {
        self.0.remove(name);
    }
}

fn yield_once() -> impl Future<Output = ()> {
    let mut first = true;
    std::future::poll_fn(move |_| if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) })
}

fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Each poll on a thread of its own: what a request is in goes with it, and stays behind nowhere.
fn block_on<F: Future + Send>(future: F) -> F::Output
where
    F::Output: Send,
{
    let mut future = pin!(future);
    loop {
        let polled = std::thread::scope(|scope| {
            let poll = || {
                let polled = poll_once(future.as_mut());
                assert!(current_context().is_none() && current_request_id().is_none());
                polled
            };
            scope.spawn(poll).join().expect("a poll")
        });
        if let Poll::Ready(output) = polled {
            return output;
        }
    }
}

fn request(method: &str, path: &str) -> http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost:8000")
        .header("traceparent", format!("00-{TRACE}-{PARENT}-01"))
        .header("tracestate", "vendor=1")
        .header("baggage", "tenant=lab7,request_id=r-7")
}

fn router07(layer: ServerLayer) -> axum07::Router {
    use axum07::routing::get;
    let broken = || async { StatusCode::SERVICE_UNAVAILABLE };
    axum07::Router::new().route("/old/:id", get(handler)).route("/old/broken", get(broken)).layer(layer)
}

fn router08(layer: ServerLayer) -> axum08::Router {
    use axum08::routing::{any, get};
    let panics = || async {
        if current_context().is_some() {
            panic!("on purpose")
        }
    };
    axum08::Router::new()
        .route("/new/{id}", any(handler))
        .route("/new/missing", get(|| async { StatusCode::NOT_FOUND }))
        .route("/new/pending", get(std::future::pending::<()>))
        .route("/new/panics", get(panics))
        .layer(layer)
}

/// The status, and the body as a text.
async fn ask07(router: axum07::Router, request: http::request::Builder) -> (StatusCode, String) {
    let response = router.oneshot(request.body(axum07::body::Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let body = axum07::body::to_bytes(response.into_body(), 1000).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

async fn ask08(router: axum08::Router, request: http::request::Builder) -> (StatusCode, String) {
    let response = router.oneshot(request.body(axum08::body::Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let body = axum08::body::to_bytes(response.into_body(), 1000).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[test]
fn each_request_is_a_call_below_its_caller() {
    let layer07 = ServerLayer::new().route(|extensions| Some(extensions.get::<MatchedPath07>()?.as_str()));
    let layer08 = ServerLayer::new().route(|extensions| Some(extensions.get::<MatchedPath08>()?.as_str()));
    let seen = format!("{TRACE} lab7 r-7 vendor=1");
    let unobserved = block_on(ask07(router07(layer07), request("GET", "/old/1")));
    assert_eq!(unobserved, (StatusCode::OK, seen.clone()), "before init, who calls is handed on");

    let capture = Capture::start("propagation-server", "info");
    assert_eq!(
        block_on(ask07(router07(layer07), request("GET", "/old/2?secret=1"))),
        (StatusCode::OK, seen.clone())
    );
    assert_eq!(block_on(ask08(router08(layer08), request("POST", "/new/3"))), (StatusCode::OK, seen));
    let (status, _) = block_on(ask07(router07(layer07), request("GET", "/old/broken")));
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    let (status, _) = block_on(ask08(router08(layer08), request("GET", "/new/missing")));
    assert_eq!(status, StatusCode::NOT_FOUND);

    anonymous_and_untrusted_callers_begin_traces(layer08);
    panics_and_cancellations_are_told_apart(layer08);
    hostile_requests_make_no_series(layer08);
    a_service_that_fails_at_once_is_in_its_call();
    a_body_is_not_in_the_call_but_may_be_made_in_its_context(&capture);

    let captured = capture.finish();
    check_spans(&captured);
    check_fields(&captured);
    check_outcomes(&captured);
    check_page(&captured);
}

fn anonymous_and_untrusted_callers_begin_traces(layer: ServerLayer) {
    let (_, body) = block_on(ask08(router08(layer), Request::builder().uri("/new/anonymous")));
    assert_eq!((body.len(), body.contains(TRACE)), (35, false), "{body}");
    let (_, body) = block_on(ask08(router08(layer.untrusted()), request("PUT", "/new/untrusted")));
    assert_eq!((body.len(), body.contains(TRACE)), (35, false), "nothing of the caller's but a link: {body}");
    let bad =
        Request::builder().uri("/new/bad").header("traceparent", "00-0-0-00").header("tracestate", "a=1");
    let (status, body) = block_on(ask08(router08(layer), bad));
    assert_eq!((status, body.len()), (StatusCode::OK, 35), "{body}");
}

fn panics_and_cancellations_are_told_apart(layer: ServerLayer) {
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let mut asked = pin!(ask08(router08(layer), request("GET", "/new/panics")));
        assert!(poll_once(asked.as_mut()).is_pending(), "it panics");
    }));
    assert!(panicked.is_err());
    assert!(current_context().is_none());
    {
        let mut asked = pin!(ask08(router08(layer), request("GET", "/new/pending")));
        assert!(poll_once(asked.as_mut()).is_pending());
        assert!(current_context().is_none());
    }
}

fn hostile_requests_make_no_series(layer: ServerLayer) {
    for n in 0..50 {
        let (status, _) =
            block_on(ask08(router08(layer), request(&format!("BREW{n}"), &format!("/nowhere/{n}"))));
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
}

/// One that panics in `call` itself, before there is a future.
#[derive(Clone)]
struct PanicsAtOnce;

impl Service<Request<()>> for PanicsAtOnce {
    type Response = Response<()>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<()>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        assert_eq!(current_context().unwrap().trace_id().to_string(), TRACE);
        panic!("before there is a future");
    }
}

fn a_service_that_fails_at_once_is_in_its_call() {
    let mut service = ServerLayer::new().layer(PanicsAtOnce);
    let request = request("DELETE", "/at-once").body(()).unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| service.call(request))).is_err());
    assert!(current_context().is_none());
}

/// A body of whatever type, which is made piece by piece after the head.
struct Pieces(CapturedContext);

impl Pieces {
    fn next(&self) {
        assert!(current_context().is_none());
        self.0.run(piece);
    }
}

#[observe(name = "piece")]
fn piece() {}

fn a_body_is_not_in_the_call_but_may_be_made_in_its_context(capture: &Capture) {
    let handler =
        async |_: Request<()>| Ok::<_, Infallible>(Response::new(Pieces(CapturedContext::capture())));
    let service = ServerLayer::new().layer(tower::service_fn(handler));
    let request = request("PATCH", "/streamed").body(()).unwrap();
    let mut asked = pin!(service.oneshot(request));
    let Poll::Ready(Ok(response)) = poll_once(asked.as_mut()) else { panic!("a response at once") };
    let ended = r#"observed_calls_total{outcome="ok",site="PATCH"} 1"#;
    assert!(capture.page().contains(ended), "the call has ended with the head");
    response.body().next();
    // Whether anyone has wanted all of it makes no difference.
    drop(response);
    assert!(capture.page().contains(ended));
}

fn args<'a>(span: &'a Value, key: &str) -> &'a str {
    span["args"][key].as_str().unwrap_or_default()
}

fn check_spans(captured: &Captured) {
    for name in ["GET /old/:id", "POST /new/{id}"] {
        let [span] = captured.spans_of(name)[..] else { panic!("one span of `{name}`") };
        assert_eq!((args(span, "trace_id"), args(span, "parent_id")), (TRACE, PARENT), "{name}");
        let line = captured.line(name);
        assert_eq!(
            (&line["trace_id"], &line["span_id"]),
            (&span["args"]["trace_id"], &span["args"]["span_id"])
        );
        let inside = captured
            .spans_of("work")
            .into_iter()
            .filter(|inside| args(inside, "parent_id") == args(span, "span_id"));
        assert_eq!(inside.count(), 1, "the handler's call is a child of the request's");
        let lines = captured.lines_of("from the handler");
        assert!(
            lines.iter().any(|line| line["span_id"] == span["args"]["span_id"]),
            "and its lines stand in it"
        );
    }
    let (patch, piece) = (captured.line("PATCH"), captured.line("piece"));
    assert_eq!((&piece["trace_id"], &piece["parent_id"]), (&patch["trace_id"], &patch["span_id"]));
    let [untrusted] = captured.spans_of("PUT /new/{id}")[..] else { panic!("one span") };
    assert_eq!(args(untrusted, "parent_id"), "");
    assert_eq!(untrusted["args"]["follows_from"], serde_json::json!([format!("{TRACE}-{PARENT}")]));
}

fn check_fields(captured: &Captured) {
    let [span] = captured.spans_of("GET /old/:id")[..] else { panic!("one span") };
    let expected = serde_json::json!({
        "http.request.method": "GET",
        "http.route": "/old/:id",
        "server.address": "localhost",
        "server.port": 8000,
        "url.path": "/old/2",
        "http.response.status_code": 200,
    });
    assert_eq!(span["args"]["fields"], expected);
    let [broken] = captured.spans_of("GET /old/broken")[..] else { panic!("one span") };
    assert_eq!(broken["args"]["fields"]["error.type"], "503");
    let brewed = captured.spans_of("HTTP");
    assert_eq!(brewed.len(), 50);
    assert_eq!(brewed[0]["args"]["fields"]["http.request.method"], "_OTHER");
    assert_eq!(brewed[0]["args"]["fields"]["http.request.method_original"], "BREW0");
}

fn check_outcomes(captured: &Captured) {
    for (name, outcome) in [
        ("GET /old/:id", "ok"),
        ("GET /old/broken", "error"),
        ("GET /new/missing", "ok"),
        ("GET /new/panics", "panic"),
        ("GET /new/pending", "cancelled"),
        ("DELETE", "panic"),
    ] {
        assert_eq!(captured.outcomes(name), [outcome], "{name}");
        let series = format!("observed_calls_total{{outcome=\"{outcome}\",site=\"{name}\"}}");
        assert_eq!(captured.sample(&series), Some(1.0), "{series}");
    }
}

fn check_page(captured: &Captured) {
    let brewed = r#"observed_calls_total{outcome="ok",site="HTTP"}"#;
    assert_eq!(captured.sample(brewed), Some(50.0), "50 methods and 50 paths are one series");
    let series: Vec<&str> = captured.page.lines().filter_map(|line| line.split(" # ").next()).collect();
    for unbounded in ["/nowhere", "BREW", "/old/2", "r-7", "lab7", TRACE] {
        assert!(!series.iter().any(|line| line.contains(unbounded)), "`{unbounded}` in a series");
    }
    assert!(captured.page.contains(TRACE), "but in exemplars");
}
