//! The tracer that `tracing-opentelemetry` gets from us, and its spans: handles to our own records of foreign spans.

use super::intake::Intake;
use crate::context::{Context, SpanId, TraceId, sampling};
use crate::instrument::Value;
use crate::instrument::foreign::{self, Attribute, Parent};
use opentelemetry::trace::{
    self as otel, SpanBuilder, SpanContext, Status, TraceContextExt, TraceFlags, TraceState, Tracer,
};
use opentelemetry::{Context as OtelContext, Key, KeyValue};
use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Arc;
use std::time::SystemTime;
use tracing_core::callsite::DefaultCallsite;
use tracing_core::{Kind, Level, Metadata};

thread_local! {
    /// The key of the span that is being opened, and the id of the parent that OpenTelemetry will take for it.
    static OPENING: Cell<Option<(u64, u64)>> = const { Cell::new(None) };
}

/// Tells the tracer which span is being opened, for as long as it lives.
pub(super) struct Opening;

impl Opening {
    pub(super) fn of(key: u64, parent: Option<&OtelContext>) -> Self {
        let parent = parent.map_or(0, |parent| id_of(parent.span().span_context()));
        OPENING.set(Some((key, parent)));
        Opening
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        OPENING.set(None);
    }
}

/// A context of ours, as OpenTelemetry has it.
pub(super) fn span_context(context: &Context) -> SpanContext {
    let (span_id, is_sampled) = context.parent_of_others();
    ids(context.trace_id(), span_id, is_sampled, TraceState::NONE)
}

/// What is called from this context has this parent: its own span, or the nearest one around it that is kept. For what reads contexts from
/// OpenTelemetry's API, such as its propagators; needs the feature `tracing-opentelemetry`.
///
/// ```
/// use feagi_observability::{ObservabilityConfig, current_context, init_observability, observe};
/// use opentelemetry::trace::TraceContextExt;
///
/// #[observe]
/// fn burst() {
///     let here = current_context().unwrap();
///     let theirs = opentelemetry::Context::current().with_remote_span_context(here.into());
///     let _attached = theirs.attach();
///     let current = opentelemetry::Context::current().span().span_context().trace_id();
///     assert_eq!(current.to_string(), here.trace_id().to_string());
/// }
/// let observability = init_observability(&ObservabilityConfig::default())?;
/// burst();
/// # Ok::<(), feagi_observability::ObservabilityError>(())
/// ```
impl From<Context> for SpanContext {
    fn from(context: Context) -> Self {
        span_context(&context)
    }
}

fn ids(trace_id: TraceId, span_id: SpanId, is_sampled: bool, state: TraceState) -> SpanContext {
    let trace_id = otel::TraceId::from_bytes(trace_id.to_bytes());
    let span_id = otel::SpanId::from_bytes(span_id.to_bytes());
    SpanContext::new(trace_id, span_id, TraceFlags::default().with_sampled(is_sampled), false, state)
}

/// A context of OpenTelemetry's as a parent; `None` where there is no span. That a remote trace is kept is advice.
pub(super) fn context_of(span: &SpanContext) -> Option<Context> {
    let (trace_id, span_id) = our_ids(span);
    let is_kept = span.is_sampled() && (!span.is_remote() || sampling::follows(trace_id));
    Context::remote(trace_id, span_id, is_kept)
}

fn our_ids(span: &SpanContext) -> (TraceId, SpanId) {
    (TraceId::from_bytes(span.trace_id().to_bytes()), SpanId::from_bytes(span.span_id().to_bytes()))
}

fn id_of(span: &SpanContext) -> u64 {
    u64::from_be_bytes(span.span_id().to_bytes())
}

pub(super) struct ForeignTracer(Arc<Intake>);

impl ForeignTracer {
    pub(super) fn new(intake: Arc<Intake>) -> Self {
        ForeignTracer(intake)
    }
}

impl Tracer for ForeignTracer {
    type Span = ForeignSpan;

