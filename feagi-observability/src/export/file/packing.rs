//! Packs files that were set aside, on a thread of its own, one after the other.

use super::kept::Kept;
use super::rotation::packed;
use crate::export::open::private;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub(super) struct Packing {
    kept: Kept,
    /// How often there was something to pack; the thread ends when it has looked as often.
    asked: Arc<AtomicU64>,
    /// Those that the log may get.
    bytes: u64,
    thread: Option<JoinHandle<()>>,
}

impl Packing {
    pub(super) fn new(kept: Kept) -> Self {
        Packing { kept, asked: Arc::default(), bytes: 0, thread: None }
    }

    /// Has everything packed that was set aside, and then what is too much deleted; `bytes` are those that the log may get.
    pub(super) fn start(&mut self, bytes: u64) {
        self.bytes = bytes;
        self.kept.prune(bytes);
        self.asked.fetch_add(1, SeqCst);
        if self.thread.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return;
        }
        let (kept, asked) = (self.kept.clone(), Arc::clone(&self.asked));
        let run = move || {
            while asked.swap(0, SeqCst) > 0 {
                kept.unpacked().iter().for_each(|path| drop(pack(path)));
                kept.prune(bytes);
            }
        };
        // Without a thread they stay as they are until there is one.
        self.thread = std::thread::Builder::new().name("feagi-obs-gz".to_owned()).spawn(run).ok();
    }

    /// Waits until all is packed, at most until `deadline`; at least a moment, for that is long enough as a rule.
    pub(super) fn wait(&mut self, deadline: Instant) {
        let deadline = deadline.max(Instant::now() + Duration::from_millis(200));
        let Some(mut thread) = self.thread.take() else { return };
        loop {
            while !thread.is_finished() && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(2));
            }
            if !thread.is_finished() {
                return;
            }
            let _ = thread.join();
            // It may have ended just before it was asked once more.
            if self.asked.load(SeqCst) == 0 {
                return;
            }
            self.start(self.bytes);
            match self.thread.take() {
                Some(again) => thread = again,
                None => return,
            }
        }
    }
}

/// Under another name first: whoever finds the packed file finds all of it.
fn pack(path: &Path) -> io::Result<()> {
    let (target, mut unfinished) = (packed(path), path.as_os_str().to_owned());
    unfinished.push(".unfinished");
    let mut source = private(OpenOptions::new().read(true)).open(path)?;
    let file = private(OpenOptions::new().write(true).create(true).truncate(true)).open(&unfinished)?;
    let packed = write(&mut source, file).and_then(|()| std::fs::rename(&unfinished, target));
    match packed {
        Ok(()) => std::fs::remove_file(path),
        Err(error) => {
            let _ = std::fs::remove_file(&unfinished);
            Err(error)
        }
    }
}

fn write(source: &mut File, file: File) -> io::Result<()> {
    let mut encoder = GzEncoder::new(file, Compression::default());
    io::copy(source, &mut encoder)?;
    encoder.finish().map(drop)
}
