//! What the subscriber and the layer share: what is wanted of other crates' events and spans, and their way into `instrument`.

use super::filter::{Filter, is_log_bridge};
use super::live::LiveFilter;
use super::role::Installed;
use super::visit::Visitor;
use crate::context::compiled;
use crate::instrument::foreign::{self, Parent};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tracing_core::span::{Attributes, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Event, Metadata};

/// Who asks: the subscriber. Each of the two has a copy of its own of all that lies behind, so that the compiler puts it where it is called.
pub(super) struct Subscribed;
/// Who asks: the layer.
pub(super) struct Layered;

/// Where foreign events and spans enter, while it is on. One for each start.
pub(crate) struct Intake {
    filter: Arc<LiveFilter>,
    on: AtomicBool,
    has_spans: bool,
    /// Whether foreign spans are to be spans of OpenTelemetry's API, too.
    pub(super) has_bridge: bool,
    pub(super) installed: Installed,
}

impl Intake {
    /// Takes what `filter` lets through, once it is turned on. Spans are followed in any case, for the ids of lines, and leave records
    /// if `has_spans`.
    pub(crate) fn new(filter: Arc<LiveFilter>, has_spans: bool, has_bridge: bool) -> Self {
        Intake { filter, on: AtomicBool::new(false), has_spans, has_bridge, installed: Installed::default() }
    }

    /// Relaxed: a line or span more or less around start and stop.
    pub(crate) fn turn(&self, on: bool) {
        self.on.store(on, Relaxed);
    }

    #[inline(always)]
    pub(super) fn is_on(&self) -> bool {
        self.on.load(Relaxed)
    }

    /// Whether a layer is at work in some subscriber.
    pub(crate) fn has_layer(&self) -> bool {
        self.installed.any()
    }

    /// Whether our own subscriber has to be a registry with a layer.
    pub(crate) fn needs_registry(&self) -> bool {
        self.has_bridge
    }

    pub(super) fn filter(&self) -> &Filter {
        self.filter.get()
    }

    pub(super) fn register(&self, metadata: &'static Metadata<'static>) -> Interest {
        if !compiled::LOG && metadata.is_event() {
            return Interest::never();
        }
        let interest = self.filter().interest(metadata);
        if metadata.is_span() && !interest.is_never() {
            // Made now, so that no span has to.
            foreign::name_of(metadata);
        }
        interest
    }

    /// Asked where `Interest` did not answer, as for `log` records: here the target is the real one.
    pub(super) fn enables(&self, metadata: &Metadata<'_>) -> bool {
        self.filter().enables(metadata.target(), (*metadata.level()).into())
    }

    #[inline(always)]
    pub(super) fn event(&self, event: &Event<'_>, parent: impl FnOnce() -> Parent) {
        if !compiled::LOG || !self.is_on() {
            return;
        }
        let metadata = event.metadata();
        let is_log = is_log_bridge(metadata);
        foreign::log(metadata, parent(), |encoder| {
            event.record(&mut Visitor::event(encoder, is_log));
        });
    }

    /// The span's key.
    #[inline(always)]
    pub(super) fn open<By>(&self, span: &Attributes<'_>, parent: Parent) -> u64 {
        foreign::open(span.metadata(), parent, compiled::TRACE && self.has_spans, |encoder| {
            span.record(&mut Visitor::span(encoder));
        })
    }

    #[inline(always)]
    pub(super) fn record(&self, key: u64, values: &Record<'_>) {
        foreign::record(key, |encoder| values.record(&mut Visitor::span(encoder)));
    }

    #[inline(always)]
    pub(super) fn close<By>(&self, key: u64) -> bool {
        foreign::close::<By>(key, compiled::TRACE && self.has_spans && self.is_on())
    }
}