    /// Which span it is stands in front of its attributes: nothing else goes with the builder to where the span is built.
    fn span_builder<T: Into<Cow<'static, str>>>(&self, name: T) -> SpanBuilder {
        let builder = SpanBuilder::from_name(name);
        let Some((key, parent)) = OPENING.get() else { return builder };
        let mark = |number: u64| KeyValue::new(Key::from_static_str(""), number.cast_signed());
        builder.with_attributes([mark(key), mark(parent)])
    }

    /// Once for each span, when it is entered first or asked for its context: until then its parent may be set.
    fn build_with_context(&self, builder: SpanBuilder, parent: &OtelContext) -> ForeignSpan {
        let mut attributes = builder.attributes.unwrap_or_default().into_iter();
        let parent = parent.span();
        let parent = parent.span_context();
        let key = marked(attributes.next());
        let context = if marked(attributes.next()) == id_of(parent) {
            foreign::context(key)
        } else {
            // Somebody has set it.
            foreign::adopt(key, context_of(parent))
        };
        let state = || parent.trace_state().clone();
        let context = context.map_or(SpanContext::NONE, |context| {
            ids(context.trace_id(), context.span_id(), context.is_sampled(), state())
        });
        let mut span = ForeignSpan { key, context, intake: Arc::clone(&self.0) };
        otel::Span::set_attributes(&mut span, attributes);
        for link in builder.links.unwrap_or_default() {
            otel::Span::add_link(&mut span, link.span_context, link.attributes);
        }
        for event in builder.events.unwrap_or_default() {
            otel::Span::add_event_with_timestamp(&mut span, event.name, event.timestamp, event.attributes);
        }
        span
    }
}

fn marked(mark: Option<KeyValue>) -> u64 {
    match mark.map(|mark| mark.value) {
        Some(opentelemetry::Value::I64(number)) => number.cast_unsigned(),
        _ => foreign::NO_SPAN,
    }
}

/// A foreign span as OpenTelemetry's API sees it. Once our record has been written it does nothing more.
pub(super) struct ForeignSpan {
    key: u64,
    context: SpanContext,
    intake: Arc<Intake>,
}

/// The events of OpenTelemetry's API are lines.
static EVENTS: DefaultCallsite = DefaultCallsite::new(&EVENT);
static EVENT: Metadata<'static> = tracing_core::metadata! {
    name: "event",
    target: "opentelemetry",
    level: Level::INFO,
    fields: &["message"],
    callsite: &EVENTS,
    kind: Kind::EVENT,
};

/// Calls `with` with the attribute as we have it; lists are texts.
fn with_attribute(attribute: &KeyValue, with: impl FnOnce(Attribute<'_>)) {
    let name = attribute.key.as_str();
    match &attribute.value {
        opentelemetry::Value::Bool(value) => with(Attribute { name, value: Value::Bool(*value) }),
        opentelemetry::Value::I64(value) => with(Attribute { name, value: Value::I64(*value) }),
        opentelemetry::Value::F64(value) => with(Attribute { name, value: Value::F64(*value) }),
        other => with(Attribute { name, value: Value::Str(&other.as_str()) }),
    }
}

impl otel::Span for ForeignSpan {
    fn add_event_with_timestamp<T: Into<Cow<'static, str>>>(
        &mut self,
        name: T,
        _: SystemTime,
        attributes: Vec<KeyValue>,
    ) {
        if !crate::context::compiled::LOG || !self.intake.is_on() || !self.intake.enables(&EVENT) {
            return;
        }
        let name = name.into();
        foreign::log(&EVENT, Parent::Span(self.key), |encoder| {
            encoder.message(format_args!("{name}"));
            for attribute in &attributes {
                with_attribute(attribute, |attribute| attribute.encode(encoder));
            }
        });
    }

    fn span_context(&self) -> &SpanContext {
        &self.context
    }

    /// Also in a trace that is not kept: the span may be, for how it ends.
    fn is_recording(&self) -> bool {
        self.context.is_valid()
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        with_attribute(&attribute, |attribute| foreign::set_attribute(self.key, attribute));
    }

    fn set_status(&mut self, status: Status) {
        if let Status::Error { description } = status {
            foreign::set_error(self.key, &description);
        }
    }

    /// The name is the callsite's.
    fn update_name<T: Into<Cow<'static, str>>>(&mut self, _: T) {}

    /// Our links have no attributes.
    fn add_link(&mut self, span_context: SpanContext, _: Vec<KeyValue>) {
        if span_context.is_valid() {
            let (trace_id, span_id) = our_ids(&span_context);
            foreign::link(self.key, trace_id, span_id);
        }
    }

    /// It ends when its last handle is dropped.
    fn end_with_timestamp(&mut self, _: SystemTime) {}
}
