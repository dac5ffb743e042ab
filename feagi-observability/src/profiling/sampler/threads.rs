//! The threads of the process, each with its timer: those that the system lists, looked up again and again, and those that make their
//! first observed call, at once.

use super::desk::{self, Tools};
use super::ring::Raw;
use super::stacks;
use super::timer::Timer;
use crate::context::seats::{self, Arrival};
use crate::profiling::counts::COUNTS;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// So many threads are listed anew at each look; more of them only when their number has changed, or at each tenth look.
const FEW: u64 = 64;
const LOOKS: u32 = 10;
/// Tools that are kept for threads to come.
const SPARE: usize = 64;

/// `None` while nothing is sampled.
static THREADS: Mutex<Option<Threads>> = Mutex::new(None);

pub(super) struct Threads {
    period: u64,
    armed: BTreeMap<u32, Armed>,
    /// Threads that have ended, and left samples.
    ended: Vec<Ended>,
    /// Threads that could not be given a timer; tried again when others have ended.
    refused: BTreeSet<u32>,
    #[allow(clippy::vec_box, reason = "they lie on desks, and come back, where they are")]
    spare: Vec<Box<Tools>>,
    /// Not sampled: the sampler's own.
    own: u32,
    known: u64,
    looks: u32,
}

struct Armed {
    seat: usize,
    timer: Timer,
    name: Arc<str>,
    /// A thread may be found before it has got its name.
    was_seen: bool,
}

struct Ended {
    thread: u32,
    name: Arc<str>,
    tools: Box<Tools>,
}

/// The threads that are sampled, if any.
pub(super) fn threads() -> MutexGuard<'static, Option<Threads>> {
    THREADS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A thread has made its first call, and is the one that says so.
pub(super) fn arrive(arrival: Arrival) {
    if let Some(threads) = threads().as_mut() {
        threads.arrive(arrival);
    }
}

impl Threads {
    pub(super) fn new(period: u64) -> Self {
        let (armed, refused) = (BTreeMap::new(), BTreeSet::new());
        Threads { period, armed, ended: Vec::new(), refused, spare: Vec::new(), own: 0, known: 0, looks: 0 }
    }

    /// The calling thread is the sampler's.
    pub(super) fn own(&mut self) {
        self.own = seats::current_thread();
        self.end(self.own);
    }

    fn arrive(&mut self, Arrival { thread, seat }: Arrival) {
        match self.armed.get(&thread) {
            Some(armed) if armed.timer.is_alive() => return,
            // Of another thread that had the same id.
            Some(_) => self.end(thread),
            None => {}
        }
        // The seat was that of the one before, and is watched again.
        if thread != self.own && seats::watch(thread) == Some(seat) {
            let is_main = thread == std::process::id();
            let stack = if is_main { stacks::of_main_thread() } else { stacks::of_this_thread() };
            self.arm(thread, seat, stack.unwrap_or_default());
        }
    }

    /// Finds new threads, and those that have ended.
    pub(super) fn look(&mut self) {
        // The directory has a link for each thread, and two of its own.
        let known = fs::metadata("/proc/self/task").map_or(0, |folder| folder.nlink());
        self.looks = self.looks.wrapping_add(1);
        if known == self.known && known > FEW && !self.looks.is_multiple_of(LOOKS) {
            return;
        }
        self.known = known;
        let alive = alive();
        let is_gone = |thread: &&u32| !alive.contains(thread);
        let gone: Vec<u32> = self.armed.keys().filter(is_gone).copied().collect();
        if !gone.is_empty() {
            self.refused.clear();
        }
        self.refused.retain(|thread| alive.contains(thread));
        gone.into_iter().for_each(|thread| self.end(thread));
        let is_new = |thread: &&u32| {
            !self.armed.contains_key(thread) && !self.refused.contains(thread) && **thread != self.own
        };
        let new: Vec<u32> = alive.iter().filter(is_new).copied().collect();
        if new.is_empty() {
            return;
        }
        // Before they can tick: their handlers find the stacks in there.
        super::handler::STACKS.replace(Some(stacks::Stacks::read()));
        for thread in new {
            let is_main = thread == std::process::id();
            let stack = if is_main { stacks::of_main_thread() } else { None };
            match seats::watch(thread) {
                Some(seat) => self.arm(thread, seat, stack.unwrap_or_default()),
                None => self.refuse(thread),
            }
        }
    }

