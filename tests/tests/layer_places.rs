//! Wherever a host puts the layer, and however often, each event is recorded once.

use feagi_observability::{ObservabilityLayer, TelemetryConfig, TracingSubscriber, current_context};
use feagi_observability_tests::buffer::Buffer;
use feagi_observability_tests::captured::Capture;
use tracing::subscriber::with_default;
use tracing::{Subscriber, debug, info, info_span, trace};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, prelude::*, registry, reload};

/// One event in one span, named after the place.
macro_rules! emit {
    ($place:literal) => {
        info_span!($place, of = 1).in_scope(|| {
            assert!(current_context().is_some(), "the span is entered");
            info!("{}", $place);
            debug!("{} in detail", $place);
        })
    };
}

#[test]
fn one_line_and_one_span_from_wherever_it_stands() {
    let telemetry = TelemetryConfig { subscriber: TracingSubscriber::Host, ..Default::default() };
    let capture = Capture::start_with("layer-places", "info", telemetry);
    let host = Buffer::default();
    once(&capture);
    twice(&capture);
    beside_others(&capture, &host);
    put_in_later(&capture, &host);
    let captured = capture.finish();
    for place in [
        "alone",
        "filtered by the host",
        "globally filtered",
        "boxed",
        "twice",
        "side by side",
        "under others",
        "beside unfiltered",
        "reloaded",
        "reloaded twice",
        "reloaded and shown",
    ] {
        assert_eq!(captured.lines_of(place).len(), 1, "lines of `{place}` in {:#?}", captured.lines);
        assert_eq!(captured.spans_of(place).len(), 1, "spans of `{place}`");
        assert!(
            captured.lines_of(&format!("{place} in detail")).is_empty(),
            "our filter is at info: `{place}`"
        );
    }
    assert!(captured.lines_of("never").is_empty(), "the host's filter");
    for place in ["beside unfiltered", "reloaded"] {
        assert_eq!(host.count(&format!("{place} in detail")), 1, "{}", host.text());
    }
    assert_eq!(host.count("traced for the host alone"), 1, "our level is not the host's");
}

fn once(capture: &Capture) {
    let manager = &capture.manager;
    with_default(registry().with(manager.layer()), || emit!("alone"));
    with_default(registry().with(manager.layer().with_filter(LevelFilter::INFO)), || {
        emit!("filtered by the host")
    });
    with_default(registry().with(manager.layer().with_filter(LevelFilter::OFF)), || {
        info_span!("never").in_scope(|| info!("never"));
    });
    with_default(registry().with(EnvFilter::new("debug")).with(manager.layer()), || {
        emit!("globally filtered")
    });
    with_default(registry().with(vec![Some(manager.layer().boxed())]), || emit!("boxed"));
}

fn twice(capture: &Capture) {
    let manager = &capture.manager;
    with_default(registry().with(manager.layer()).with(manager.layer()), || emit!("twice"));
    let both: ObservabilityLayer<Registry> = capture.manager.layer();
    with_default(registry().with(both.and_then(capture.manager.layer())), || emit!("side by side"));
}

/// A layer of the host, at every level.
fn verbose<S: Subscriber + for<'a> LookupSpan<'a>>(host: &Buffer) -> impl Layer<S> + use<S> {
    fmt::layer().with_ansi(false).with_writer(host.clone())
}

fn beside_others(capture: &Capture, host: &Buffer) {
    with_default(registry().with(capture.manager.layer()).with(verbose(host)), || emit!("under others"));
    with_default(registry().with(verbose(host)).with(capture.manager.layer()), || {
        emit!("beside unfiltered");
        trace!("traced for the host alone");
    });
}

fn put_in_later(capture: &Capture, host: &Buffer) {
    let none = || reload::Layer::new(None::<ObservabilityLayer<_>>);
    let (slot, handle) = none();
    with_default(registry().with(slot).with(verbose(host)), || {
        info_span!("before").in_scope(|| assert!(current_context().is_none()));
        let before = info_span!("opened before");
        handle.reload(Some(capture.manager.layer())).unwrap();
        before.in_scope(|| emit!("reloaded"));
        handle.reload(None).unwrap();
    });
    let ((first, one), (second, two)) = (none(), reload::Layer::new(None::<ObservabilityLayer<_>>));
    with_default(registry().with(first).with(second), || {
        one.reload(Some(capture.manager.layer())).unwrap();
        two.reload(Some(capture.manager.layer())).unwrap();
        emit!("reloaded twice");
    });
    let (slot, handle) = none();
    with_default(registry().with(slot).with(capture.manager.layer()), || {
        handle.reload(Some(capture.manager.layer())).unwrap();
        emit!("reloaded and shown");
    });
}
