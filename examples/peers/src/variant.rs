//! The variants, and how one is timed.

use crate::{by_hand, ours};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Calls timed together: few enough to fit into a ring, many enough for the clock.
const BATCH: u64 = 1000;
const BATCHES: usize = 400;

/// One way to observe, or not to observe, the same function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    Bare,
    TwoTscReads,
    Off,
    Counted,
    MetricsOnly,
    Observed,
    ByHand,
    ByHandWithLine,
}

impl Variant {
    pub(crate) const ALL: [Variant; 8] = [
        Variant::Bare,
        Variant::TwoTscReads,
        Variant::Off,
        Variant::Counted,
        Variant::MetricsOnly,
        Variant::Observed,
        Variant::ByHand,
        Variant::ByHandWithLine,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Variant::Bare => "bare",
            Variant::TwoTscReads => "two-tsc-reads",
            Variant::Off => "off",
            Variant::Counted => "counted",
            Variant::MetricsOnly => "metrics-only",
            Variant::Observed => "observed",
            Variant::ByHand => "by-hand",
            Variant::ByHandWithLine => "by-hand-with-line",
        }
    }

    pub(crate) fn describe(self) -> &'static str {
        match self {
            Variant::Bare => "the bare function",
            Variant::TwoTscReads => "two raw TSC reads",
            Variant::Off => "#[observe], off at run time",
            Variant::Counted => "#[observe(sample = 1/N)], a call that is counted",
            Variant::MetricsOnly => "#[observe], metrics only",
            Variant::Observed => "#[observe]: metrics + span + log line",
            Variant::ByHand => "by hand: span + counter + histogram",
            Variant::ByHandWithLine => "by hand: the same + JSON log line",
        }
    }

    /// Nanoseconds a call, the median of many batches.
    pub(crate) fn measure(self) -> f64 {
        match self {
            Variant::Bare => time(ours::bare),
            Variant::TwoTscReads => time(ours::two_tsc_reads),
            Variant::Off => time(ours::observed),
            Variant::Counted => ours::with_everything(|| time(ours::counted)),
            Variant::MetricsOnly => ours::with_metrics_only(|| time(ours::observed)),
            Variant::Observed => ours::with_everything(|| time(ours::observed)),
            Variant::ByHand => by_hand::with_stack(false, || time(by_hand::observed)),
            Variant::ByHandWithLine => by_hand::with_stack(true, || time(by_hand::observed_with_line)),
        }
    }
}

fn time(call: fn(u64) -> u64) -> f64 {
    for n in 0..BATCH {
        black_box(call(black_box(n)));
    }
    let mut batches: Vec<f64> = (0..BATCHES)
        .map(|_| {
            // The collector empties the ring between batches, so that no variant drops what another would not.
            std::thread::sleep(Duration::from_millis(1));
            let start = Instant::now();
            for n in 0..BATCH {
                black_box(call(black_box(n)));
            }
            start.elapsed().as_nanos() as f64 / BATCH as f64
        })
        .collect();
    batches.sort_by(f64::total_cmp);
    batches[BATCHES / 2]
}
