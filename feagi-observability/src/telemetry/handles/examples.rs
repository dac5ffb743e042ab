//! Which trace a number was changed in: the examples of handles.
//!
//! At most once a second the collector puts up a form beside each number of a counter or bucket. Whoever changes the number next within a
//! kept trace takes the form down, fills it in and gives it back; collector and page read it then. A form that has been seen a thousand
//! times without a kept trace around is given back empty, so that numbers which are changed outside of any cost no more for the rest of the
//! second.
//!
//! Invariant: a change that finds no form costs a load and a comparison. One that finds one neither locks nor allocates nor frees: what is
//! in a form is moved there, and dropped by whoever reads it.

use crate::context::{Carried, Context, SpanId, ThreadSlot, TraceId, compiled, current_context, thread_slot};
use crate::instrument::clock::{self, WallClock};
use crate::telemetry::family::Exemplar;
use std::cell::UnsafeCell;
use std::ptr;
use std::sync::atomic::{
    AtomicBool, AtomicPtr, AtomicU32,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How often a form is looked at before it is given back empty.
const TRIES: u32 = 1000;

/// Beside a number: null, or a form that is to be filled in.
#[derive(Default)]
pub(super) struct Wanted(AtomicPtr<Form>);

impl Wanted {
    /// Says that the number has been changed by this much; what is no change is no example.
    #[inline(always)]
    pub(super) fn offer(&self, value: impl FnOnce() -> Option<f64>) {
        // Relaxed: whoever takes the form asks for it once more.
        if compiled::TRACE
            && !self.0.load(Relaxed).is_null()
            && let Some(value) = value()
        {
            self.fill_in(value);
        }
    }

    #[cold]
    #[inline(never)]
    fn fill_in(&self, value: f64) {
        // SAFETY: null, or a leaked form. Acquire: as it was when it was put up.
        let Some(form) = (unsafe { self.0.load(Acquire).as_ref() }) else { return };
        let answer = Answer::here(value);
        if (answer.is_some() || form.is_worn_out())
            && let Some(form) = self.take_down()
        {
            form.give_back(answer);
        }
    }

    /// The form, for the one who gets it.
    fn take_down(&self) -> Option<&'static Form> {
        // Acquire: as above. Nothing of this thread's has to be seen by who finds it gone.
        let form = self.0.swap(ptr::null_mut(), Acquire);
        // SAFETY: as above.
        unsafe { form.as_ref() }
    }

    fn put_up(&self, form: &'static Form) {
        // Release: the form is whole before it is found.
        self.0.store(ptr::from_ref(form).cast_mut(), Release);
    }
}

/// Kept for ever, with its number.
struct Form {
    tries: AtomicU32,
    /// Whether it is the collector's.
    is_back: AtomicBool,
    answer: UnsafeCell<Option<Answer>>,
}

// SAFETY: `answer` is touched by whoever holds the form alone: first the one who has put it up, or the only one who has taken it down, and
// from `is_back` on whoever has the lock of its `Examples`.
unsafe impl Sync for Form {}

impl Form {
    fn new() -> &'static Form {
        let (tries, is_back) = (AtomicU32::new(0), AtomicBool::new(true));
        Box::leak(Box::new(Form { tries, is_back, answer: UnsafeCell::new(None) }))
    }

    /// Whether it has been seen often enough. Relaxed: of looks that meet, some may not be counted.
    fn is_worn_out(&self) -> bool {
        let left = self.tries.load(Relaxed);
        self.tries.store(left.saturating_sub(1), Relaxed);
        left == 0
    }

    /// Only by whoever has taken it down.
    fn give_back(&self, answer: Option<Answer>) {
        // SAFETY: held by the caller alone, and empty: whoever put it up has taken out what was in it, so that nothing is dropped here.
        unsafe { self.answer.get().write(answer) };
        // Release: the answer is whole before it is read.
        self.is_back.store(true, Release);
    }
}

/// What is filled in.
struct Answer {
    trace_id: TraceId,
    span_id: SpanId,
    /// With the caller's request id.
    carried: Option<Arc<Carried>>,
    value: f64,
    ticks: u64,
}

impl Answer {
    /// That of this thread; nothing outside of a kept trace.
    fn here(value: f64) -> Option<Answer> {
        let context = current_context().filter(Context::is_sampled)?;
        let (span_id, is_kept) = context.parent_of_others();
        // SAFETY: slots are never freed, and the thread takes its own pointer away before its slot is given to another.
        let slot = unsafe { thread_slot().as_ref() }.filter(|slot| slot.is_carrying());
        let carried = slot.and_then(ThreadSlot::carried);
        is_kept.then(|| Answer { trace_id: context.trace_id, span_id, carried, value, ticks: clock::now() })
    }

    fn exemplar(self, clock: &WallClock) -> Exemplar {
        Exemplar {
            trace_id: self.trace_id,
            span_id: self.span_id,
            request_id: self.carried.as_deref().and_then(Carried::request_id).cloned(),
            value: self.value,
            timestamp_ns: clock.at(self.ticks),
        }
    }
}

