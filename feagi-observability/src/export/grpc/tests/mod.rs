//! What becomes of calls, whatever the other side does.

mod server;

use super::*;
use crate::export::delivery::headers;
use crate::export::otlp::fields;
use crate::protobuf::Message;
use h2::Reason;
use server::{Act, Server};
use std::net::TcpListener;
use std::sync::mpsc::Receiver;

const LONG: Duration = Duration::from_secs(60);
const METHOD: &str = "/test.v1.Service/Export";

fn client_with(endpoint: &str, compression: Compression) -> GrpcClient {
    let rejected: Rejected = |message| {
        let partial = fields(message).find_map(|field| field.content(1)).unwrap_or_default();
        fields(partial).find_map(|field| field.integer(1)).unwrap_or(0)
    };
    let endpoint = Endpoint::parse("endpoint", endpoint).ok().unwrap();
    let headers = headers("headers", &[("X-Key".to_owned(), "k1".to_owned())].into()).unwrap();
    GrpcClient::new(&endpoint, (METHOD, rejected), headers, (compression, &Tls::default()))
}

fn client(endpoint: &str) -> GrpcClient {
    client_with(endpoint, Compression::None)
}

/// What a call with "hello" comes to.
fn call(client: &mut GrpcClient, time: Duration) -> Reply {
    let body = client.pack(b"hello".to_vec());
    client.post(&body, time)
}

const ACCEPTED: Reply = Reply::Accepted { rejected: 0 };
const CONNECT_AGAIN: Reply = Reply::Again { reason: DropReason::Connect, after: None };

#[test]
fn a_call_has_the_frame_and_the_headers_of_the_protocol_and_the_connection_is_kept() {
    let server = Server::doing([Act::Message(vec![]), Act::Message(vec![])]);
    let mut client = client(&server.endpoint.replace("://", "://ada:secret@"));
    assert_eq!((call(&mut client, LONG), call(&mut client, LONG)), (ACCEPTED, ACCEPTED));
    let calls = server.finish();
    assert_eq!(calls.len(), 2);
    assert!(calls.iter().all(|call| call.connection == 0), "one connection");
    let header = |name: &str| calls[0].headers.get(name).and_then(|value| value.to_str().ok());
    assert_eq!((calls[0].method.as_str(), calls[0].path.as_str()), ("POST", METHOD));
    assert_eq!((header("content-type"), header("te")), (Some("application/grpc"), Some("trailers")));
    assert_eq!((header("x-key"), header("authorization")), (Some("k1"), Some("Basic YWRhOnNlY3JldA==")));
    assert!(header("user-agent").unwrap().starts_with("feagi-observability/"));
    let timeout: u64 = header("grpc-timeout").unwrap().strip_suffix('m').unwrap().parse().unwrap();
    assert!((50_000..=60_000).contains(&timeout), "{timeout}");
    assert_eq!(calls[0].body, b"\0\0\0\0\x05hello");
}

#[test]
fn packed_messages_say_so_in_header_and_frame() {
    let server = Server::doing([Act::Message(vec![])]);
    let mut client = client_with(&server.endpoint, Compression::Gzip);
    assert_eq!(call(&mut client, LONG), ACCEPTED);
    let calls = server.finish();
    assert_eq!(calls[0].headers["grpc-encoding"], "gzip");
    let (prefix, packed) = calls[0].body.split_at(PREFIX);
    assert_eq!((prefix[0], u32::from_be_bytes(prefix[1..].try_into().unwrap()) as usize), (1, packed.len()));
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(packed), &mut text).unwrap();
    assert_eq!(text, "hello");
}

#[test]
fn a_message_larger_than_any_window_arrives_whole() {
    let server = Server::doing([Act::Message(vec![])]);
    let mut client = client(&server.endpoint);
    let content: Vec<u8> = (0..3_000_000_u32).map(|n| n as u8).collect();
    let body = client.pack(content.clone());
    assert_eq!(client.post(&body, LONG), ACCEPTED);
    assert!(server.finish()[0].body[PREFIX..] == content);
}

#[test]
fn what_the_message_of_a_success_left_out_is_read() {
    let mut message = Message::new();
    message.message(1, |partial| partial.int64(1, 3));
    let huge = [message.as_slice(), &vec![0; 1 << 20]].concat();
    let server = Server::doing([Act::Message(message.into_bytes()), Act::Message(huge)]);
    let mut client = client(&server.endpoint);
    assert_eq!(call(&mut client, LONG), Reply::Accepted { rejected: 3 });
    assert_eq!(call(&mut client, LONG), Reply::Accepted { rejected: 3 }, "beyond the limit nothing is kept");
    server.finish();
}

