//! Log lines to standard output or standard error, in batches, past the standard library's own handles: those panic on
//! some errors, pass over a closed descriptor, and share a lock with the host's `println!`.

use super::lines::{Lines, Out};
use crate::collect::{Entry, Sink, SinkCounters};
use crate::logging::format::LineFormat;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The longest that one batch waits for a reader. After that nothing waits until the reader reads again.
const PATIENCE: Duration = Duration::from_millis(100);

/// Which of the two streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

/// Writes lines to a standard stream; the descriptor stays open when it is dropped.
pub(crate) struct StdioSink {
    name: &'static str,
    lines: Lines,
    out: Pipe,
}

impl StdioSink {
    pub(crate) fn new(stream: Stream, format: LineFormat) -> Self {
        let (name, descriptor) = match stream {
            Stream::Stdout => ("stdout", 1),
            Stream::Stderr => ("stderr", 2),
        };
        let format = if shows_colors(stream) { format.colored() } else { format };
        StdioSink { name, lines: Lines::new(format, false), out: Pipe::new(descriptor) }
    }

    fn write_until(&mut self, deadline: Instant) {
        self.out.deadline = deadline;
        self.lines.write(&mut self.out);
    }
}

/// Whether the stream is a terminal that colours are wanted on: <https://no-color.org>.
fn shows_colors(stream: Stream) -> bool {
    let is_terminal = match stream {
        Stream::Stdout => io::stdout().is_terminal(),
        Stream::Stderr => io::stderr().is_terminal(),
    };
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    is_terminal && !is_set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

impl Sink for StdioSink {
    fn name(&self) -> &'static str {
        self.name
    }

    fn counters(&self) -> Arc<SinkCounters> {
        self.lines.counters()
    }

    fn write(&mut self, entry: &Entry<'_>) {
        self.out.deadline = Instant::now() + PATIENCE;
        self.lines.push(entry, &mut self.out);
    }

    fn flush(&mut self) {
        self.write_until(Instant::now() + PATIENCE);
    }

    fn close(&mut self, deadline: Instant) {
        self.write_until(deadline.min(Instant::now() + PATIENCE));
    }
}

/// A descriptor that is not ours to close, and how long to wait for it.
struct Pipe {
    #[cfg(unix)]
    file: std::mem::ManuallyDrop<std::fs::File>,
    #[cfg(not(unix))]
    stderr: bool,
    /// The most bytes that a stream which says "ready" takes without blocking.
    chunk: usize,
    deadline: Instant,
    /// The last wait was in vain: wait no more until a write succeeds.
    stalled: bool,
}

#[cfg(unix)]
impl Pipe {
    fn new(descriptor: std::os::fd::RawFd) -> Self {
        use std::os::fd::FromRawFd;
        // SAFETY: never dropped, so never closed; a descriptor that is closed makes writes fail with EBADF, no more.
        let file = std::mem::ManuallyDrop::new(unsafe { std::fs::File::from_raw_fd(descriptor) });
        // POSIX: a pipe that polls as writable takes PIPE_BUF bytes at once. Sockets and terminals are treated alike.
        let regular = file.metadata().is_ok_and(|metadata| metadata.is_file());
        let chunk = if regular { usize::MAX } else { libc::PIPE_BUF };
        Pipe { file, chunk, deadline: Instant::now(), stalled: false }
    }

    /// Waits until the stream takes bytes or fails; false when the time is up.
    fn ready(&self) -> bool {
        use std::os::fd::AsRawFd;
        loop {
            let left = self.deadline.saturating_duration_since(Instant::now()).min(PATIENCE);
            let millis = if self.stalled { 0 } else { left.as_millis() as libc::c_int };
            let mut poll = libc::pollfd { fd: self.file.as_raw_fd(), events: libc::POLLOUT, revents: 0 };
            // SAFETY: one entry, and it outlives the call.
            let ready = unsafe { libc::poll(&mut poll, 1, millis) };
            let interrupted = ready < 0 && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted;
            if !interrupted {
                // What else is wrong is told by the write itself.
                return ready != 0;
            }
        }
    }