/// The latest examples of a series: one of a counter, one for each bucket of a histogram.
#[derive(Default)]
pub(super) struct Examples(Mutex<Vec<Held>>);

#[derive(Default)]
struct Held {
    /// Made when it is first put up: without spans there are none.
    form: Option<&'static Form>,
    latest: Option<Exemplar>,
}

impl Examples {
    fn lock(&self) -> MutexGuard<'_, Vec<Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts up a form beside each of these numbers, which are always the same.
    pub(super) fn ask<'a>(&self, numbers: impl Iterator<Item = &'a Wanted>, clock: &WallClock) {
        let mut all = self.lock();
        for (index, number) in numbers.enumerate() {
            if all.len() <= index {
                all.push(Held::default());
            }
            if let Some(held) = all.get_mut(index) {
                held.ask(number, clock);
            }
        }
    }

    /// In the order of the numbers; none where nothing has been asked for yet.
    pub(super) fn latest(&self, clock: &WallClock) -> Vec<Option<Exemplar>> {
        let read = |held: &mut Held| {
            held.read(clock);
            held.latest.clone()
        };
        self.lock().iter_mut().map(read).collect()
    }
}

impl Held {
    fn ask(&mut self, number: &Wanted, clock: &WallClock) {
        let form = *self.form.get_or_insert_with(Form::new);
        let is_back = self.read(clock);
        // Relaxed: put up after it, or seen so often more or less.
        form.tries.store(TRIES, Relaxed);
        if is_back {
            form.is_back.store(false, Relaxed);
            number.put_up(form);
        }
    }

    /// Takes out what has been filled in; whether the form is back.
    fn read(&mut self, clock: &WallClock) -> bool {
        // Acquire: what is in it is whole.
        let Some(form) = self.form.filter(|form| form.is_back.load(Acquire)) else { return false };
        // SAFETY: it is back, and the lock of the examples is held.
        if let Some(answer) = unsafe { (*form.answer.get()).take() } {
            self.latest = Some(answer.exemplar(clock));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latest(examples: &Examples) -> Option<f64> {
        examples.latest(&WallClock::new()).first()?.as_ref().map(|exemplar| exemplar.value)
    }

    fn answer(value: f64) -> Option<Answer> {
        let (trace_id, span_id) = (TraceId { high: 1, low: 2 }, SpanId(3));
        Some(Answer { trace_id, span_id, carried: None, value, ticks: clock::now() })
    }

    #[test]
    fn what_is_filled_in_stays_the_example_until_something_else_is() {
        let (number, examples, clock) = (Wanted::default(), Examples::default(), WallClock::new());
        assert!(number.take_down().is_none() && latest(&examples).is_none());
        examples.ask([&number].into_iter(), &clock);
        let form = number.take_down().unwrap();
        assert!(number.take_down().is_none(), "one alone gets it");
        examples.ask([&number].into_iter(), &clock);
        assert!(number.0.load(Relaxed).is_null(), "it is not put up again while somebody has it");
        form.give_back(answer(1.0));
        assert_eq!(latest(&examples), Some(1.0));
        examples.ask([&number].into_iter(), &clock);
        assert_eq!(latest(&examples), Some(1.0));
        number.take_down().unwrap().give_back(answer(2.0));
        examples.ask([&number].into_iter(), &clock);
        assert_eq!(latest(&examples), Some(2.0));
    }

    #[test]
    fn outside_of_a_trace_it_is_given_back_empty_after_so_many_looks() {
        let (number, examples) = (Wanted::default(), Examples::default());
        examples.ask([&number].into_iter(), &WallClock::new());
        (0..TRIES).for_each(|_| number.offer(|| Some(1.0)));
        assert!(!number.0.load(Relaxed).is_null());
        number.offer(|| Some(1.0));
        assert!(number.0.load(Relaxed).is_null() && latest(&examples).is_none());
        examples.ask([&number].into_iter(), &WallClock::new());
        assert!(!number.0.load(Relaxed).is_null(), "and is put up again");
    }

    #[test]
    fn of_many_threads_each_form_is_filled_in_by_one() {
        let (number, examples, clock) = (Wanted::default(), Examples::default(), WallClock::new());
        let stop = AtomicBool::new(false);
        let filled = std::thread::scope(|scope| {
            let fillers: Vec<_> = (0..3)
                .map(|_| {
                    scope.spawn(|| {
                        let mut filled = 0;
                        while !stop.load(Relaxed) {
                            if let Some(form) = number.take_down() {
                                form.give_back(answer(1.0));
                                filled += 1;
                            }
                        }
                        filled
                    })
                })
                .collect();
            let mut seen = 0;
            while seen < 200 {
                examples.ask([&number].into_iter(), &clock);
                let mut held = examples.lock();
                seen += held[0].latest.take().map_or(0, |exemplar| exemplar.value as u64);
            }
            stop.store(true, Relaxed);
            let filled: u64 = fillers.into_iter().map(|filler| filler.join().unwrap()).sum();
            examples.ask([&number].into_iter(), &clock);
            filled - seen - u64::from(examples.lock()[0].latest.is_some())
        });
        assert_eq!(filled, 0, "every one was read once");
    }
}