#[test]
fn a_status_is_found_in_trailers_and_in_headers_alone() {
    let rejected = DropReason::Rejected;
    let again = || Reply::Again { reason: rejected, after: None };
    let cases = [
        (Act::Trailers(vec![("grpc-status", "14")]), again()),
        (Act::OnlyHeaders(vec![("grpc-status", "14")]), again()),
        (Act::OnlyHeaders(vec![("grpc-status", "16")]), Reply::Refused(rejected)),
        (
            Act::OnlyHeaders(vec![("grpc-status", "8"), ("grpc-message", "message larger than max")]),
            Reply::TooLarge,
        ),
        (Act::OnlyHeaders(vec![("grpc-status", "0")]), ACCEPTED),
        (Act::Trailers(vec![("x", "y")]), Reply::Refused(rejected)),
        (Act::Http(503), again()),
        (Act::Http(404), Reply::Refused(rejected)),
    ];
    for (index, (act, expected)) in cases.into_iter().enumerate() {
        let server = Server::doing([act]);
        assert_eq!(call(&mut client(&server.endpoint), LONG), expected, "case {index}");
        server.finish();
    }
}

#[test]
fn a_connection_that_breaks_or_is_told_to_go_away_is_made_anew() {
    for act in [Act::Break, Act::GoAway, Act::Reset(Reason::REFUSED_STREAM)] {
        let server = Server::doing([Act::Message(vec![]), act, Act::Message(vec![])]);
        let mut client = client(&server.endpoint);
        assert_eq!(call(&mut client, LONG), ACCEPTED);
        assert!(matches!(call(&mut client, LONG), Reply::Again { .. }));
        assert_eq!(call(&mut client, LONG), ACCEPTED);
        assert_eq!(server.finish().last().map(|call| call.connection), Some(1));
    }
}

#[test]
fn a_connection_that_has_been_idle_for_long_is_not_used_again() {
    let server = Server::doing([Act::Message(vec![]), Act::Message(vec![])]);
    let mut client = client(&server.endpoint);
    assert_eq!(call(&mut client, LONG), ACCEPTED);
    let old = Instant::now().checked_sub(LONGEST_IDLE).unwrap();
    client.connection.as_mut().unwrap().last_use = old;
    assert_eq!(call(&mut client, LONG), ACCEPTED);
    let connections: Vec<_> = server.finish().iter().map(|call| call.connection).collect();
    assert_eq!(connections, [0, 1]);
}

#[test]
fn a_server_that_keeps_silent_does_not_outlast_the_call_and_is_not_called_again() {
    let server = Server::doing([Act::Silence]);
    let began = Instant::now();
    let reply = call(&mut client(&server.endpoint), Duration::from_millis(100));
    assert_eq!(reply, Reply::Refused(DropReason::Timeout));
    assert!(began.elapsed() < LONG / 4);
    server.finish();
    // Accepts, as the system does for whoever listens, and says nothing at all.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    assert_eq!(call(&mut client(&endpoint), Duration::from_millis(100)), Reply::Refused(DropReason::Timeout));
}

#[test]
fn an_address_where_nobody_listens_is_worth_another_try() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(call(&mut client(&endpoint), LONG), CONNECT_AGAIN);
    assert_eq!(call(&mut client("http://host.invalid:4317"), LONG), CONNECT_AGAIN);
}

/// A server of bytes, whatever they are.
fn speaking(bytes: Vec<u8>) -> (String, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (done, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = std::io::Write::write_all(&mut stream, &bytes);
        // Reads until the client goes.
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
        let _ = done.send(());
    });
    (endpoint, ended)
}

#[test]
fn what_is_not_http_2_is_the_end_of_it_at_once() {
    let settings = b"\0\0\0\x04\0\0\0\0\0".as_slice();
    // Headers of a stream that never end: a frame of type 9 after one of type 1, again and again.
    let header_flood = [settings, b"\0\x01\0\x01\0\0\0\0\x01", &[0x82; 256]].concat();
    let continuation = [b"\0\x01\0\x09\0\0\0\0\x01".as_slice(), &[0x82; 256]].concat();
    let header_flood = [header_flood, continuation.repeat(2000)].concat();
    let cases = [
        b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
        vec![0xff; 1000],
        b"SSH-2.0-x\r\n".to_vec(),
        header_flood,
    ];
    for (index, bytes) in cases.into_iter().enumerate() {
        let (endpoint, ended) = speaking(bytes);
        let began = Instant::now();
        assert_eq!(call(&mut client(&endpoint), LONG), Reply::Refused(DropReason::Rejected), "case {index}");
        assert!(began.elapsed() < LONG / 4, "case {index}");
        ended.recv_timeout(LONG).expect("the connection is closed");
    }
}

#[test]
fn tls_with_who_does_not_speak_it_is_refused_for_good() {
    let (endpoint, _ended) = speaking(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec());
    let reply = call(&mut client(&endpoint.replace("http:", "https:")), LONG);
    assert_eq!(reply, Reply::Refused(DropReason::Connect));
}
