//! A whole request: one resource with one scope, and the encoded records of a part of a batch.

use super::Signal;
use crate::config::OtlpProtocol;
use crate::export::delivery::Part;
use crate::protobuf::Message;

/// Who made the records.
const SCOPE: &str = "feagi-observability";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What stands around the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Protobuf,
    Json,
}

impl Encoding {
    pub(super) fn of(protocol: OtlpProtocol) -> Self {
        match protocol {
            OtlpProtocol::HttpJson => Encoding::Json,
            OtlpProtocol::HttpProtobuf | OtlpProtocol::Grpc => Encoding::Protobuf,
        }
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Encoding::Protobuf => "application/x-protobuf",
            Encoding::Json => "application/json",
        }
    }

    /// The request for `part`, all of whose pieces are in this encoding, as is `resource`.
    pub(super) fn request(self, signal: Signal, resource: &[u8], part: &Part<'_>) -> Vec<u8> {
        match self {
            Encoding::Protobuf => protobuf(resource, part),
            Encoding::Json => json(signal, resource, part),
        }
    }
}

/// The three signals have the same numbers: `resource_*` 1 of the request, `resource` 1 and `scope_*` 2 of that, `scope` 1 and the records 2
/// of that.
fn protobuf(resource: &[u8], part: &Part<'_>) -> Vec<u8> {
    let mut scope_records = Message::new();
    scope_records.message(1, |scope| {
        scope.string(1, SCOPE);
        scope.string(2, VERSION);
    });
    for piece in part.pieces() {
        scope_records.bytes(2, piece);
    }
    let mut resource_records = Message::new();
    resource_records.bytes(1, resource);
    resource_records.bytes(2, scope_records.as_slice());
    let mut request = Message::new();
    request.bytes(1, resource_records.as_slice());
    request.into_bytes()
}

fn json(signal: Signal, resource: &[u8], part: &Part<'_>) -> Vec<u8> {
    let [of_resources, of_scopes, records] = signal.json_names();
    let pieces = part.pieces();
    let mut out =
        Vec::with_capacity(resource.len() + pieces.clone().map(|piece| piece.len() + 1).sum::<usize>() + 200);
    out.extend_from_slice(format!("{{\"{of_resources}\":[{{\"resource\":").as_bytes());
    out.extend_from_slice(resource);
    let scope = format!("{{\"name\":\"{SCOPE}\",\"version\":\"{VERSION}\"}}");
    out.extend_from_slice(format!(",\"{of_scopes}\":[{{\"scope\":{scope},\"{records}\":[").as_bytes());
    for (index, piece) in pieces.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(piece);
    }
    out.extend_from_slice(b"]}]}]}");
    out
}
