//! A gRPC server that does as it is told.

use bytes::Bytes;
use h2::server::{Connection, SendResponse};
use h2::{Reason, RecvStream};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use ureq::http::{HeaderMap, HeaderValue, Request, Response};

/// What is done with a call.
pub(super) enum Act {
    /// A success with this message.
    Message(Vec<u8>),
    /// An empty answer with these trailers.
    Trailers(Vec<(&'static str, &'static str)>),
    /// These for headers, and nothing more.
    OnlyHeaders(Vec<(&'static str, &'static str)>),
    /// What a proxy would answer.
    Http(u16),
    Reset(Reason),
    GoAway,
    /// Closes the connection.
    Break,
    /// Nothing.
    Silence,
}

/// A call that has come.
pub(super) struct Call {
    /// The number of its connection.
    pub(super) connection: usize,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

#[derive(Default)]
struct State {
    acts: VecDeque<Act>,
    calls: Vec<Call>,
}

type Shared = Arc<Mutex<State>>;

pub(super) struct Server {
    pub(super) endpoint: String,
    shared: Shared,
    stop: oneshot::Sender<()>,
    thread: std::thread::JoinHandle<()>,
}

impl Server {
    pub(super) fn doing(acts: impl IntoIterator<Item = Act>) -> Self {
        let shared = Shared::new(Mutex::new(State { acts: acts.into_iter().collect(), calls: Vec::new() }));
        let (stop, stopped) = oneshot::channel();
        let (bound, address) = std::sync::mpsc::channel();
        let of_server = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                bound.send(listener.local_addr().unwrap()).unwrap();
                tokio::spawn(accept(listener, of_server));
                let _ = stopped.await;
            });
        });
        Server { endpoint: format!("http://{}", address.recv().unwrap()), shared, stop, thread }
    }

    /// All calls that have come.
    pub(super) fn finish(self) -> Vec<Call> {
        let _ = self.stop.send(());
        self.thread.join().unwrap();
        std::mem::take(&mut self.shared.lock().unwrap().calls)
    }
}

async fn accept(listener: TcpListener, shared: Shared) {
    let mut connection = 0;
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, connection, Arc::clone(&shared)));
        connection += 1;
    }
}

async fn serve(stream: TcpStream, number: usize, shared: Shared) {
    let Ok(mut connection) = h2::server::handshake(stream).await else { return };
    // Those that were not answered stay open.
    let mut silent = Vec::new();
    while let Some(Ok((request, respond))) = connection.accept().await {
        let (head, body) = request.into_parts();
        // The connection has to be driven while the body comes.
        let Some(body) = while_driving(&mut connection, whole(body)).await else { return };
        let head = Request::from_parts(head, ());
        let act = {
            let mut state = shared.lock().unwrap();
            state.calls.push(Call {
                connection: number,
                method: head.method().to_string(),
                path: head.uri().path().to_owned(),
                headers: head.headers().clone(),
                body,
            });
            state.acts.pop_front()
        };
        match act {
            Some(Act::Break) | None => return,
            Some(Act::Silence) => silent.push(respond),
            Some(Act::GoAway) => {
                connection.abrupt_shutdown(Reason::NO_ERROR);
                silent.push(respond);
            }
            Some(act) => answer(act, respond),
        }
    }
}

/// Waits for `work`, of which the connection's other half is a part; `None` if the connection ends before it.
async fn while_driving<T>(
    connection: &mut Connection<TcpStream, Bytes>,
    work: impl Future<Output = T>,
) -> Option<T> {
    let mut work = std::pin::pin!(work);
    std::future::poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => connection.poll_closed(context).map(|_| None),
    })
    .await
}

async fn whole(mut body: RecvStream) -> Vec<u8> {
    let mut all = Vec::new();
    while let Some(Ok(chunk)) = body.data().await {
        let _ = body.flow_control().release_capacity(chunk.len());
        all.extend_from_slice(&chunk);
    }
    all
}

fn answer(act: Act, mut respond: SendResponse<Bytes>) {
    let response = |status: u16, headers: HeaderMap| {
        let mut response = Response::new(());
        *response.status_mut() = status.try_into().unwrap();
        *response.headers_mut() = headers;
        response
    };
    match act {
        Act::Message(message) => {
            let mut stream = respond.send_response(response(200, HeaderMap::new()), false).unwrap();
            let length = u32::try_from(message.len()).unwrap().to_be_bytes();
            let frame = [&[0], length.as_slice(), &message].concat();
            stream.send_data(frame.into(), false).unwrap();
            stream.send_trailers(map(vec![("grpc-status", "0")])).unwrap();
        }
        Act::Trailers(trailers) => {
            let mut stream = respond.send_response(response(200, HeaderMap::new()), false).unwrap();
            stream.send_trailers(map(trailers)).unwrap();
        }
        Act::OnlyHeaders(headers) => drop(respond.send_response(response(200, map(headers)), true).unwrap()),
        Act::Http(status) => drop(respond.send_response(response(status, HeaderMap::new()), true).unwrap()),
        Act::Reset(reason) => respond.send_reset(reason),
        Act::GoAway | Act::Break | Act::Silence => {}
    }
}

fn map(headers: Vec<(&'static str, &'static str)>) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(name, HeaderValue::from_static(value));
    }
    map
}
