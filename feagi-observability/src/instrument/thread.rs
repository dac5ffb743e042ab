//! What each thread has of its own: context slot, shards, ring. Made on its first instrumented call, never freed, handed
//! on to a later thread once it has ended and the collector has read its last record.

use super::alloc::Uncounted;
use super::record::Header;
use super::registry;
use super::ring::Ring;
use super::shard::Shard;
use super::site::Site;
use super::value::REQUEST_ID_KEY;
use crate::context::{ThreadSlot, compiled, seats, set_thread_slot, thread_slot};
use crate::sync::{AtomicBool, Mutex, Tracked, thread};
use std::cell::{Cell, UnsafeCell};
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{Ordering::Acquire, Ordering::Release};
use std::sync::{Arc, PoisonError};

/// The thread that wrote a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ThreadInfo {
    /// The operating system's thread id.
    pub(crate) id: u64,
    /// The thread's name; empty when it has none.
    pub(crate) name: String,
}

#[repr(C)]
pub(crate) struct ThreadState {
    /// First, so that a pointer to the slot is one to the state.
    pub(crate) slot: ThreadSlot,
    /// By site index; null where this thread has not called the site. The owner's alone.
    shards: UnsafeCell<Vec<*const Shard>>,
    pub(crate) ring: Ring,
    /// How many blocks have ended out of order. The owner's alone.
    pub(super) disorder: Cell<u32>,
    ended: AtomicBool,
    info: Mutex<Arc<ThreadInfo>>,
    /// What the owner has for itself: `slot`, `shards` and `disorder`.
    own: Tracked,
}

// SAFETY: `slot`, `shards` and `disorder` are touched by the thread that holds the state alone; the rest is made for sharing.
unsafe impl Sync for ThreadState {}
// SAFETY: the pointers in `shards` lead to leaked shards.
unsafe impl Send for ThreadState {}

impl ThreadState {
    pub(super) fn new() -> Self {
        // The standard library's hash keys are the system's randomness, on every platform.
        let draw = || RandomState::new().build_hasher().finish();
        ThreadState {
            slot: ThreadSlot::new([draw(), draw(), draw()]),
            shards: UnsafeCell::new(Vec::new()),
            ring: Ring::new(),
            disorder: Cell::new(0),
            ended: AtomicBool::new(false),
            info: Mutex::new(Arc::default()),
            own: Tracked::new(1),
        }
    }

