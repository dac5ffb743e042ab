//! Arrows from thread to thread: from a call to what it has others do, and from one poll of a future to the next.
//!
//! A record comes when its call has ended, so that the calls within it come before it: those of which nothing is known but their parent
//! wait until it is seen. Nothing is kept for ever: of what a program runs, the youngest thousands.

use super::event::Origin;
use super::events::Events;
use crate::collect::{Entry, EntryKind};
use crate::context::SpanId;
use crate::instrument::Outcome;
use crate::logging::format::append_u64;
use std::collections::HashMap;

/// How many calls are remembered at least; twice as many at most.
const REMEMBERED: usize = 4096;
/// How many of one call's children may wait for it.
const CHILDREN: usize = 256;

/// A moment on a thread, by the clock of the records.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Moment {
    tid: u64,
    time: u64,
}

/// What a viewer draws as a bar on a thread's track: a call, or one poll of it.
#[derive(Clone, Copy)]
struct Slice {
    start: Moment,
    end: u64,
    /// Whether its call has no other.
    is_whole: bool,
}

/// From where to where.
type Arrow = (Moment, Moment);

/// Finds the arrows in the order in which records come.
#[derive(Default)]
pub(super) struct Flows {
    /// Of each call its last slice.
    seen: Lately<Slice>,
    /// The beginnings of children, by the parent that they wait for.
    waiting: Lately<Vec<Moment>>,
    drawn: u64,
}

impl Flows {
    /// Adds the arrows that are known now that this record is.
    pub(super) fn add(&mut self, origin: &Origin, entry: &Entry<'_>, events: &mut Events) {
        let mut arrows = Vec::new();
        match (entry.kind, entry.is_async) {
            (EntryKind::Event | EntryKind::Log, _) => return,
            (EntryKind::Poll, _) | (EntryKind::Call | EntryKind::Span, false) => {
                let start = Moment { tid: entry.thread.id, time: entry.start };
                let is_whole = entry.kind != EntryKind::Poll;
                let slice = Slice { start, end: entry.end(), is_whole };
                self.slice(entry.span_id, entry.parent_id, slice, &mut arrows);
            }
            (EntryKind::Call | EntryKind::Span, true) => {
                let was_given_up = entry.outcome == Outcome::Cancelled;
                self.end_future(entry.span_id, entry.end(), was_given_up, &mut arrows);
            }
        }
        for arrow in arrows {
            self.drawn += 1;
            draw(origin, arrow, self.drawn, events);
        }
    }

    /// Its slices were its polls. The last one may come a moment after it: the two end together, and which of them comes first is a
    /// matter of rounding. One that was given up has had its last.
    fn end_future(&mut self, span: SpanId, end: u64, was_given_up: bool, arrows: &mut Vec<Arrow>) {
        let last = self.seen.get(span).copied();
        let mut later = Vec::new();
        for child in self.waiting.remove(span).unwrap_or_default() {
            let is_over = child.time > end || was_given_up;
            if is_over || last.is_some_and(|last| last.contains(child)) {
                arrows.extend(last.and_then(|last| last.arrow_to(child)));
            } else {
                later.push(child);
            }
        }
        if !later.is_empty() {
            self.waiting.insert(span, later);
        }
    }

    fn slice(&mut self, span: SpanId, parent: SpanId, slice: Slice, arrows: &mut Vec<Arrow>) {
        let before = self.seen.insert(span, slice);
        let mut later = Vec::new();
        for child in self.waiting.remove(span).unwrap_or_default() {
            if slice.is_whole || slice.contains(child) {
                arrows.extend(slice.arrow_to(child));
            } else if child.time < slice.start.time {
                arrows.extend(before.and_then(|before| before.arrow_to(child)));
            } else {
                later.push(child);
            }
        }
        if !later.is_empty() {
            self.waiting.insert(span, later);
        }
        match (before, self.seen.get(parent)) {
            (Some(before), _) => arrows.extend(before.arrow_to(slice.start)),
            (None, Some(parent)) if parent.is_whole || parent.contains(slice.start) => {
                arrows.extend(parent.arrow_to(slice.start));
            }
            (None, _) if parent.is_valid() => self.wait(parent, slice.start),
            (None, _) => {}
        }
    }

    fn wait(&mut self, parent: SpanId, child: Moment) {
        match self.waiting.get_mut(parent) {
            Some(children) if children.len() < CHILDREN => children.push(child),
            Some(_) => {}
            None => drop(self.waiting.insert(parent, vec![child])),
        }
    }
}

impl Slice {
    fn contains(&self, moment: Moment) -> bool {
        (self.start.time..=self.end).contains(&moment.time)
    }

    /// `None` where both are on one thread, or the clocks of two processors disagree on which was first.
    fn arrow_to(&self, to: Moment) -> Option<Arrow> {
        let is_drawn = self.start.tid != to.tid && self.start.time <= to.time;
        // Viewers tie an arrow to the bar around its moment, of which the end is not a part.
        let last = self.end.saturating_sub(1).max(self.start.time);
        is_drawn.then_some((Moment { time: to.time.min(last), ..self.start }, to))
    }
}

fn draw(origin: &Origin, (from, to): Arrow, number: u64, events: &mut Events) {
    for (phase, moment, rest) in [("s", from, ""), ("f", to, ",\"bp\":\"e\"")] {
        events.add(|_, out| {
            origin.open("call", "flow", phase, origin.time(moment.time), moment.tid, out);
            out.extend_from_slice(b",\"id\":");
            append_u64(number, out);
            out.extend_from_slice(rest.as_bytes());
            out.push(b'}');
        });
    }
}

/// A map that forgets what is old: when the young ones are many, they become the old ones, and those are gone.
struct Lately<V> {
    young: HashMap<SpanId, V>,
    old: HashMap<SpanId, V>,
}

impl<V> Default for Lately<V> {
    fn default() -> Self {
        Lately { young: HashMap::new(), old: HashMap::new() }
    }
}

impl<V> Lately<V> {
    fn get(&self, id: SpanId) -> Option<&V> {
        self.young.get(&id).or_else(|| self.old.get(&id))
    }

    fn get_mut(&mut self, id: SpanId) -> Option<&mut V> {
        self.young.get_mut(&id).or_else(|| self.old.get_mut(&id))
    }

    /// What was there before.
    fn insert(&mut self, id: SpanId, value: V) -> Option<V> {
        if self.young.len() >= REMEMBERED {
            self.old = std::mem::take(&mut self.young);
        }
        let before = self.old.remove(&id);
        self.young.insert(id, value).or(before)
    }

    fn remove(&mut self, id: SpanId) -> Option<V> {
        self.young.remove(&id).or_else(|| self.old.remove(&id))
    }
}

#[cfg(test)]
mod tests;
