//! The signal handler: what a thread does when its timer ticks. It asks no thread-local, makes no system call, takes no lock and
//! allocates nothing; it takes some kilobytes of the thread's stack.
//!
//! Signals that are not ours go to the handler that was there before, which is put back at the end.

use super::desk::{self, Published, Tools};
use super::stacks::{self, Stacks};
use super::{Loaded, ring};
use crate::context::{Context, SpanId, TraceId, labelled, seats};
use crate::profiling::stack::{self, Registers};
use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{
    AtomicUsize,
    Ordering::{Acquire, Relaxed, Release},
};

/// What all handlers walk stacks by.
pub(super) static LOADED: Published<Loaded> = Published::nothing();
/// Where the stacks are of threads that have not said so.
pub(super) static STACKS: Published<Stacks> = Published::nothing();

/// The handler that was there before: its address, and how it wants to be called.
static BEFORE: AtomicUsize = AtomicUsize::new(libc::SIG_DFL);
static FLAGS_BEFORE: AtomicUsize = AtomicUsize::new(0);

/// The beginning of the kernel's `siginfo_t` for a timer's signal (64 bit).
#[repr(C)]
struct TimerSignal {
    signal: c_int,
    errno: c_int,
    code: c_int,
    padding: c_int,
    timer: c_int,
    overrun: c_int,
    value: usize,
}

/// The signal while we have it; the handler of before comes back when it is dropped.
pub(super) struct Installed(libc::sigaction);

impl Installed {
    pub(super) fn new() -> std::io::Result<Self> {
        let mut before = MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: nothing is changed; the place is valid. All zero is a valid action.
        let before = unsafe {
            libc::sigaction(libc::SIGPROF, ptr::null(), before.as_mut_ptr());
            before.assume_init()
        };
        BEFORE.store(before.sa_sigaction, Relaxed);
        // Release: with the Acquire of the handler, which reads the flags first.
        FLAGS_BEFORE.store(before.sa_flags as usize, Release);
        // SAFETY: all zero is a valid action.
        let mut ours: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
        ours.sa_sigaction = on_signal as *const () as libc::sighandler_t;
        ours.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART;
        // SAFETY: the handler has the signature that SA_SIGINFO asks for, and is fit for any moment.
        match unsafe { libc::sigaction(libc::SIGPROF, &ours, ptr::null_mut()) } {
            0 => Ok(Installed(before)),
            _ => Err(std::io::Error::last_os_error()),
        }
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        let mut now = MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: nothing is changed; the place is valid. All zero is a valid action.
        let now = unsafe {
            libc::sigaction(libc::SIGPROF, ptr::null(), now.as_mut_ptr());
            now.assume_init()
        };
        // Whoever has put a handler in place of ours keeps it.
        if now.sa_sigaction != on_signal as *const () as libc::sighandler_t {
            return;
        }
        // SAFETY: all zero is a valid action. Ignored for a moment, what is pending is thrown away (sigaction(2)): a late tick of ours
        // would be a surprise to the handler of before, and end the process where there is none.
        unsafe {
            let mut ignored: libc::sigaction = MaybeUninit::zeroed().assume_init();
            ignored.sa_sigaction = libc::SIG_IGN;
            libc::sigaction(libc::SIGPROF, &ignored, ptr::null_mut());
            libc::sigaction(libc::SIGPROF, &self.0, ptr::null_mut());
        }
    }
}

extern "C" fn on_signal(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the place of this thread's errno.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: as above.
    let before = unsafe { errno.read() };
    // SAFETY: the kernel's description of this signal.
    let tick = unsafe { &*info.cast::<TimerSignal>() };
    let seat = (tick.code == libc::SI_TIMER).then(|| desk::seat_at(tick.value)).flatten();
    match seat.and_then(|seat| Some((seat, desk::desk(seat)?))) {
        Some((seat, desk)) => {
            // SAFETY: what the kernel has put onto this thread's stack.
            let registers = unsafe { registers(context.cast()) };
            let weight = 1_u32.saturating_add_signed(tick.overrun.max(0));
            desk.work(|tools| take(tools, seat, registers, weight));
        }
        // SAFETY: what the kernel has given us.
        None => unsafe { pass_on(signal, info, context) },
    }
    // SAFETY: as above.
    unsafe { errno.write(before) };
}

