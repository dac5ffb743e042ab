//! CPU samples beneath the spans of their threads: the form in which V8 writes profiles into traces, which DevTools shows.
//!
//! A `Profile` event for each thread, then `ProfileChunk` events: nodes of a tree of calls, and samples that name a node each and how much
//! later than the one before they were taken. What a sample names lasts until the next one; so one that stands for some CPU time begins as
//! much earlier, and where a thread has waited it is `(idle)`.

use super::event::Origin;
use super::file::MAX_EVENT;
use crate::logging::format::{append_string, append_u64};
use crate::profiling::CpuSample;
use std::collections::HashMap;

const CATEGORY: &str = "disabled-by-default-v8.cpu_profiler";
const ROOT: u32 = 1;
const IDLE: u32 = 2;
/// Bytes of an event around what a chunk holds.
const AROUND: usize = 320;
/// Bytes of a name that are shown: times six where all of them are escaped, and still two of them fit.
const NAME: usize = 200;

/// One event, and how many samples are in it.
pub(super) type Part = (Vec<u8>, u64);

/// The events of one thread, whose samples come in the order of time and know when they were taken; `number` is that of the profile in its
/// file.
pub(super) fn of_thread<'s>(
    origin: &Origin,
    number: u64,
    tid: u64,
    samples: impl Iterator<Item = CpuSample<'s>>,
) -> Vec<Part> {
    let mut thread = Thread {
        origin,
        number,
        tid,
        known: HashMap::new(),
        last: None,
        chunk: Chunk::default(),
        parts: Vec::new(),
    };
    for sample in samples {
        thread.add(sample);
    }
    thread.finish();
    thread.parts
}

struct Thread<'o, 's> {
    origin: &'o Origin,
    number: u64,
    tid: u64,
    /// The nodes of the tree: by the number of their parents, function, file and line.
    known: HashMap<(u32, &'s str, &'s str, u32), u32>,
    /// When the last sample was taken, and its end, in microseconds of the file; `None` before the first one.
    last: Option<(u64, u64)>,
    chunk: Chunk,
    parts: Vec<Part>,
}

/// What the next event holds.
#[derive(Default)]
struct Chunk {
    nodes: Vec<u8>,
    samples: Vec<u8>,
    deltas: Vec<u8>,
    count: u64,
}

impl<'s> Thread<'_, 's> {
    fn add(&mut self, sample: CpuSample<'s>) {
        let end = sample.monotonic_nanos().saturating_sub(self.origin.monotonic) / 1000;
        let long = u64::try_from(sample.cpu_time().as_micros()).unwrap_or(u64::MAX);
        let start = end.saturating_sub(long);
        match self.last {
            None => self.begin(start),
            // Two samples of a busy thread are a period apart, give or take a tick of the kernel.
            Some((_, last_end)) if start > last_end + long / 2 => self.place(IDLE, last_end, false),
            Some(_) => {}
        }
        let node = self.node(sample);
        let start = self.last.map_or(start, |(_, last_end)| start.max(last_end.min(end)));
        self.place(node, start, true);
        self.last = Some((start, end));
    }

    fn begin(&mut self, start: u64) {
        let mut event = Vec::new();
        self.head("Profile", start, &mut event);
        event.extend_from_slice(b"\"startTime\":");
        append_u64(start, &mut event);
        event.extend_from_slice(b"}}}");
        self.parts.push((event, 0));
        self.last = Some((start, start));
        self.describe(ROOT, None, ("(root)", "", 0));
        self.describe(IDLE, Some(ROOT), ("(idle)", "", 0));
    }

    /// The number of the sample's leaf, whose callers are known then.
    fn node(&mut self, sample: CpuSample<'s>) -> u32 {
        let mut parent = ROOT;
        for place in sample.places().rev() {
            let (function, file, line) = place;
            let next = IDLE + 1 + self.known.len() as u32;
            let node = *self.known.entry((parent, function, file, line)).or_insert(next);
            if node == next {
                self.describe(node, Some(parent), place);
            }
            parent = node;
        }
        parent
    }

    fn describe(&mut self, node: u32, parent: Option<u32>, (function, file, line): (&str, &str, u32)) {
        let mut text = b"{\"id\":".to_vec();
        append_u64(node.into(), &mut text);
        if let Some(parent) = parent {
            text.extend_from_slice(b",\"parent\":");
            append_u64(parent.into(), &mut text);
        }
        text.extend_from_slice(b",\"callFrame\":{\"functionName\":");
        append_string(cut(function), &mut text);
        text.extend_from_slice(b",\"scriptId\":\"0\",\"url\":");
        append_string(cut(file), &mut text);
        text.extend_from_slice(b",\"lineNumber\":");
        // They count from 0.
        append_u64(u64::from(line.saturating_sub(1)), &mut text);
        text.extend_from_slice(b",\"columnNumber\":0}}");
        self.make_room(text.len() + 1);
        separated(&mut self.chunk.nodes, &text);
    }

    /// Adds a sample of a node; one of ours is counted.
    fn place(&mut self, node: u32, at: u64, is_sample: bool) {
        // Two numbers of 20 digits at most, and their commas.
        self.make_room(42);
        let since = at.saturating_sub(self.last.map_or(at, |(last, _)| last));
        let (mut number, mut delta) = (Vec::new(), Vec::new());
        append_u64(node.into(), &mut number);
        append_u64(since, &mut delta);
        separated(&mut self.chunk.samples, &number);
        separated(&mut self.chunk.deltas, &delta);
        self.chunk.count += u64::from(is_sample);
        self.last = self.last.map(|(_, end)| (at, end));
    }

    fn make_room(&mut self, bytes: usize) {
        let Chunk { nodes, samples, deltas, .. } = &self.chunk;
        if nodes.len() + samples.len() + deltas.len() + bytes > MAX_EVENT - AROUND {
            self.end_chunk();
        }
    }

    fn end_chunk(&mut self) {
        let Chunk { nodes, samples, deltas, count } = std::mem::take(&mut self.chunk);
        if nodes.is_empty() && samples.is_empty() {
            return;
        }
        let mut event = Vec::new();
        self.head("ProfileChunk", self.last.map_or(0, |(last, _)| last), &mut event);
        for (before, part) in [
            (b"\"cpuProfile\":{\"nodes\":[".as_slice(), nodes),
            (b"],\"samples\":[", samples),
            (b"]},\"timeDeltas\":[", deltas),
            (b"]}}}", Vec::new()),
        ] {
            event.extend_from_slice(before);
            event.extend_from_slice(&part);
        }
        self.parts.push((event, count));
    }

    fn finish(&mut self) {
        if let Some((_, end)) = self.last {
            self.place(IDLE, end, false);
        }
        self.end_chunk();
    }

    /// Up to the data.
    fn head(&self, name: &str, micros: u64, out: &mut Vec<u8>) {
        self.origin.open(name, CATEGORY, "P", micros.saturating_mul(1000), self.tid, out);
        out.extend_from_slice(b",\"id\":");
        append_string(&format!("{:#x}", self.number), out);
        out.extend_from_slice(b",\"args\":{\"data\":{");
    }
}

fn cut(name: &str) -> &str {
    name.get(..name.floor_char_boundary(NAME)).unwrap_or_default()
}

fn separated(list: &mut Vec<u8>, element: &[u8]) {
    if !list.is_empty() {
        list.push(b',');
    }
    list.extend_from_slice(element);
}
