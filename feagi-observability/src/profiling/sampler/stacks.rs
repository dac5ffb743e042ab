//! Where stacks lie: how far a handler may read upwards from where its thread stands.
//!
//! A thread that has made a call has told its bounds (pthread_getattr_np(3)); the main thread's are known. Of others the memory that can be
//! read is listed before their first sample: a stack is the piece that holds the stack pointer. The thread's control block stands at
//! the end of the stacks that the system's library makes, and so narrows the piece down.

use crate::profiling::profile;
use std::ops::Range;

/// The page that a stack pointer stands in can be read to its end.
const PAGE: u64 = 4096;

/// How far the main thread's stack may grow, where nothing limits it to less.
const MOST_OF_MAIN: u64 = 128 << 20;

/// Pieces of memory that can be read and written, by their start.
pub(super) struct Stacks(Vec<Range<u64>>);

impl Stacks {
    /// Those of this moment.
    pub(super) fn read() -> Self {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
        Stacks(
            maps.lines()
                .filter_map(profile::mapping)
                .filter_map(|(permissions, mapping)| {
                    permissions.starts_with("rw").then_some(mapping.start..mapping.end)
                })
                .collect(),
        )
    }

    /// The piece that holds an address; not beyond a thread's control block in it.
    fn around(&self, address: u64, control_block: u64) -> Option<(u64, u64)> {
        let after = self.0.partition_point(|piece| piece.start <= address);
        let piece = self.0.get(after.checked_sub(1)?).filter(|piece| piece.contains(&address))?;
        let narrows = control_block > address && control_block <= piece.end;
        Some((piece.start, if narrows { control_block } else { piece.end }))
    }
}

/// What can be read from the stack pointer on, and the bounds to be remembered, if they are new.
pub(super) fn readable(
    pointer: u64,
    known: (u64, u64),
    stacks: Option<&Stacks>,
) -> (Range<u64>, Option<(u64, u64)>) {
    let holds = |(start, end): (u64, u64)| start <= pointer && pointer < end;
    if holds(known) {
        return (pointer..known.1, None);
    }
    // Another stack than its own (a coroutine's, that of a signal handler) is not remembered.
    let found = stacks.and_then(|stacks| stacks.around(pointer, control_block()));
    match found {
        Some(bounds) => (pointer..bounds.1, (known == (0, 0)).then_some(bounds)),
        None => (pointer..(pointer | (PAGE - 1)) + 1, None),
    }
}

/// What the thread pointer points to, in its first word (System V ABI, x86_64, on thread-local storage).
fn control_block() -> u64 {
    let block: u64;
    // SAFETY: every thread of a program with the system's library has it; one load.
    unsafe { std::arch::asm!("mov {}, fs:0", out(reg) block, options(nostack, readonly, preserves_flags)) };
    block
}

/// The bounds of the main thread's stack, which grows.
pub(super) fn of_main_thread() -> Option<(u64, u64)> {
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    let (_, stack) =
        maps.lines().filter_map(profile::mapping).find(|(_, mapping)| mapping.file == "[stack]")?;
    Some((stack.end.saturating_sub(MOST_OF_MAIN).min(stack.start), stack.end))
}

/// The bounds of the calling thread's stack, which is not the main thread.
pub(super) fn of_this_thread() -> Option<(u64, u64)> {
    let mut attributes = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
    let (mut start, mut size) = (std::ptr::null_mut(), 0);
    // SAFETY: the attributes are initialised by the first call, read by the second and given back by the third, if that was so.
    let got = unsafe {
        libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) == 0 && {
            let got = libc::pthread_attr_getstack(attributes.as_ptr(), &mut start, &mut size) == 0;
            libc::pthread_attr_destroy(attributes.as_mut_ptr());
            got
        }
    };
    let start = start.addr() as u64;
    got.then_some((start, start.saturating_add(size as u64)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_has_said_nothing_is_found_by_where_it_stands() {
        let told = of_this_thread().expect("a thread has a stack");
        let here = std::ptr::from_ref(&told).addr() as u64;
        let stacks = Stacks::read();
        let (range, bounds) = readable(here, (0, 0), Some(&stacks));
        let (start, end) = bounds.expect("found");
        assert_eq!(range, here..end);
        assert!(start <= here && end <= told.1, "{start:x}-{end:x}, but it is {told:x?}");
        assert!(told.1 - end < 64 << 10, "the control block stands near the end");
        assert_eq!(readable(here, told, None), (here..told.1, None));
    }

    #[test]
    fn where_nothing_is_known_the_page_is_all() {
        assert_eq!(readable(0x7f10, (0, 0), None), (0x7f10..0x8000, None));
        let other = Stacks(vec![0x1000..0x2000, 0x7000..0x9000]);
        assert_eq!(readable(0x7f10, (0x1000, 0x2000), Some(&other)), (0x7f10..0x9000, None));
    }

    #[test]
    fn the_main_threads_stack_is_known() {
        let (start, end) = of_main_thread().expect("every program has one");
        assert!(start < end);
    }
}