    fn stall<T>(&mut self) -> io::Result<T> {
        self.stalled = true;
        Err(io::ErrorKind::TimedOut.into())
    }
}

#[cfg(unix)]
impl Out for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let part = bytes.get(..self.chunk).unwrap_or(bytes);
        loop {
            // A regular file is always ready; anything else is asked first, so that a reader that has stopped cannot
            // hold the collector, whether the descriptor blocks or not.
            if self.chunk != usize::MAX && !self.ready() {
                return self.stall();
            }
            match io::Write::write(&mut &*self.file, part) {
                // Ready, and another writer was faster.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if self.stalled || Instant::now() >= self.deadline {
                        return self.stall();
                    }
                }
                Ok(written) => {
                    self.stalled = false;
                    return Ok(written);
                }
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(not(unix))]
impl Pipe {
    fn new(descriptor: i32) -> Self {
        Pipe { stderr: descriptor == 2, chunk: usize::MAX, deadline: Instant::now(), stalled: false }
    }
}

#[cfg(not(unix))]
impl Out for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.stderr {
            io::Write::write(&mut io::stderr(), bytes)
        } else {
            io::Write::write(&mut io::stdout(), bytes)
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::collect::{DropReason, EntryKind};
    use crate::config::LogFormat;
    use crate::logging::format::sample::Sample;
    use std::io::Read;
    use std::os::fd::{AsRawFd, RawFd};

    fn sink(descriptor: RawFd) -> StdioSink {
        StdioSink {
            name: "stdout",
            lines: Lines::new(LogFormat::Json.into(), false),
            out: Pipe::new(descriptor),
        }
    }

    fn write(sink: &mut StdioSink, lines: usize) {
        let sample = Sample::new(EntryKind::Call);
        (0..lines).for_each(|_| sink.write(&sample.entry()));
        sink.flush();
    }

    fn counts(sink: &StdioSink) -> (u64, u64, u64, u64) {
        let counters = sink.counters();
        let dropped = |reason| counters.dropped(reason);
        (counters.exported(), dropped(DropReason::Io), dropped(DropReason::Timeout), counters.queued())
    }

    #[test]
    fn a_pipe_that_is_read_gets_every_line() {
        let (mut reader, writer) = io::pipe().unwrap();
        let mut sink = sink(writer.as_raw_fd());
        let read = std::thread::spawn(move || {
            let mut text = String::new();
            reader.read_to_string(&mut text).unwrap();
            text.lines().count()
        });
        write(&mut sink, 2000);
        sink.close(Instant::now());
        assert_eq!(counts(&sink), (2000, 0, 0, 0));
        drop(writer);
        assert_eq!(read.join().unwrap(), 2000);
    }

    #[test]
    fn a_reader_that_has_stopped_costs_one_wait_and_its_lines_are_counted() {
        let (mut reader, writer) = io::pipe().unwrap();
        let mut sink = sink(writer.as_raw_fd());
        (0..50).for_each(|_| write(&mut sink, 100));
        let (exported, io, timeout, queued) = counts(&sink);
        assert!(exported > 0 && timeout > 0);
        assert_eq!((exported + timeout, io, queued), (5000, 0, 0));
        assert!(sink.out.stalled);
        let mut page = vec![0; 64 << 10];
        assert!(reader.read(&mut page).unwrap() > 0);
        write(&mut sink, 1);
        assert_eq!(counts(&sink), (exported + 1, 0, timeout, 0));
        drop(writer);
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest).unwrap();
        assert!(rest.ends_with(b"}\n"));
    }

    #[test]
    fn a_broken_pipe_and_a_closed_descriptor_are_io_drops() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let mut broken = sink(writer.as_raw_fd());
        write(&mut broken, 3);
        assert_eq!(counts(&broken), (0, 3, 0, 0));
        // Far above any descriptor that this process has open.
        let mut closed = sink(1_000_000_000);
        write(&mut closed, 3);
        assert_eq!(counts(&closed), (0, 3, 0, 0));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_device_is_an_io_drop() {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut sink = sink(full.as_raw_fd());
        write(&mut sink, 3);
        assert_eq!(counts(&sink), (0, 3, 0, 0));
    }
}
