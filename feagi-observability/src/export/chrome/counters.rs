//! What is counted and measured, as tracks of numbers: the counters and gauges of events, and the memory of the process.

use super::event::Origin;
use super::events::Events;
use crate::collect::Entry;
use crate::instrument::{InstrumentKind, Value};
use crate::logging::format::{append_f64, append_i64, append_string, append_u64};

/// Adds one number for each field of an event that feeds a counter or a gauge. A track of its own for each series: labels stand in its name.
pub(super) fn of_event(origin: &Origin, entry: &Entry<'_>, events: &mut Events) {
    let Some(site) = entry.site.filter(|site| site.facts.is_event) else { return };
    let instruments = site.facts.instruments;
    for (index, instrument) in instruments.iter().enumerate() {
        let feeds = matches!(instrument.kind, InstrumentKind::Counter | InstrumentKind::Gauge);
        // A field may feed a counter and a gauge; it is one number.
        let is_first = !instruments.iter().take(index).any(|other| other.field == instrument.field);
        if !feeds || !is_first || instrument.field.is_empty() {
            continue;
        }
        let value = entry.fields.iter().find(|(key, _)| *key == instrument.field).map(|(_, value)| value);
        if let Some(value) = value.filter(is_number) {
            let track = track(entry, site.facts.labels, instrument.field);
            add(
                origin,
                &track,
                entry.target,
                (entry.start, entry.thread.id),
                (instrument.field, value),
                events,
            );
        }
    }
}

/// Adds a number that is nobody's event; `at` is a time of the Unix epoch.
pub(super) fn of_process(origin: &Origin, name: &'static str, value: u64, at: u64, events: &mut Events) {
    add(origin, name, "process", (at, 0), ("bytes", Value::U64(value)), events);
}

fn add(
    origin: &Origin,
    track: &str,
    category: &str,
    (time, tid): (u64, u64),
    (key, value): (&str, Value<'_>),
    events: &mut Events,
) {
    events.add(|detail, out| {
        origin.open(detail.cut(track), detail.cut(category), "C", origin.time(time), tid, out);
        out.extend_from_slice(b",\"args\":{");
        append_string(detail.cut(key), out);
        out.push(b':');
        match value {
            Value::I64(n) => append_i64(n, out),
            Value::U64(n) => append_u64(n, out),
            Value::F64(n) => append_f64(n, out),
            // None of them is a number.
            Value::Bool(_) | Value::Str(_) => out.push(b'0'),
        }
        out.extend_from_slice(b"}}");
    });
}

fn is_number(value: &Value<'_>) -> bool {
    match value {
        Value::I64(_) | Value::U64(_) => true,
        Value::F64(n) => n.is_finite(),
        Value::Bool(_) | Value::Str(_) => false,
    }
}

/// `burst.neurons_fired`, or `burst.neurons_fired phase=inject`.
fn track(entry: &Entry<'_>, labels: &[&str], field: &str) -> String {
    let mut track = format!("{}.{field}", entry.name);
    for (key, value) in entry.fields.iter().filter(|(key, _)| labels.contains(key)) {
        if let Value::Str(text) = value {
            track.extend([" ", key, "=", text]);
        }
    }
    track
}
