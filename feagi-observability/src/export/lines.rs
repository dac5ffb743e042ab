//! A batch of lines on its way to a file or stream, with the fate of each line counted.
//!
//! The sinks `stdout` and `file` own one each; what differs between them is [`Out`].

use super::shield::Shield;
use crate::collect::{DropReason, Entry, SinkCounters};
use crate::logging::format::LineFormat;
use std::io::{self, ErrorKind};
use std::sync::Arc;

/// Bytes after which a batch is written without waiting for the end of the collector's round.
const FULL: usize = 64 << 10;

/// Takes bytes, some at a time. An error of kind `TimedOut` says that the other side does not read.
pub(super) trait Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize>;

    /// Of lines that end at `ends`, and of which `from` bytes are written: up to where the next ones may be written, at least one of them.
    fn room(&mut self, from: usize, ends: &[usize]) -> usize {
        ends.last().copied().unwrap_or(from)
    }
}

/// Lines that are formatted and not yet written.
#[derive(Debug)]
pub(super) struct Lines {
    format: LineFormat,
    counters: Arc<SinkCounters>,
    bytes: Vec<u8>,
    /// Where each line ends in `bytes`.
    ends: Vec<usize>,
    /// The last thing written was not the end of a line: the next must start on a fresh one.
    torn: bool,
}

impl Lines {
    /// `torn` says that the target ends within a line already.
    pub(super) fn new(format: LineFormat, torn: bool) -> Self {
        Lines { format, counters: Arc::default(), bytes: Vec::new(), ends: Vec::new(), torn }
    }

    pub(super) fn counters(&self) -> Arc<SinkCounters> {
        Arc::clone(&self.counters)
    }

    /// Formats one record, and writes the batch if it has grown large.
    pub(super) fn push(&mut self, entry: &Entry<'_>, out: &mut impl Out) {
        self.counters.accept(1);
        self.format.append(entry, &mut self.bytes);
        self.ends.push(self.bytes.len());
        if self.bytes.len() >= FULL {
            self.write(out);
        }
    }

    /// Writes the batch. What an error leaves unwritten is dropped and counted: a later batch tries again, so writing
    /// resumes by itself once a full disk has room.
    pub(super) fn write(&mut self, out: &mut impl Out) {
        if self.ends.is_empty() {
            return;
        }
        let _shield = Shield::raise();
        let (written, error) = self.write_all(out);
        // A line that lacks nothing but its line feed is there; the next write supplies that.
        let arrived = self.ends.partition_point(|end| end.saturating_sub(1) <= written);
        self.counters.export(arrived as u64);
        if let Some(error) = error {
            let reason = if error == ErrorKind::TimedOut { DropReason::Timeout } else { DropReason::Io };
            self.counters.fail(reason);
            self.counters.lose(reason, (self.ends.len() - arrived) as u64);
        }
        if written > 0 {
            self.torn = self.ends.binary_search(&written).is_err();
        }
        self.bytes.clear();
        self.ends.clear();
        // One burst of long lines must not hold its memory for good.
        self.bytes.shrink_to(2 * FULL);
    }

    /// Bytes of the batch that were written, and what stopped it.
    fn write_all(&mut self, out: &mut impl Out) -> (usize, Option<ErrorKind>) {
        if self.torn {
            match write_some(out, b"\n") {
                Ok(_) => self.torn = false,
                Err(error) => return (0, Some(error)),
            }
        }
        let mut written = 0;
        while written < self.bytes.len() {
            let room = out.room(written, &self.ends);
            while let Some(rest) = self.bytes.get(written..room).filter(|rest| !rest.is_empty()) {
                match write_some(out, rest) {
                    Ok(more) => written += more,
                    Err(error) => return (written, Some(error)),
                }
            }
        }
        (written, None)
    }
}

