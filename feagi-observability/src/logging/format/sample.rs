//! Records for tests, of this room and of the sinks.

use crate::collect::{Entry, EntryKind};
use crate::context::{SpanId, TraceId};
use crate::instrument::{Encoder, Field, Fields, Keys, LINK_KEY, Level, Outcome, REQUEST_ID_KEY, ThreadInfo};
use std::mem::MaybeUninit;

/// The key number under which a record carries its error text.
const ERROR_KEY: u8 = 253;

/// What an [`Entry`] borrows from; a sampled call of `engine::step` until a test says otherwise.
pub(crate) struct Sample {
    pub(crate) kind: EntryKind,
    pub(crate) name: String,
    pub(crate) target: String,
    pub(crate) message: Option<String>,
    pub(crate) span_name: String,
    pub(crate) outcome: Outcome,
    pub(crate) sampled: bool,
    pub(crate) inferred: bool,
    pub(crate) is_async: bool,
    pub(crate) span_id: SpanId,
    pub(crate) thread: ThreadInfo,
    pub(crate) start: u64,
    keys: Vec<&'static str>,
    bytes: Vec<u8>,
}

impl Sample {
    pub(crate) fn new(kind: EntryKind) -> Self {
        Sample {
            kind,
            name: "engine::step".to_owned(),
            target: "feagi::engine".to_owned(),
            message: None,
            span_name: String::new(),
            outcome: Outcome::Ok,
            sampled: true,
            inferred: false,
            is_async: false,
            span_id: SpanId(0xb7ad_6b71_6920_3331),
            thread: ThreadInfo { id: 4242, name: "burst".to_owned() },
            start: 1_795_472_760_123_456_789,
            keys: Vec::new(),
            bytes: Vec::new(),
        }
    }

    pub(crate) fn field(self, key: &'static str, value: &(impl Field + ?Sized)) -> Self {
        let number = self.keys.len() as u8;
        let mut sample = self.raw(number, value);
        sample.keys.push(key);
        sample
    }

    /// The error text of a call.
    pub(crate) fn error(self, text: &str) -> Self {
        self.raw(ERROR_KEY, text)
    }

    /// The caller's request id.
    pub(crate) fn request_id(self, id: &str) -> Self {
        self.raw(REQUEST_ID_KEY, id)
    }

    /// A span that this one follows from.
    pub(crate) fn link(self, text: &str) -> Self {
        self.raw(LINK_KEY, text)
    }

    fn raw(mut self, key: u8, value: &(impl Field + ?Sized)) -> Self {
        let mut buffer = [MaybeUninit::uninit(); 8192];
        let mut encoder = Encoder::new(&mut buffer);
        encoder.field(key, value);
        let len = encoder.finish().bytes as usize;
        // SAFETY: the encoder has initialised the first `len` bytes.
        self.bytes.extend(buffer[..len].iter().map(|b| unsafe { b.assume_init() }));
        self
    }

    pub(crate) fn entry(&self) -> Entry<'_> {
        Entry {
            kind: self.kind,
            name: &self.name,
            target: &self.target,
            level: Level::Info,
            file: "src/engine.rs",
            line: 7,
            trace_id: TraceId { high: 0x4bf9_2f35_77b3_4da6, low: 0xa3ce_929d_0e0e_4736 },
            span_id: self.span_id,
            parent_id: SpanId(0x00f0_67aa_0ba9_02b7),
            sampled: self.sampled,
            partial: false,
            inferred: self.inferred,
            start: self.start,
            duration: if self.kind == EntryKind::Call { 1_234_567 } else { 0 },
            outcome: self.outcome,
            is_async: self.is_async,
            thread: &self.thread,
            message: self.message.as_deref(),
            fields: Fields::new(&self.bytes, Keys::Site(&self.keys)),
            over_budget: false,
            truncated: false,
            suppressed: 0,
            span_name: &self.span_name,
            site: None,
        }
    }
}
