//! Encodes one message after the other into the same memory.

use super::json::Json;
use super::request::Encoding;
use super::wire::Content;
use crate::protobuf::Message;

pub(super) enum Encoder {
    Protobuf(Message),
    Json(Json),
}

impl Encoder {
    pub(super) fn new(encoding: Encoding) -> Self {
        match encoding {
            Encoding::Protobuf => Encoder::Protobuf(Message::new()),
            Encoding::Json => Encoder::Json(Json::default()),
        }
    }

    pub(super) fn encode(&mut self, content: &impl Content) -> &[u8] {
        match self {
            Encoder::Protobuf(message) => {
                message.clear();
                content.write(message);
                message.as_slice()
            }
            Encoder::Json(json) => json.object(|json| content.write(json)),
        }
    }
}