/// At least one byte, or an error that is not an interruption.
fn write_some(out: &mut impl Out, bytes: &[u8]) -> Result<usize, ErrorKind> {
    loop {
        match out.write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero),
            Ok(written) => return Ok(written),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.kind()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::EntryKind;
    use crate::config::LogFormat;
    use crate::logging::format::sample::Sample;
    use std::collections::VecDeque;

    /// Does as its script says, then takes everything.
    #[derive(Default)]
    struct Scripted {
        script: VecDeque<Result<usize, ErrorKind>>,
        taken: Vec<u8>,
    }

    impl Out for Scripted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let take = self.script.pop_front().unwrap_or(Ok(usize::MAX))?.min(bytes.len());
            self.taken.extend_from_slice(&bytes[..take]);
            Ok(take)
        }
    }

    fn push(lines: &mut Lines, out: &mut Scripted, message: &str) {
        let mut sample = Sample::new(EntryKind::Log);
        sample.message = Some(message.to_owned());
        lines.push(&sample.entry(), out);
    }

    fn length_of_one() -> usize {
        let (mut lines, mut out) = (Lines::new(LogFormat::Json.into(), false), Scripted::default());
        push(&mut lines, &mut out, "1");
        lines.write(&mut out);
        out.taken.len()
    }

    /// Writes three lines against `script`, then one more; what arrived, and what was counted.
    fn three_and_one(script: &[Result<usize, ErrorKind>]) -> (String, [u64; 4]) {
        let (mut lines, mut out) = (Lines::new(LogFormat::Json.into(), false), Scripted::default());
        out.script.extend(script);
        for message in ["1", "2", "3"] {
            push(&mut lines, &mut out, message);
        }
        lines.write(&mut out);
        out.script.clear();
        push(&mut lines, &mut out, "4");
        lines.write(&mut out);
        let counters = lines.counters();
        let counts = [
            counters.exported(),
            counters.dropped(DropReason::Io),
            counters.dropped(DropReason::Timeout),
            counters.queued(),
        ];
        assert_eq!(counters.accepted(), counts.iter().sum::<u64>());
        (String::from_utf8(out.taken).unwrap(), counts)
    }

    fn whole(text: &str) -> Vec<u64> {
        let message = |line| serde_json::from_str::<serde_json::Value>(line).ok();
        text.lines().filter_map(message).map(|v| v["message"].as_str().unwrap().parse().unwrap()).collect()
    }

    #[test]
    fn short_writes_and_interruptions_are_continued() {
        let (text, counts) = three_and_one(&[Ok(1), Err(ErrorKind::Interrupted), Ok(7), Ok(1)]);
        assert_eq!((whole(&text), counts), (vec![1, 2, 3, 4], [4, 0, 0, 0]));
        assert_eq!(text.lines().count(), 4);
    }

    #[test]
    fn a_line_torn_by_an_error_is_dropped_and_the_next_starts_on_a_fresh_one() {
        let (text, counts) = three_and_one(&[Ok(length_of_one() + 9), Err(ErrorKind::StorageFull)]);
        assert_eq!((whole(&text), counts), (vec![1, 4], [2, 2, 0, 0]));
        assert_eq!(text.lines().count(), 3);
    }

    #[test]
    fn a_line_that_lacks_only_its_line_feed_counts_as_arrived() {
        let (text, counts) = three_and_one(&[Ok(length_of_one() - 1), Err(ErrorKind::StorageFull)]);
        assert_eq!((whole(&text), counts), (vec![1, 4], [2, 2, 0, 0]));
        assert_eq!(text.lines().count(), 2);
    }

    #[test]
    fn an_error_between_lines_tears_none() {
        let (text, counts) = three_and_one(&[Ok(length_of_one()), Err(ErrorKind::TimedOut)]);
        assert_eq!((whole(&text), counts), (vec![1, 4], [2, 0, 2, 0]));
        assert_eq!(text.lines().count(), 2);
    }

    #[test]
    fn a_target_that_takes_nothing_ends_the_batch() {
        let (text, counts) = three_and_one(&[Ok(0)]);
        assert_eq!((whole(&text), counts), (vec![4], [1, 3, 0, 0]));
    }

    #[test]
    fn a_target_that_ends_within_a_line_gets_a_line_feed_first() {
        let (mut lines, mut out) = (Lines::new(LogFormat::Text.into(), true), Scripted::default());
        push(&mut lines, &mut out, "x");
        lines.write(&mut out);
        assert!(out.taken.starts_with(b"\n2026-"));
    }

    #[test]
    fn a_large_batch_is_written_before_it_is_flushed() {
        let (mut lines, mut out) = (Lines::new(LogFormat::Text.into(), false), Scripted::default());
        let long = "x".repeat(FULL / 2);
        push(&mut lines, &mut out, &long);
        assert!(out.taken.is_empty());
        push(&mut lines, &mut out, &long);
        assert!(out.taken.len() > FULL);
    }
}