/// # Safety
/// `context` is what the kernel has given to the handler.
unsafe fn registers(context: *const libc::ucontext_t) -> Registers {
    // SAFETY: the caller's promise.
    let registers = unsafe { &(*context).uc_mcontext.gregs };
    let at = |index: c_int| registers.get(index as usize).map_or(0, |value| value.cast_unsigned());
    Registers { ip: at(libc::REG_RIP), sp: at(libc::REG_RSP), bp: at(libc::REG_RBP) }
}

/// One sample of the calling thread.
fn take(tools: &Tools, seat: usize, registers: Registers, weight: u32) {
    // SAFETY: within `Desk::work`.
    let (Some(loaded), stacks) = (unsafe { LOADED.get() }, unsafe { STACKS.get() }) else { return };
    let (range, bounds) = stacks::readable(registers.sp, tools.stack.get(), stacks);
    if let Some(bounds) = bounds {
        tools.stack.set(bounds);
    }
    let fill = |raw: &mut ring::Raw| {
        raw.at = now();
        (raw.weight, raw.epoch) = (weight, loaded.epoch);
        // SAFETY: this is the thread that sits there.
        unsafe { seats::see(seat, |seen| label(raw, seen)) };
        // SAFETY: the handler is the cache's only user; the range can be read.
        let walked = unsafe {
            let cache = &mut *tools.cache.get();
            stack::walk(&loaded.tables.unwinder, registers, range, cache, &mut raw.addresses)
        };
        (raw.depth, raw.is_cut) = (walked.depth as u16, walked.is_cut);
    };
    // SAFETY: the handler is the ring's only writer.
    unsafe { tools.ring.write(fill) };
}

/// What the call that was interrupted is known by in other signals.
fn label(raw: &mut ring::Raw, seen: Option<(&Context, Option<&str>)>) {
    let shown = seen.filter(|(context, _)| labelled::labels(context.trace_id));
    raw.is_thinned = seen.is_some() && shown.is_none();
    let (ids, name) = shown.map_or(((TraceId::NONE, SpanId::NONE), None), |(context, _)| {
        ((context.trace_id, context.span_id), Some(context.name))
    });
    (raw.trace_id, raw.span_id) = ids;
    raw.name = name;
    raw.set_request_id(shown.and_then(|(_, request_id)| request_id));
}

/// Nanoseconds of the monotonic clock: no system call, where the kernel gives it to the process (vdso(7)).
fn now() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a valid place; fit for handlers (signal-safety(7)).
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut time) };
    time.tv_sec.cast_unsigned().wrapping_mul(1_000_000_000).wrapping_add(time.tv_nsec.cast_unsigned())
}

/// # Safety
/// The arguments are those of the kernel.
unsafe fn pass_on(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // Acquire: with the Release of `new`.
    let flags = FLAGS_BEFORE.load(Acquire) as c_int;
    let before = BEFORE.load(Relaxed);
    // The default would end the process, where it was meant for somebody: for us, as nobody else listens.
    if before == libc::SIG_DFL || before == libc::SIG_IGN {
        return;
    }
    let before: *const () = ptr::with_exposed_provenance(before);
    // SAFETY: the kernel would call it in this way.
    unsafe {
        if flags & libc::SA_SIGINFO != 0 {
            let before: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = std::mem::transmute(before);
            before(signal, info, context);
        } else {
            let before: extern "C" fn(c_int) = std::mem::transmute(before);
            before(signal);
        }
    }
}
