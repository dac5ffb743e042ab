//! The collector with threads that come and go, and its end, in every order. `docs/models.md` says what is bounded.

mod close;
mod hand_over;

use super::{Accounting, Collector, CollectorCounts, Entry, Outputs, Recent, Sink, SinkCounters};
use crate::sync::{Condvar, Mutex, now};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What the sinks of a model have got, and when they are gone.
#[derive(Default)]
struct Got {
    lines: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    lines: u64,
    is_gone: bool,
}

impl Got {
    fn lines(&self) -> u64 {
        self.lines.lock().unwrap().lines
    }

    fn wait_for(&self, is_there: impl Fn(&State) -> bool) {
        let mut state = self.lines.lock().unwrap();
        while !is_there(&state) {
            state = self.changed.wait(state).unwrap();
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lines.lock().unwrap());
        self.changed.notify_all();
    }
}

/// Takes lines and hands them on when it is flushed.
struct Held {
    got: Arc<Got>,
    counters: Arc<SinkCounters>,
    held: u64,
}

impl Sink for Held {
    fn name(&self) -> &'static str {
        "held"
    }

    fn counters(&self) -> Arc<SinkCounters> {
        Arc::clone(&self.counters)
    }

    fn write(&mut self, _entry: &Entry<'_>) {
        self.counters.accept(1);
        self.held += 1;
    }

    fn flush(&mut self) {
        let held = std::mem::take(&mut self.held);
        if held > 0 {
            self.counters.export(held);
            self.got.change(|state| state.lines += held);
        }
    }

    fn close(&mut self, _deadline: Instant) {
        self.flush();
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.got.change(|state| state.is_gone = true);
    }
}

/// A collector with one sink.
fn start() -> (Collector, Accounting, Arc<Got>) {
    let got = Arc::new(Got::default());
    let sink = Held { got: Arc::clone(&got), counters: Arc::default(), held: 0 };
    let collector = Arc::new(CollectorCounts::default());
    let accounting =
        Accounting { collector: Arc::clone(&collector), sinks: vec![(sink.name(), sink.counters())] };
    let outputs = Outputs {
        lines: vec![Box::new(sink)],
        spans: Vec::new(),
        recent: Arc::new(Recent::new(0)),
        rate_limit: 0,
        pulse: Box::new(|| ()),
        upkeep: Box::new(|| ()),
        over_budget: Box::new(|_| ()),
    };
    (Collector::start(outputs, collector).unwrap(), accounting, got)
}

/// Ten seconds from now, which come only where a model lets them.
fn deadline() -> Instant {
    now() + Duration::from_secs(10)
}
