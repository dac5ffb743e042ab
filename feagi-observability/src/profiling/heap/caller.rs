//! For whom a block was allocated: the call that its thread is in, and the thread.
//!
//! Fixed in size, so that it is kept without an allocation.

use crate::context::{SpanId, SpanName, TraceId, seen_here};
use std::ptr;

/// As long as a request id may be, see `context`.
const MOST_TEXT: usize = 128;

/// The call and the thread. All zero where there is no call.
#[derive(Clone, Copy)]
pub(super) struct Caller {
    pub(super) trace_id: TraceId,
    pub(super) span_id: SpanId,
    name: Option<&'static SpanName>,
    request_id: [u8; MOST_TEXT],
    request_id_length: u8,
    /// As the kernel has it: up to 15 bytes, and zeros.
    thread: [u8; 16],
}

impl Caller {
    pub(super) fn nobody() -> Self {
        Caller {
            trace_id: TraceId::NONE,
            span_id: SpanId::NONE,
            name: None,
            request_id: [0; MOST_TEXT],
            request_id_length: 0,
            thread: [0; 16],
        }
    }

    /// This thread, and what it is in: one system call, nothing else that could wait.
    pub(super) fn here() -> Self {
        let mut caller = Caller { thread: thread_name(), ..Caller::nobody() };
        seen_here(|context, request_id| {
            caller.trace_id = context.trace_id();
            caller.span_id = context.span_id();
            caller.name = Some(context.name);
            let id = request_id.unwrap_or_default().as_bytes();
            for (place, byte) in caller.request_id.iter_mut().zip(id) {
                *place = *byte;
                caller.request_id_length += 1;
            }
        });
        caller
    }

    /// What is left where too many calls have been seen to tell one from another.
    pub(super) fn without_ids(&self) -> Self {
        Caller { name: self.name, thread: self.thread, ..Caller::nobody() }
    }

    pub(super) fn words(&self) -> impl Iterator<Item = u64> {
        let name = self.name.map_or(0, |name| ptr::from_ref(name).addr() as u64);
        let (thread, _) = self.thread.as_chunks::<8>();
        let (request_id, _) = self.request_id.as_chunks::<8>();
        let used = usize::from(self.request_id_length).div_ceil(8);
        [self.trace_id.high, self.trace_id.low, self.span_id.0, name]
            .into_iter()
            .chain(thread.iter().chain(request_id.iter().take(used)).map(|bytes| u64::from_ne_bytes(*bytes)))
    }

    /// The observed function.
    pub(super) fn observe(&self) -> Option<&'static str> {
        self.name.map(SpanName::get).filter(|name| !name.is_empty())
    }

    pub(super) fn request_id(&self) -> Option<&str> {
        let bytes = self.request_id.get(..usize::from(self.request_id_length))?;
        std::str::from_utf8(bytes).ok().filter(|id| !id.is_empty())
    }

    /// The thread's name; empty where it has none.
    pub(super) fn thread(&self) -> String {
        let length = self.thread.iter().position(|byte| *byte == 0).unwrap_or(self.thread.len());
        String::from_utf8_lossy(self.thread.get(..length).unwrap_or_default()).into_owned()
    }
}

impl PartialEq for Caller {
    fn eq(&self, other: &Self) -> bool {
        let name = |caller: &Self| caller.name.map_or(ptr::null(), ptr::from_ref);
        let ids = |caller: &Self| (caller.trace_id, caller.span_id, caller.request_id_length);
        ids(self) == ids(other)
            && ptr::eq(name(self), name(other))
            && self.thread == other.thread
            && self.request_id == other.request_id
    }
}

impl Eq for Caller {}

fn thread_name() -> [u8; 16] {
    let mut name = [0_u8; 16];
    // SAFETY: the kernel writes 16 bytes at most, a zero among them (prctl(2)).
    unsafe { libc::prctl(libc::PR_GET_NAME, name.as_mut_ptr()) };
    name
}
