//! Foreign spans beyond those that can be open at once are passed over and counted.

use feagi_observability::{ObservabilityConfig, TelemetryConfig, current_context, init_observability};
use std::time::Duration;
use tracing::{Span, info_span};

/// Spans that can be open at once.
const LIMIT: usize = 65_472;

#[test]
fn what_there_is_no_room_for_is_counted_and_room_comes_back() {
    let telemetry = TelemetryConfig { tracing_enabled: true, ..Default::default() };
    let observability = init_observability(&ObservabilityConfig { telemetry, ..Default::default() }).unwrap();
    let open: Vec<Span> = (0..LIMIT + 100).map(|_| info_span!("open")).collect();
    for (number, span) in open.iter().enumerate() {
        span.in_scope(|| assert_eq!(current_context().is_some(), number < LIMIT));
    }
    drop(open);
    for _ in 0..2 * LIMIT {
        info_span!("again").in_scope(|| assert!(current_context().is_some()));
    }
    observability.shutdown(Duration::from_secs(60));
    let spans = observability.stats().spans;
    assert_eq!((spans.unrecorded, spans.queued), (100, 0));
    assert_eq!(spans.emitted, 3 * LIMIT as u64 + 100);
    assert_eq!(spans.emitted, spans.collected + spans.suppressed + spans.dropped + spans.unrecorded);
}
