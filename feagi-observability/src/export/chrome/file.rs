//! A JSON array on disk that grows and is whole at every moment, also when the process is killed in the middle of a write.
//!
//! A kill cuts a write where the kernel goes from one page of the file to the next, and nowhere else: of processes killed while they
//! appended 256 KiB at a time, 289 of 300 left a torn file; of those that wrote 4 KiB within one page, none. So no event crosses a page,
//! and each write stays within one. The closing bracket, which no such write can move into another page, stands far ahead, behind blanks,
//! which JSON ignores, and events take the blanks' place.
//!
//! Once in [`WINDOW`] bytes the blanks are used up, and the bracket moves on by two writes: the new one, then blanks over the old one. A kill
//! between these two is the one that can leave a file with a bracket too many.

use crate::export::shield::Shield;
use std::fs::File;
use std::io;

/// What the kernel copies as one.
const PAGE: u64 = 4096;
/// How far ahead of the events the closing bracket is put.
const WINDOW: u64 = 1 << 20;
/// Ends the file.
const TAIL: &[u8; 3] = b"\n]\n";
/// Stands before each event but the first.
const SEPARATOR: &[u8; 2] = b",\n";
/// The largest event that fits into a page.
pub(super) const MAX_EVENT: usize = PAGE as usize - SEPARATOR.len();

/// An array of events in a file that nobody else writes.
pub(super) struct TraceFile {
    pub(super) file: File,
    limit: u64,
    /// Where the next event goes; those that are not written yet stand before it.
    at: u64,
    /// Where the tail stands.
    closing: u64,
    /// The file's length, up to which all but events is blank.
    length: u64,
    /// Events of one page that are not written yet.
    pending: Vec<u8>,
    /// What a write that failed may have left: to be blanked before anything else is written.
    debris: Vec<(u64, u64)>,
}

impl TraceFile {
    /// Begins anew with one event. The file is whole with the last of these writes.
    pub(super) fn begin(file: File, limit: u64, first: &[u8]) -> io::Result<TraceFile> {
        let head = [b"[\n", first].concat();
        let at = head.len() as u64;
        let closing = closing(at, limit);
        file.set_len(0)?;
        write_blanks(&file, at, closing)?;
        write_at(&file, TAIL, closing)?;
        write_at(&file, &head, 0)?;
        let length = closing + TAIL.len() as u64;
        Ok(TraceFile { file, limit, at, closing, length, pending: Vec::new(), debris: Vec::new() })
    }

    /// Whether events of these lengths have room, all of them.
    pub(super) fn has_room(&self, lengths: impl Iterator<Item = usize>) -> bool {
        let end = lengths.fold(self.at, |at, length| place(at, length) + (SEPARATOR.len() + length) as u64);
        let tail = TAIL.len() as u64;
        in_one_page(end, tail) + tail <= self.limit
    }

    /// Adds an event of at most [`MAX_EVENT`] bytes that has room. Whether those before it have been written to make place: then they
    /// are in the file.
    pub(super) fn add(&mut self, event: &[u8]) -> io::Result<bool> {
        let place = place(self.at, event.len());
        let begins_page = place != self.at;
        if begins_page {
            self.write()?;
            self.at = place;
        }
        self.pending.extend_from_slice(SEPARATOR);
        self.pending.extend_from_slice(event);
        self.at += (SEPARATOR.len() + event.len()) as u64;
        Ok(begins_page)
    }

    /// Writes what is pending. What could not be written is gone.
    pub(super) fn write(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            return self.clean();
        }
        let _shield = Shield::raise();
        let start = self.at - self.pending.len() as u64;
        let written = self.clean().and_then(|()| self.make_room()).and_then(|()| {
            let written = write_at(&self.file, &self.pending, start);
            if written.is_err() {
                self.debris.push((start, self.pending.len() as u64));
            }
            written
        });
        self.pending.clear();
        if written.is_err() {
            self.at = start;
            // At once, if it is to be had; else before the next write.
            let _ = self.clean();
        }
        written
    }

    /// Writes what is pending and cuts off the blanks: nothing can be added any more.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        self.write()?;
        let _shield = Shield::raise();
        let closing = in_one_page(self.at, TAIL.len() as u64);
        if closing + TAIL.len() as u64 >= self.length {
            return Ok(());
        }
        write_at(&self.file, TAIL, closing)?;
        self.length = closing + TAIL.len() as u64;
        self.file.set_len(self.length)
    }

    /// Puts blanks where a write has failed.
    pub(super) fn clean(&mut self) -> io::Result<()> {
        while let Some(&(start, length)) = self.debris.last() {
            write_blanks(&self.file, start, start + length)?;
            self.debris.pop();
        }
        Ok(())
    }

    pub(super) fn is_clean(&self) -> bool {
        self.debris.is_empty()
    }

    /// Moves the closing bracket on if it stands where the pending events go.
    fn make_room(&mut self) -> io::Result<()> {
        if self.at <= self.closing {
            return Ok(());
        }
        let (tail, closing) = (TAIL.len() as u64, closing(self.at, self.limit));
        // Wherever these are cut, blanks stand behind the bracket.
        write_blanks(&self.file, self.length, closing)?;
        self.length = self.length.max(closing);
        let old = std::mem::replace(&mut self.closing, closing);
        if let Err(error) = write_at(&self.file, TAIL, closing) {
            self.closing = old;
            self.debris.push((closing, tail));
            return Err(error);
        }
        self.length = closing + tail;
        self.debris.push((old, tail.min(closing - old)));
        self.clean()
    }
}

/// Where the closing bracket goes when the events end at `at`: far ahead, but below the limit as long as there is room for it.
fn closing(at: u64, limit: u64) -> u64 {
    let tail = TAIL.len() as u64;
    let wanted = (at / PAGE + 1) * PAGE + WINDOW;
    in_one_page_below(wanted.min(limit).saturating_sub(tail), tail).max(in_one_page(at, tail))
}

/// Where an event of this length goes that comes next: behind the others, or on the next page.
fn place(at: u64, length: usize) -> u64 {
    in_one_page(at, (SEPARATOR.len() + length) as u64)
}

/// The first place from `at` on from which so many bytes lie within a page.
fn in_one_page(at: u64, length: u64) -> u64 {
    let next_page = (at / PAGE + 1) * PAGE;
    if at + length <= next_page { at } else { next_page }
}

/// The last place up to `at` from which so many bytes lie within a page.
fn in_one_page_below(at: u64, length: u64) -> u64 {
    let next_page = (at / PAGE + 1) * PAGE;
    if at + length <= next_page { at } else { next_page - length }
}

/// Blanks from `from` to `to`; each page ends with a line feed, for those who look at the file with an editor.
fn write_blanks(file: &File, from: u64, to: u64) -> io::Result<()> {
    const CHUNK: u64 = 16 * PAGE;
    let mut blanks = vec![b' '; CHUNK as usize];
    blanks.iter_mut().skip(PAGE as usize - 1).step_by(PAGE as usize).for_each(|last| *last = b'\n');
    let mut at = from;
    while at < to {
        let within = at % CHUNK;
        let end = (at - within + CHUNK).min(to);
        let blank = blanks.get(within as usize..(within + end - at) as usize).unwrap_or_default();
        write_at(file, blank, at)?;
        at = end;
    }
    Ok(())
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(not(unix))]
fn write_at(mut file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    use std::io::{Seek, SeekFrom, Write};
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)
}

#[cfg(test)]
mod tests;