    fn arm(&mut self, thread: u32, seat: usize, stack: (u64, u64)) {
        let Some(desk) = desk::desk(seat) else { return };
        let tools = self.spare.pop().unwrap_or_else(Tools::new);
        tools.stack.set(stack);
        desk.lay_out(tools);
        match Timer::arm(thread, desk, self.period, self.first(thread)) {
            Ok(timer) => {
                let armed = Armed { seat, timer, name: name(thread), was_seen: false };
                self.armed.insert(thread, armed);
            }
            Err(error) => {
                self.spare.extend(desk.clear());
                seats::watch_no_more(seat);
                // A thread that is gone already is no loss.
                if error.raw_os_error() == Some(libc::EAGAIN) {
                    self.refuse(thread);
                }
            }
        }
    }

    fn refuse(&mut self, thread: u32) {
        if self.refused.insert(thread) {
            COUNTS.refused.fetch_add(1, Relaxed);
        }
    }

    /// Somewhere within the first period: so that threads which live for less than one are seen as often as they deserve.
    fn first(&self, thread: u32) -> u64 {
        let random = crate::instrument::clock::now() ^ u64::from(thread).rotate_left(32);
        ((random.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) * self.period) >> 32
    }

    fn end(&mut self, thread: u32) {
        let Some(Armed { seat, timer, name, .. }) = self.armed.remove(&thread) else { return };
        drop(timer);
        if let Some(tools) = desk::desk(seat).and_then(desk::Desk::clear) {
            self.ended.push(Ended { thread, name, tools });
        }
        seats::watch_no_more(seat);
    }

    /// Ends all timers.
    pub(super) fn end_all(&mut self) {
        let all: Vec<u32> = self.armed.keys().copied().collect();
        all.into_iter().for_each(|thread| self.end(thread));
    }

    /// Shows what the handlers have left, with its thread.
    pub(super) fn drain(&mut self, mut each: impl FnMut(u32, &Arc<str>, &Raw)) {
        let mut lost = 0;
        for (thread, armed) in &mut self.armed {
            // SAFETY: laid out by `arm`, and cleared by `end` alone.
            let tools = desk::desk(armed.seat).and_then(|desk| unsafe { desk.tools() });
            let Some(tools) = tools else { continue };
            let Armed { name: known, was_seen, .. } = armed;
            // SAFETY: this thread, which holds the lock, is the only reader.
            lost += unsafe {
                tools.ring.drain(|raw| {
                    if !std::mem::replace(was_seen, true) {
                        let now = name(*thread);
                        *known = if now.is_empty() { Arc::clone(known) } else { now };
                    }
                    each(*thread, known, raw);
                })
            };
        }
        for Ended { thread, name, tools } in self.ended.drain(..) {
            // SAFETY: as above.
            lost += unsafe { tools.ring.drain(|raw| each(thread, &name, raw)) };
            if self.spare.len() < SPARE {
                self.spare.push(tools);
            }
        }
        COUNTS.ring_full.fetch_add(lost, Relaxed);
    }
}

/// The ids of all threads of this process.
fn alive() -> BTreeSet<u32> {
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten();
    tasks.filter_map(|task| task.ok()?.file_name().to_str()?.parse().ok()).collect()
}

/// As far as the system keeps it: 15 bytes. Empty for a thread that is gone.
fn name(thread: u32) -> Arc<str> {
    let name = fs::read(format!("/proc/self/task/{thread}/comm")).unwrap_or_default();
    String::from_utf8_lossy(&name).trim_end_matches('\n').into()
}
