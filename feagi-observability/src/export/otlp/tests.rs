mod collector;
mod delivery;
mod spans;

use super::*;
use crate::logging::format::sample::Sample;
use std::collections::BTreeMap;
use std::time::Duration;

/// Long enough never to be reached.
const LONG: Duration = Duration::from_secs(60);

/// Waits between retries that a test does not feel.
fn quick() -> Limits {
    Limits { first_backoff: Duration::from_millis(1), ..Limits::default() }
}

fn start(endpoint: &str, limits: Limits) -> OtlpSink {
    let config = TelemetryConfig {
        tracing_endpoint: Some(endpoint.to_owned()),
        headers: BTreeMap::from([("X-Key".to_owned(), "k1".to_owned())]),
        ..Default::default()
    };
    let settings = Settings { limits, ..Settings::new(&config).unwrap() };
    OtlpSink::with_settings(settings).unwrap()
}

fn write(sink: &mut OtlpSink, spans: u64) {
    let mut sample = Sample::new(EntryKind::Call);
    for _ in 0..spans {
        sample.span_id.0 += 1;
        sink.write(&sample.entry());
    }
}

/// Exported and dropped records; checks that they are all that was accepted, and that nothing is queued.
fn settled(sink: &OtlpSink) -> (u64, Vec<(DropReason, u64)>) {
    let counters = sink.counters();
    let dropped = DropReason::ALL.map(|reason| (reason, counters.dropped(reason)));
    let dropped: Vec<_> = dropped.into_iter().filter(|(_, records)| *records > 0).collect();
    let lost: u64 = dropped.iter().map(|(_, records)| records).sum();
    assert_eq!(counters.accepted(), counters.exported() + lost);
    assert_eq!(counters.queued(), 0);
    (counters.exported(), dropped)
}
