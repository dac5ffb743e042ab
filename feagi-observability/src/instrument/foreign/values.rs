//! The values of one open span, as a record holds them. Several threads may write to one span; each waits for the copy that another
//! is making, and no longer.

use super::super::fields::raw_fields;
use super::super::record::flags;
use super::super::value::{ATTRIBUTE_KEY, Encoder, NAME_KEY, TEXT_HEAD, Written};
use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::sync::atomic::{
    AtomicBool,
    Ordering::{Acquire, Relaxed, Release},
};

/// Bytes of values that a span may have; the rest is cut.
pub(super) const BYTES: usize = 1936;
/// Looks at a taken lock before giving up: tens of microseconds, while a copy takes less than one. Longer than that waits only he
/// who meets a holder that the system has put aside.
const PATIENCE: u32 = 2_000;

pub(super) struct Values {
    taken: AtomicBool,
    open: UnsafeCell<Open>,
}

/// The values while nobody else has them.
pub(super) struct Open {
    written: Written,
    bytes: [MaybeUninit<u8>; BYTES],
}

// SAFETY: `open` is reached through `with` alone, by one thread at a time.
unsafe impl Sync for Values {}

impl Values {
    /// Calls `with` while nobody else has the values; `None` if they could not be had.
    pub(super) fn with<R>(&self, with: impl FnOnce(&mut Open) -> R) -> Option<R> {
        let held = Held::take(&self.taken)?;
        // SAFETY: taken, and given back after.
        let result = with(unsafe { &mut *self.open.get() });
        drop(held);
        Some(result)
    }
}

/// Gives the lock back, also when a user's `Debug` unwinds.
struct Held<'a>(&'a AtomicBool);

impl<'a> Held<'a> {
    fn take(taken: &'a AtomicBool) -> Option<Self> {
        for _ in 0..PATIENCE {
            // Acquire: what the last holder wrote is visible.
            if taken.compare_exchange(false, true, Acquire, Relaxed).is_ok() {
                return Some(Held(taken));
            }
            std::hint::spin_loop();
        }
        None
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // Release: pairs with `take`.
        self.0.store(false, Release);
    }
}

impl Open {
    /// Forgets the values of an earlier span and writes the first ones of this.
    pub(super) fn reset(&mut self, write: impl FnOnce(&mut Encoder<'_>)) {
        self.written = Written::default();
        let mut encoder = Encoder::new(&mut self.bytes);
        write(&mut encoder);
        self.written = encoder.finish();
    }

    /// Adds encoded values; each takes the place of an earlier one under its key, but for keys that may stand more than once.
    pub(super) fn merge(&mut self, more: &[u8], may_repeat: bool) {
        for (key, field) in raw_fields(more) {
            if !may_repeat {
                self.remove(key);
            }
            let len = self.written.bytes as usize;
            match self.bytes.get_mut(len..len + field.len()) {
                Some(room) => {
                    room.write_copy_of_slice(field);
                    self.written.bytes += field.len() as u32;
                }
                None => self.written.flags |= flags::TRUNCATED,
            }
        }
    }

    /// Puts a text in front of all values; those that there is no room for any more are cut.
    #[cold]
    pub(super) fn prepend(&mut self, key: u8, text: &str) {
        let mut field = [MaybeUninit::uninit(); BYTES];
        let mut encoder = Encoder::new(&mut field);
        encoder.text(key, text);
        let written = encoder.finish();
        let len = written.bytes as usize;
        let lengths = raw_fields(self.bytes()).scan(len, |end, (_, value)| {
            *end += value.len();
            (*end <= BYTES).then_some(value.len())
        });
        let kept: usize = lengths.sum();
        if kept < self.written.bytes as usize {
            self.written.flags |= flags::TRUNCATED;
        }
        if let Some(room) = self.bytes.get_mut(..len + kept) {
            room.copy_within(..kept, len);
            room.iter_mut().zip(field.iter().take(len)).for_each(|(place, byte)| *place = *byte);
            self.written.bytes = (len + kept) as u32;
        }
    }

    /// Adds an encoded attribute, which is a name and a value, in place of an earlier one of that name.
    pub(super) fn merge_attribute(&mut self, name: &str, more: &[u8]) {
        let found = find_attribute(self.bytes(), name);
        self.cut(found);
        if self.written.bytes as usize + more.len() > BYTES {
            // A name without its value is of no use.
            self.written.flags |= flags::TRUNCATED;
            return;
        }
        self.merge(more, true);
    }

    /// A value was lost before it came here.
    pub(super) fn set_truncated(&mut self) {
        self.written.flags |= flags::TRUNCATED;
    }

    fn remove(&mut self, key: u8) {
        let bytes = self.bytes();
        let found = raw_fields(bytes).find(|(other, _)| *other == key).map(|(_, field)| {
            let start = field.as_ptr().addr() - bytes.as_ptr().addr();
            (start, start + field.len())
        });
        self.cut(found);
    }

    fn cut(&mut self, found: Option<(usize, usize)>) {
        let Some((start, end)) = found else { return };
        let len = self.written.bytes as usize;
        if let Some(whole) = self.bytes.get_mut(..len)
            && end <= whole.len()
        {
            whole.copy_within(end.., start);
            self.written.bytes -= (end - start) as u32;
        }
    }

    pub(super) fn written(&self) -> Written {
        self.written
    }

    pub(super) fn bytes(&self) -> &[u8] {
        let written = self.bytes.get(..self.written.bytes as usize).unwrap_or_default();
        // SAFETY: so many have been written, by an encoder or by copies of what one wrote.
        unsafe { written.assume_init_ref() }
    }
}

/// Where the attribute of that name begins and ends.
fn find_attribute(bytes: &[u8], name: &str) -> Option<(usize, usize)> {
    let mut fields = raw_fields(bytes);
    let is_it = |field: &[u8]| field.get(TEXT_HEAD..) == Some(name.as_bytes());
    let (_, named) = fields.find(|(key, field)| *key == NAME_KEY && is_it(field))?;
    let value = fields.next().filter(|(key, _)| *key == ATTRIBUTE_KEY);
    let start = named.as_ptr().addr() - bytes.as_ptr().addr();
    Some((start, start + named.len() + value.map_or(0, |(_, value)| value.len())))
}
