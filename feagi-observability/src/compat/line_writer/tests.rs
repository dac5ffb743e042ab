use std::sync::mpsc::{Sender, channel};

use super::*;

const LONG: Duration = Duration::from_secs(60);

/// Tells when it is asked to write, and then waits for a permission.
struct Gate {
    entered: Sender<()>,
    permits: Receiver<()>,
}

impl Write for Gate {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.entered.send(());
        // A closed gate line means that the test wants no further stop.
        let _ = self.permits.recv();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes so many bytes, refuses the next so many calls, and then takes everything.
struct Faulty {
    room: usize,
    refusals: usize,
    kept: Arc<Mutex<Vec<u8>>>,
}

impl Write for Faulty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.room == 0 && self.refusals > 0 {
            self.refusals -= 1;
            return Err(ErrorKind::StorageFull.into());
        }
        let count = if self.room > 0 { bytes.len().min(self.room) } else { bytes.len() };
        self.room = self.room.saturating_sub(count);
        self.kept.lock().unwrap().extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn line(text: &str) -> Line {
    Line { text: format!("{text}\n"), also: None }
}

fn gated(lines: usize) -> (LineWriter, Receiver<()>, Sender<()>) {
    let (entered, enters) = channel();
    let (permit, permits) = channel();
    let writer =
        LineWriter::with_queue("gated", vec![Output::new(Gate { entered, permits })], lines).unwrap();
    (writer, enters, permit)
}

fn flushed(writer: &LineWriter) -> LineCounts {
    assert!(writer.progress().flush(Instant::now() + LONG));
    writer.progress().counts()
}

fn counts(offered: u64, written: u64, dropped_full: u64, dropped_io: u64) -> LineCounts {
    LineCounts { offered, written, dropped_full, dropped_io }
}

#[test]
fn a_full_queue_drops_new_lines_and_counts_each() {
    let (writer, enters, permit) = gated(4);
    writer.send(line("in the sink"));
    enters.recv().unwrap();
    for number in 0..10 {
        writer.send(line(&number.to_string()));
    }
    assert_eq!(writer.progress().counts(), counts(11, 0, 6, 0));
    drop(permit);
    assert_eq!(flushed(&writer), counts(11, 5, 6, 0));
}

#[test]
fn more_text_than_the_queue_may_hold_is_dropped_although_lines_are_free() {
    let (writer, enters, permit) = gated(QUEUE_LINES);
    writer.send(line("in the sink"));
    enters.recv().unwrap();
    let half = "x".repeat(QUEUE_BYTES / 2);
    writer.send(line(&half));
    writer.send(line(&half));
    writer.send(line("small"));
    drop(permit);
    assert_eq!(flushed(&writer), counts(4, 3, 1, 0));
    writer.send(line(&half));
    assert_eq!(flushed(&writer).dropped_full, 1, "room is free again once the lines are written");
}

#[test]
fn a_flush_gives_up_at_its_deadline_while_the_sink_is_stuck() {
    let (writer, enters, permit) = gated(4);
    writer.send(line("in the sink"));
    enters.recv().unwrap();
    assert!(!writer.progress().flush(Instant::now()));
    drop(permit);
    assert_eq!(flushed(&writer), counts(1, 1, 0, 0));
}

#[test]
fn a_line_that_a_full_disk_tore_is_ended_before_the_next_one() {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let disk = Faulty { room: "first\nsec".len(), refusals: 2, kept: Arc::clone(&kept) };
    let writer = LineWriter::start("torn", vec![Output::new(disk)]).unwrap();
    for text in ["first", "second", "third"] {
        writer.send(line(text));
        flushed(&writer);
    }
    // `second` is torn, `third` meets a disk that is still full, `fourth` one that has room again.
    writer.send(line("fourth"));
    assert_eq!(flushed(&writer), counts(4, 2, 0, 2));
    assert_eq!(String::from_utf8_lossy(&kept.lock().unwrap()), "first\nsec\nfourth\n");
}

#[test]
fn a_line_for_two_outputs_counts_for_each_of_them() {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let good = || Output::new(Faulty { room: 0, refusals: 0, kept: Arc::clone(&kept) });
    let full = Output::new(Faulty { room: 0, refusals: usize::MAX, kept: Arc::default() });
    let writer = LineWriter::start("two", vec![good(), full, good()]).unwrap();
    writer.send(line("alone"));
    writer.send(Line { also: Some(1), ..line("lost once") });
    writer.send(Line { also: Some(2), ..line("twice") });
    assert_eq!(flushed(&writer), counts(5, 4, 0, 1));
}
