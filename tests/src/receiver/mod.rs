//! A collector on loopback that counts what it gets and answers as it is told: OTLP over HTTP/1.1 and gRPC, and Zipkin, on one port.

mod content;

use bytes::Bytes;
pub use content::Content;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// What is done with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// All of it is taken.
    Accept,
    /// Come back, at once if you like.
    Busy,
    /// It would not be taken another time.
    Refuse,
    /// Less of it might be taken.
    TooLarge,
    /// All but so many records are taken.
    Partly(u8),
    /// Somebody else takes it.
    Elsewhere,
    /// It is never answered.
    Hold,
}

/// What has come so far.
#[derive(Debug, Default)]
pub struct Got {
    /// Requests, whatever was answered.
    pub requests: u64,
    /// Bytes of their bodies, as they came.
    pub bytes: u64,
    /// The contents of those that were accepted.
    pub content: Content,
}

#[derive(Default)]
struct State {
    acts: VecDeque<Act>,
    got: Got,
}

/// How it is reached, and what it keeps.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to listen.
    pub address: SocketAddr,
    /// Keep the ids of spans, not only their number.
    pub ids: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { address: ([127, 0, 0, 1], 0).into(), ids: true }
    }
}

/// A collector that listens until it is dropped.
pub struct Receiver {
    /// Where it listens.
    pub address: SocketAddr,
    shared: Shared,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Clone)]
struct Shared {
    state: Arc<Mutex<State>>,
    ids: bool,
}

impl Shared {
    fn with<T>(&self, read: impl FnOnce(&mut State) -> T) -> T {
        read(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Receiver {
    /// One that does these one after the other, and then accepts.
    pub fn doing(acts: impl IntoIterator<Item = Act>) -> Receiver {
        Receiver::start(&Options::default(), None, acts)
    }

    /// One behind TLS.
    pub fn encrypted(config: Arc<ServerConfig>) -> Receiver {
        Receiver::start(&Options::default(), Some(config), [])
    }

    /// One with everything said.
    ///
    /// # Panics
    /// When the address is taken.
    pub fn start(
        options: &Options,
        tls: Option<Arc<ServerConfig>>,
        acts: impl IntoIterator<Item = Act>,
    ) -> Receiver {
        let state = State { acts: acts.into_iter().collect(), got: Got::default() };
        let shared = Shared { state: Arc::new(Mutex::new(state)), ids: options.ids };
        let listener = std::net::TcpListener::bind(options.address).expect("the address is free");
        listener.set_nonblocking(true).expect("a socket can be");
        let address = listener.local_addr().expect("a bound address");
        let (stop, stopped) = oneshot::channel();
        let of_thread = shared.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let listener = TcpListener::from_std(listener).expect("a listening socket");
                tokio::spawn(accept(listener, tls.map(TlsAcceptor::from), of_thread));
                let _ = stopped.await;
            });
        });
        Receiver { address, shared, stop: Some(stop), thread: Some(thread) }
    }

    /// Looks at what has come.
    pub fn got<T>(&self, read: impl FnOnce(&Got) -> T) -> T {
        self.shared.with(|state| read(&state.got))
    }

    /// Waits until something is true of what has come.
    ///
    /// # Panics
    /// When it has not become so for long.
    pub fn wait_until(&self, what: &str, is_true: impl Fn(&Got) -> bool) {
        crate::exporting::wait_until(what, || self.got(&is_true));
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, shared: Shared) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(connection(stream, tls.clone(), shared.clone()));
    }
}

async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, shared: Shared) {
    match tls {
        None => requests(stream, shared).await,
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                requests(stream, shared).await;
            }
        }
    }
}

async fn requests(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, shared: Shared) {
    let service = service_fn(move |request| answer(request, shared.clone()));
    // How a connection ends is the client's affair.
    let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
}

/// Nobody is there: following it would be a failure of another kind.
const ELSEWHERE: &str = "http://127.0.0.1:1/";

type Answer = Response<BoxBody<Bytes, Infallible>>;

async fn answer(request: Request<Incoming>, shared: Shared) -> Result<Answer, hyper::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let is_grpc = head.headers.get("content-type").is_some_and(|kind| kind == "application/grpc");
    let act = shared.with(|state| {
        state.got.requests += 1;
        state.got.bytes += body.len() as u64;
        let act = state.acts.pop_front().unwrap_or(Act::Accept);
        if matches!(act, Act::Accept | Act::Partly(_)) {
            state.got.content.add(&head, &body, shared.ids);
        }
        act
    });
    if act == Act::Hold {
        std::future::pending::<()>().await;
    }
    Ok(if is_grpc { grpc(act) } else { http(act, head.uri.path(), &head.headers) })
}

fn http(act: Act, path: &str, headers: &HeaderMap) -> Answer {
    let json = headers.get("content-type").is_some_and(|kind| kind == "application/json");
    let (status, body) = match act {
        Act::Accept | Act::Hold if path.ends_with("/spans") => (202, Bytes::new()),
        Act::Accept | Act::Hold => (200, Bytes::new()),
        Act::Busy => (503, Bytes::new()),
        Act::Refuse => (400, Bytes::new()),
        Act::TooLarge => (413, Bytes::new()),
        Act::Elsewhere => (302, Bytes::new()),
        Act::Partly(records) if json => {
            (200, format!("{{\"partialSuccess\":{{\"rejectedSpans\":\"{records}\"}}}}").into())
        }
        Act::Partly(records) => (200, partial_success(records)),
    };
    let mut response = Response::new(Full::new(body).boxed());
    *response.status_mut() = status.try_into().expect("a status");
    match act {
        Act::Busy => drop(response.headers_mut().insert("retry-after", HeaderValue::from_static("0"))),
        Act::Elsewhere => {
            drop(response.headers_mut().insert("location", HeaderValue::from_static(ELSEWHERE)))
        }
        _ => {}
    }
    response
}

fn grpc(act: Act) -> Answer {
    let (status, said, message) = match act {
        Act::Accept | Act::Hold => ("0", "", Bytes::new()),
        Act::Partly(records) => ("0", "", partial_success(records)),
        Act::Busy => ("14", "busy", Bytes::new()),
        Act::Refuse => ("3", "no", Bytes::new()),
        Act::TooLarge => ("8", "message larger than max", Bytes::new()),
        Act::Elsewhere => {
            let mut response = Response::new(Full::new(Bytes::new()).boxed());
            *response.status_mut() = http::StatusCode::FOUND;
            response.headers_mut().insert("location", HeaderValue::from_static(ELSEWHERE));
            return response;
        }
    };
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static(status));
    trailers.insert("grpc-message", HeaderValue::from_static(said));
    let length = u32::try_from(message.len()).expect("a short message").to_be_bytes();
    let frame = Bytes::from([&[0], length.as_slice(), &message].concat());
    let body = Full::new(frame).with_trailers(std::future::ready(Some(Ok(trailers)))).boxed();
    let mut response = Response::new(body);
    response.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
    response
}

/// The same in all signals: field 1 of the answer, and in that field 1.
fn partial_success(records: u8) -> Bytes {
    assert!(records < 0x80, "one byte");
    Bytes::from(vec![0x0a, 2, 0x08, records])
}
