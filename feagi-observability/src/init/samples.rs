//! What became of the CPU profiler's samples, on the metrics page once there were some.

use crate::profiling::{SampleCounts, sample_counts};
use crate::telemetry::counted;
use crate::telemetry::family::{Family, Kind, SeriesValue};

pub(super) fn families() -> Vec<Family> {
    let SampleCounts { samples, refused_threads } = sample_counts();
    if samples.iter().all(|(_, count)| *count == 0) && refused_threads == 0 {
        return Vec::new();
    }
    let help = "CPU samples by what became of them: labelled, taken outside of observed calls, left without labels, or lost.";
    let mut family = Family::new(Kind::Counter, "obs_profile_samples_total", help);
    for (outcome, count) in samples {
        family.push(vec![("outcome".into(), outcome.into())], SeriesValue::count(count));
    }
    let help = "Threads that were not sampled, as there was no timer or no seat left.";
    vec![family, counted("obs_profile_threads_refused_total", help, refused_threads)]
}
