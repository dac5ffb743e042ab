//! Regions: calls whose context the threads of a pool inherit, as long as exactly one of them is open in the process. A guess, for code
//! that cannot be touched: what is begun under such a context is marked, and so is everything below it.
//!
//! Receives contexts from calls that begin and end; gives the one there is, copied, to whoever begins something on a thread of a pool
//! that is in no context. What was begun under it has a context of its own from then on: nothing points here.
//!
//! Opening and closing a region does the same: it mixes the context's words into those that all regions have in common, by exclusive or.
//! With one region open these are its own words again, whichever regions came and went meanwhile; so there is no list, no room that
//! could be too small, and nobody waits for anybody. Whoever reads while another mixes sees that it has done so, and makes nothing of it.

use super::fate::Fate;
use super::{Context, SpanId, SpanName, TraceId, pool};
use std::marker::PhantomData;
use std::ptr;
use std::sync::atomic::{
    AtomicU32, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
    fence,
};

/// Both halves of the trace, span, parent, the place of the name, fate.
type Words = [u64; 6];

static REGIONS: Regions = Regions::new();

struct Regions {
    open: AtomicU32,
    /// How often one has begun to change what stands below, and how often it was done.
    begun: AtomicU64,
    done: AtomicU64,
    /// Those of all open regions, mixed.
    words: [AtomicU64; 6],
}

/// What a thread of a pool finds that is in no context of its own.
pub(super) enum Inheritance {
    Nothing,
    One(Context),
    /// Several are open, or one is just coming or going.
    Ambiguous,
}

/// Whether it is worth to ask for [`inheritance`]: one load. Relaxed: a region is opened before the work is handed to the pool that is to
/// inherit it, and the handing over orders the two.
#[inline(always)]
pub(super) fn is_any_open() -> bool {
    pool::IS_KNOWN && REGIONS.open.load(Relaxed) != 0
}

/// What there is to inherit on this thread, which is in no context.
#[cold]
pub(super) fn inheritance() -> Inheritance {
    if pool::is_thread_of_one() { REGIONS.read() } else { Inheritance::Nothing }
}

/// A region that is open; dropping it closes it.
#[must_use = "a region that is dropped at once is open for nobody"]
pub struct Region<'c> {
    /// `None` where there is no call to inherit from.
    words: Option<Words>,
    /// Invariant: not `Send`, as its call is not.
    call: PhantomData<(&'c (), *const ())>,
}

impl Region<'_> {
    /// Opens that of a call with this context.
    pub(crate) fn open(context: Option<Context>) -> Self {
        let context = context.filter(|context| pool::IS_KNOWN && context.trace_id.is_valid());
        let words = context.map(|context| to_words(&context));
        if let Some(words) = &words {
            REGIONS.open(words);
        }
        Region { words, call: PhantomData }
    }
}

impl Drop for Region<'_> {
    fn drop(&mut self) {
        if let Some(words) = &self.words {
            REGIONS.close(words);
        }
    }
}

impl Regions {
    const fn new() -> Self {
        Regions {
            open: AtomicU32::new(0),
            begun: AtomicU64::new(0),
            done: AtomicU64::new(0),
            words: [const { AtomicU64::new(0) }; 6],
        }
    }

    fn open(&self, words: &Words) {
        self.mix(words, 1);
    }

    fn close(&self, words: &Words) {
        self.mix(words, u32::MAX);
    }

    fn mix(&self, words: &Words, more: u32) {
        // Relaxed: the fence behind it orders it.
        self.begun.fetch_add(1, Relaxed);
        // Release: who sees one of the changes below, and then passes an acquire fence, sees that they have begun.
        fence(Release);
        // Relaxed, as the words: `done` publishes them. The sum wraps around to one less.
        self.open.fetch_add(more, Relaxed);
        for (shared, word) in self.words.iter().zip(words) {
            shared.fetch_xor(*word, Relaxed);
        }
        // Release: who sees this count sees the changes of all that it counts, for each of them was added to the one before.
        self.done.fetch_add(1, Release);
    }

