//! The same functions with each of the two macros, and a subscriber that writes down all that it hears of them.

use std::collections::HashMap;
use std::fmt::{self, Write};
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{Interest, with_default};
use tracing::{Event, Level, Metadata, Subscriber};

mod theirs {
    use tracing::instrument;
    include!("functions.rs");
}

mod ours {
    use feagi_observability::instrument;
    include!("functions.rs");
}

/// Compares all cases, one after the other: the most verbose level that anybody wants is one for the whole process.
pub(crate) fn compare() {
    let mut lines = 0;
    for level in [Level::TRACE, Level::INFO, Level::ERROR] {
        for (theirs, ours) in theirs::CASES.iter().zip(ours::CASES) {
            let expected = heard(level, theirs.1);
            lines += expected.len();
            let is_heard = level != Level::TRACE || expected.iter().any(|line| line.starts_with("new"));
            assert!(is_heard, "{}", theirs.0);
            assert_eq!(heard(level, ours.1), expected, "{} at {level}", theirs.0);
        }
    }
    assert!(lines > 500, "only {lines} lines were compared");
    let functions = include_str!("functions.rs").matches("#[instrument").count();
    assert!(functions >= 50, "{functions} annotated functions");
}

fn heard(level: Level, case: fn()) -> Vec<String> {
    let heard = Arc::<Mutex<Heard>>::default();
    with_default(Recorder { level, heard: Arc::clone(&heard) }, case);
    let heard = heard.lock().unwrap();
    assert!(heard.entered.is_empty(), "all that is entered is left");
    heard.lines.clone()
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

fn drop_after_one_poll<F: Future>(future: F) {
    let mut future = pin!(future);
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

fn yield_once() -> impl Future<Output = ()> {
    let mut first = true;
    std::future::poll_fn(move |_| if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) })
}

/// Writes down all that it hears.
struct Recorder {
    level: Level,
    heard: Arc<Mutex<Heard>>,
}

#[derive(Default)]
struct Heard {
    lines: Vec<String>,
    /// Handles of each span, by its number less one.
    handles: Vec<usize>,
    metadata: HashMap<u64, &'static Metadata<'static>>,
    entered: Vec<u64>,
}

impl Recorder {
    fn hear(&self, line: impl FnOnce(&mut Heard) -> String) {
        let mut heard = self.heard.lock().unwrap();
        let line = line(&mut heard);
        // The two modules differ by name alone.
        heard.lines.push(line.replace("::theirs", "::ours"));
    }
}

struct Values<'a>(&'a mut String);

impl Visit for Values<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {}=?{value:?}", field.name()).unwrap();
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        write!(self.0, " {}=f64 {value}", field.name()).unwrap();
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        write!(self.0, " {}=i64 {value}", field.name()).unwrap();
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        write!(self.0, " {}=u64 {value}", field.name()).unwrap();
    }
    fn record_u128(&mut self, field: &Field, value: u128) {
        write!(self.0, " {}=u128 {value}", field.name()).unwrap();
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        write!(self.0, " {}=bool {value}", field.name()).unwrap();
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        write!(self.0, " {}=str {value}", field.name()).unwrap();
    }
}

fn described(metadata: &Metadata<'_>) -> String {
    // An event's name is its place in the file.
    let name = if metadata.is_event() { "event" } else { metadata.name() };
    let fields: Vec<_> = metadata.fields().iter().map(|field| field.name()).collect();
    format!("`{name}` {} {} {fields:?}", metadata.level(), metadata.target())
}

fn parent(is_root: bool, explicit: Option<&Id>) -> String {
    match explicit {
        Some(id) => format!("below {}", id.into_u64()),
        None if is_root => "root".to_owned(),
        None => "below what is around".to_owned(),
    }
}

impl Subscriber for Recorder {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::from_level(self.level))
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut number = 0;
        self.hear(|heard| {
            heard.handles.push(1);
            number = heard.handles.len() as u64;
            heard.metadata.insert(number, span.metadata());
            let mut line = format!("new {number} {} ", described(span.metadata()));
            line += &parent(span.is_root(), span.parent());
            span.record(&mut Values(&mut line));
            line
        });
        Id::from_u64(number)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        self.hear(|_| {
            let mut line = format!("record {}", span.into_u64());
            values.record(&mut Values(&mut line));
            line
        });
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        self.hear(|_| format!("{} follows from {}", span.into_u64(), follows.into_u64()));
    }

    fn event(&self, event: &Event<'_>) {
        self.hear(|heard| {
            let mut line = format!("event {} ", described(event.metadata()));
            line += &parent(event.is_root(), event.parent());
            write!(line, " in {:?}", heard.entered).unwrap();
            event.record(&mut Values(&mut line));
            line
        });
    }

    fn enter(&self, span: &Id) {
        self.hear(|heard| {
            heard.entered.push(span.into_u64());
            format!("enter {}", span.into_u64())
        });
    }

    fn exit(&self, span: &Id) {
        self.hear(|heard| {
            let last = heard.entered.iter().rposition(|entered| *entered == span.into_u64());
            heard.entered.remove(last.unwrap());
            format!("exit {}", span.into_u64())
        });
    }

    fn clone_span(&self, id: &Id) -> Id {
        self.heard.lock().unwrap().handles[id.into_u64() as usize - 1] += 1;
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        let mut heard = self.heard.lock().unwrap();
        let handles = &mut heard.handles[id.into_u64() as usize - 1];
        *handles -= 1;
        let is_closed = *handles == 0;
        if is_closed {
            heard.lines.push(format!("close {}", id.into_u64()));
        }
        is_closed
    }

    fn current_span(&self) -> tracing_core::span::Current {
        let heard = self.heard.lock().unwrap();
        match heard.entered.last() {
            Some(number) => tracing_core::span::Current::new(Id::from_u64(*number), heard.metadata[number]),
            None => tracing_core::span::Current::none(),
        }
    }
}
