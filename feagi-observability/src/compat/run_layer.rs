//! The `tracing` layer behind `init_logging`: reads an event once and gives it to console, files and ring.

use std::cell::Cell;

use serde_json::Value;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::compat::capture::{Captured, FieldReader, Fields};
use crate::compat::console::Console;
use crate::compat::ring_layer::global_ring;
use crate::compat::run_files::RunFiles;

thread_local! {
    /// How many spans this thread is in: outside of all spans the registry is not asked. Some versions of its
    /// `thread_local` crate panic when they are asked while the thread ends; this one has no destructor and may be.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

pub(super) struct RunLayer {
    pub(super) console: Console,
    pub(super) files: RunFiles,
    /// Off when the ring's capacity is 0, even where the host has a ring of its own.
    pub(super) ring: bool,
}

/// A span around an event.
pub(super) struct SpanEntry {
    pub(super) name: &'static str,
    pub(super) fields: Fields,
}

/// A span's fields, kept with the span.
struct SpanFields(Fields);

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for RunLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        // Values are read before the span is locked: their `Debug` may log.
        let mut reader = FieldReader::default();
        attributes.record(&mut reader);
        if let Some(span) = context.span(id) {
            span.extensions_mut().replace(SpanFields(reader.into_fields()));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut reader = FieldReader::default();
        values.record(&mut reader);
        let Some(span) = context.span(id) else { return };
        if let Some(SpanFields(fields)) = span.extensions_mut().get_mut() {
            for (name, value) in reader.into_fields() {
                fields.retain(|(old, _)| *old != name);
                fields.push((name, value));
            }
        }
    }

    fn on_enter(&self, _id: &Id, _context: Context<'_, S>) {
        let _ = DEPTH.try_with(|depth| depth.set(depth.get().saturating_add(1)));
    }

    fn on_exit(&self, _id: &Id, _context: Context<'_, S>) {
        let _ = DEPTH.try_with(|depth| depth.set(depth.get().saturating_sub(1)));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let captured = Captured::read(event);
        let spans = spans_around(event, &context);
        self.files.send(&captured, &spans);
        self.console.send(&captured, &spans);
        if let Some(ring) = global_ring().filter(|ring| self.ring && ring.capacity() > 0) {
            ring.push(captured.into_record());
        }
    }
}

/// The spans around `event`, outermost first.
fn spans_around<S: Subscriber + for<'span> LookupSpan<'span>>(
    event: &Event<'_>,
    context: &Context<'_, S>,
) -> Vec<SpanEntry> {
    let inside = DEPTH.try_with(Cell::get).unwrap_or_default() > 0;
    if !inside && event.parent().is_none() {
        return Vec::new();
    }
    let scope = context.event_scope(event).into_iter().flat_map(|scope| scope.from_root());
    let entry = |span: tracing_subscriber::registry::SpanRef<'_, S>| {
        let fields = span.extensions().get().map(|SpanFields(fields)| fields.clone()).unwrap_or_default();
        SpanEntry { name: span.name(), fields }
    };
    scope.map(entry).collect()
}

impl FieldReader {
    /// In a span, `message` is a field like any other.
    fn into_fields(mut self) -> Vec<(&'static str, Value)> {
        if !self.message.is_empty() {
            self.fields.push(("message", Value::String(self.message)));
        }
        self.fields
    }
}