    fn read(&self) -> Inheritance {
        // Acquire: the changes that are counted here are seen below.
        let done = self.done.load(Acquire);
        // Relaxed: whether they fit together is asked afterwards.
        let open = self.open.load(Relaxed);
        let words = self.words.each_ref().map(|word| word.load(Relaxed));
        // Acquire: had one of these loads seen a change that is not counted, the next one sees that it has begun.
        fence(Acquire);
        // Relaxed: the fence orders it.
        if self.begun.load(Relaxed) != done {
            return Inheritance::Ambiguous;
        }
        match open {
            0 => Inheritance::Nothing,
            // SAFETY: one is open, and no change is half seen: these are the words that it has mixed in.
            1 => Inheritance::One(unsafe { from_words(words) }),
            _ => Inheritance::Ambiguous,
        }
    }
}

fn to_words(context: &Context) -> Words {
    let Context { trace_id, span_id, parent_id, name, fate } = context;
    let name = ptr::from_ref::<SpanName>(name).expose_provenance() as u64;
    [trace_id.high, trace_id.low, span_id.0, parent_id.0, name, u64::from(fate.0)]
}

/// The context of the words; a guess from here on.
///
/// # Safety
/// [`to_words`] has made them.
unsafe fn from_words([high, low, span, parent, name, fate]: Words) -> Context {
    // SAFETY: the place of a static.
    let name: &'static SpanName = unsafe { &*ptr::with_exposed_provenance(name as usize) };
    let (trace_id, fate) = (TraceId { high, low }, Fate(fate as u8).inferred());
    Context { trace_id, span_id: SpanId(span), parent_id: SpanId(parent), name, fate }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;
    use std::thread;

    static NAME: SpanName = SpanName::new();

    /// All of it follows from the number.
    fn numbered(number: u64) -> Context {
        Context {
            trace_id: TraceId { high: number.wrapping_mul(3), low: number },
            span_id: SpanId(number.wrapping_mul(5)),
            parent_id: SpanId(number.wrapping_mul(7)),
            name: &NAME,
            fate: Fate::remote(number.is_multiple_of(2)),
        }
    }

    fn one(regions: &Regions) -> Option<u64> {
        match regions.read() {
            Inheritance::One(context) => {
                let number = context.trace_id.low;
                let expected = Context { fate: numbered(number).fate.inferred(), ..numbered(number) };
                assert_eq!(to_words(&context), to_words(&expected), "torn");
                Some(number)
            }
            Inheritance::Nothing => Some(0),
            Inheritance::Ambiguous => None,
        }
    }

    #[test]
    fn the_one_that_is_left_is_found_whichever_was_opened_and_closed_before() {
        let regions = Regions::new();
        let [first, second, third] = [1, 2, 3].map(|number| to_words(&numbered(number)));
        assert_eq!(one(&regions), Some(0));
        regions.open(&first);
        assert_eq!(one(&regions), Some(1));
        regions.open(&second);
        regions.open(&third);
        assert_eq!(one(&regions), None);
        regions.close(&first);
        assert_eq!(one(&regions), None);
        regions.close(&third);
        assert_eq!(one(&regions), Some(2));
        regions.close(&second);
        assert_eq!(one(&regions), Some(0));
    }

    #[test]
    fn a_reader_sees_one_region_whole_or_none_while_others_come_and_go() {
        const ROUNDS: u64 = if cfg!(miri) { 50 } else { 20_000 };
        let (regions, is_over) = (Regions::new(), AtomicBool::new(false));
        let change = |first: u64| {
            for number in (first..).step_by(2).take(ROUNDS as usize) {
                let words = to_words(&numbered(number));
                regions.open(&words);
                regions.close(&words);
            }
        };
        thread::scope(|scope| {
            let reader = scope.spawn(|| {
                while !is_over.load(Relaxed) {
                    one(&regions);
                }
            });
            let writers = [1, 2].map(|first| scope.spawn(move || change(first)));
            for writer in writers {
                writer.join().unwrap();
            }
            regions.open(&to_words(&numbered(9)));
            assert_eq!(one(&regions), Some(9));
            is_over.store(true, Relaxed);
            reader.join().unwrap();
        });
        regions.close(&to_words(&numbered(9)));
        assert_eq!(one(&regions), Some(0));
    }
}