    pub(crate) fn info(&self) -> Arc<ThreadInfo> {
        self.info.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether its thread is gone and everything it wrote has been read.
    pub(crate) fn is_spent(&self) -> bool {
        // Acquire: the last record was published before the flag.
        self.ended.load(Acquire) && self.ring.is_empty()
    }

    /// Takes it for the calling thread; the registry has it from nobody else.
    pub(super) fn adopt(&self) {
        let name = thread::current().name().unwrap_or_default().to_owned();
        let info = Arc::new(ThreadInfo { id: os_thread_id(), name });
        *self.info.lock().unwrap_or_else(PoisonError::into_inner) = info;
        self.ended.store(false, Release);
    }

    /// This thread's shard of a site, whose index its state has told.
    #[inline(always)]
    pub(super) fn shard(&self, index: usize, site: &'static Site) -> &'static Shard {
        self.own.write(0..1);
        // SAFETY: only the owning thread comes here, and nothing below calls back into user code.
        let shards = unsafe { &*self.shards.get() };
        match shards.get(index) {
            // SAFETY: shards are leaked.
            Some(shard) if !shard.is_null() => unsafe { &**shard },
            _ => self.new_shard(site),
        }
    }

    /// This thread's shard of the site with this index, if it has called the site.
    #[inline(always)]
    pub(super) fn shard_if_any(&self, index: usize) -> Option<&'static Shard> {
        // SAFETY: as in `shard`.
        let shards = unsafe { &*self.shards.get() };
        // SAFETY: null, or a leaked shard.
        unsafe { shards.get(index)?.as_ref() }
    }

    #[cold]
    #[inline(never)]
    fn new_shard(&self, site: &'static Site) -> &'static Shard {
        let _uncounted = Uncounted::begin();
        let index = site.live().index;
        let shard = registry::take_shard(site);
        // SAFETY: as above; the shared borrow has ended.
        let shards = unsafe { &mut *self.shards.get() };
        if shards.len() <= index {
            shards.resize(index + 1, ptr::null());
        }
        if let Some(place) = shards.get_mut(index) {
            *place = shard;
        }
        shard
    }

    /// Writes a record with the caller's request id behind its fields; `false`, and nothing is written, if there is no request id.
    ///
    /// # Safety
    /// That of [`Ring::push`].
    #[cold]
    #[inline(never)]
    pub(super) unsafe fn push_with_request_id(&self, header: Header, fields: *const MaybeUninit<u8>) -> bool {
        // SAFETY: the caller's promise.
        let push = |id: &str| unsafe { self.ring.push_with_text(header, fields, REQUEST_ID_KEY, id) };
        self.slot.see_request_id(push).is_some()
    }

    /// Gives the shards back; called by the ending thread.
    fn leave(&self) {
        self.own.write(0..1);
        // A process may exit from within a call: what runs on this state later is no child of it.
        self.slot.clear();
        // SAFETY: the owning thread, outside of any other use.
        let shards = std::mem::take(unsafe { &mut *self.shards.get() });
        for (index, shard) in shards.into_iter().enumerate().filter(|(_, shard)| !shard.is_null()) {
            // SAFETY: shards are leaked.
            registry::give_shard(index, unsafe { &*shard });
        }
        // Release: pairs with `is_spent`.
        self.ended.store(true, Release);
    }
}

/// The calling thread's state; `None` before its first call and when it is ending.
#[inline(always)]
pub(super) fn attached() -> Option<&'static ThreadState> {
    // SAFETY: null, or a pointer to a whole, leaked state, stored by `attach_first`; the slot is its first field.
    unsafe { thread_slot().cast::<ThreadState>().as_ref() }
}

/// The calling thread's state, made if need be; `None` when the thread is ending.
#[inline(always)]
pub(super) fn attach() -> Option<&'static ThreadState> {
    attached().or_else(attach_first)
}

/// Its slot alone, for what enters contexts without being a call.
pub(crate) fn slot() -> Option<&'static ThreadSlot> {
    attach().map(|thread| &thread.slot)
}

/// Its destructor runs when the thread ends.
pub(super) struct Leave {
    pub(super) state: &'static ThreadState,
    /// Where the sampler finds its slot, if there is a sampler, and was room.
    seat: Option<usize>,
}

impl Leave {
    pub(super) fn new() -> Self {
        let state = registry::take_thread();
        let seat = if compiled::PROFILE { seats::sit(&state.slot) } else { None };
        Leave { state, seat }
    }
}

impl Drop for Leave {
    fn drop(&mut self) {
        // First: later calls on this thread must not write into what others may get, nor its signal handler read it.
        set_thread_slot(ptr::null());
        if let Some(seat) = self.seat {
            seats::rise(seat);
        }
        self.state.leave();
    }
}

thread_local! {
    static LEAVE: std::cell::OnceCell<Leave> = const { std::cell::OnceCell::new() };
}

#[cold]
#[inline(never)]
fn attach_first() -> Option<&'static ThreadState> {
    let _uncounted = Uncounted::begin();
    LEAVE
        .try_with(|leave| {
            let state = leave.get_or_init(Leave::new).state;
            set_thread_slot(ptr::from_ref(state).cast());
            state
        })
        .ok()
}

#[cfg(target_os = "linux")]
fn os_thread_id() -> u64 {
    // SAFETY: no arguments, cannot fail.
    unsafe { libc::gettid() as u64 }
}

/// A number of our own where the system has no cheap one.
#[cfg(not(target_os = "linux"))]
fn os_thread_id() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Relaxed)
}
