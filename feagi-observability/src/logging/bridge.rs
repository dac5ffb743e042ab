//! Foreign spans as spans of OpenTelemetry's API, by the layer of `tracing-opentelemetry`, whose extension trait looks for no other.
//!
//! The spans are recorded by us in any case. The layer keeps what the API wants kept with each, makes it the current one where the span
//! is entered, and has a tracer of ours: it gives out our ids, and what is set through it goes to our record.

use super::intake::Intake;
use super::otel_probe::has_layer;
use super::otel_tracer::{ForeignTracer, Opening, context_of, span_context};
use crate::context::current_context;
use crate::instrument::foreign;
use opentelemetry::Context as OtelContext;
use opentelemetry::trace::TraceContextExt;
use std::any::TypeId;
use std::sync::{Arc, OnceLock};
use tracing_core::dispatcher::WeakDispatch;
use tracing_core::span::{Attributes, Id};
use tracing_core::{Dispatch, Subscriber};
use tracing_opentelemetry::{OpenTelemetryLayer, get_otel_context};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

pub(super) struct Bridge<S> {
    /// `None` where it is not wanted, or a host has one of its own.
    layer: Option<OpenTelemetryLayer<S, ForeignTracer>>,
    /// Where the layer is; what `reload` puts in never hears of it, and is not found by the API.
    dispatch: OnceLock<WeakDispatch>,
}

impl<S> Bridge<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    pub(super) fn new(intake: &Arc<Intake>) -> Self {
        let layer = intake.has_bridge.then(|| {
            // What it would say besides is in our record.
            OpenTelemetryLayer::new(ForeignTracer::new(Arc::clone(intake)))
                .with_location(false)
                .with_threads(false)
                .with_target(false)
                .with_tracked_inactivity(false)
        });
        Bridge { layer, dispatch: OnceLock::new() }
    }

    /// Two such layers in one subscriber would want the same place beside a span: a host's own one is left alone.
    pub(super) fn put_over(&mut self, subscriber: &S) {
        if self.layer.is_some() && has_layer(subscriber) {
            super::warn(
                "the subscriber has an `OpenTelemetryLayer` of its own: `telemetry.opentelemetry_context` has no effect in it",
            );
            self.layer = None;
        }
    }

    pub(super) fn show(&self, dispatch: &Dispatch) {
        if self.layer.is_some() {
            let _ = self.dispatch.set(dispatch.downgrade());
        }
    }

    fn layer(&self) -> Option<&OpenTelemetryLayer<S, ForeignTracer>> {
        self.layer.as_ref().filter(|_| self.dispatch.get().is_some())
    }

    /// Makes a span's parent final: whoever looks at the span now has to see what it will stay. The caller holds the span.
    pub(super) fn settle(&self, id: &Id) {
        self.otel(id);
    }

    fn otel(&self, id: &Id) -> Option<OtelContext> {
        get_otel_context(id, &self.dispatch.get()?.upgrade()?)
    }

    /// A span was opened under `key`. Its values are with us: the layer sees none.
    pub(super) fn opened(&self, attributes: &Attributes<'_>, id: &Id, key: u64, cx: Context<'_, S>) {
        let Some(layer) = self.layer() else { return };
        let metadata = attributes.metadata();
        let values = metadata.fields().value_set(&[]);
        if let Some(parent) = attributes.parent() {
            let held = cx.span(parent).and_then(|_held| self.otel(parent));
            let _opening = Opening::of(key, held.as_ref());
            layer.on_new_span(&Attributes::child_of(parent.clone(), metadata, &values), id, cx.clone());
        } else if attributes.is_root() {
            let _opening = Opening::of(key, None);
            layer.on_new_span(&Attributes::new_root(metadata, &values), id, cx);
        } else {
            let around = around(key);
            let _opening = Opening::of(key, Some(&around));
            let _guard = around.attach();
            layer.on_new_span(&Attributes::new(metadata, &values), id, cx);
        }
    }

    pub(super) fn entering(&self, id: &Id, cx: Context<'_, S>) {
        if let Some(layer) = self.layer() {
            layer.on_enter(id, cx);
        }
    }

    pub(super) fn exited(&self, id: &Id, cx: Context<'_, S>) {
        if let Some(layer) = self.layer() {
            layer.on_exit(id, cx);
        }
    }

    pub(super) fn closing(&self, id: Id, cx: Context<'_, S>) {
        if let Some(layer) = self.layer() {
            layer.on_close(id, cx);
        }
    }

    // SAFETY: what is returned is what the layer says.
    pub(super) unsafe fn downcast_raw(&self, id: TypeId) -> Option<*const ()> {
        // SAFETY: the same.
        unsafe { self.layer()?.downcast_raw(id) }
    }
}

/// What is around a new span, for OpenTelemetry: our context if there is one, for it is the span's parent already. Without one, what a
/// third party has attached there becomes the span's parent.
fn around(key: u64) -> OtelContext {
    let attached = OtelContext::current();
    match current_context() {
        Some(own) => {
            let own = span_context(&own);
            let is_there = attached.span().span_context().span_id() == own.span_id();
            if is_there { attached } else { attached.with_remote_span_context(own) }
        }
        None => {
            if let Some(parent) = context_of(attached.span().span_context()) {
                foreign::adopt(key, Some(parent));
            }
            attached
        }
    }
}
