//! The closing text: what the run did and where to look.

use crate::places;
use feagi_observability_examples::phase_times::Phase;
use feagi_observability_examples::summary::Summary;
use std::fmt::Write;
use std::path::Path;

/// The text for people; `summary` is the path that it was written to.
pub(crate) fn text(done: &Summary, summary: &Path, phased: bool) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{} bursts of {} neurons and {} synapses: {:.1} bursts/s{}",
        done.bursts,
        done.neurons,
        done.synapses,
        done.bursts_per_second,
        asked_for(done)
    );
    let _ =
        writeln!(text, "a burst took {:.3} ms, the longest {:.3} ms", done.burst_ms_mean, done.burst_ms_max);
    let _ = writeln!(text, "{} neurons fired, digest {}", done.totals.neurons_fired, done.fired_digest);
    for (what, value) in places(done, summary) {
        let _ = writeln!(text, "{what:<12} {value}");
    }
    let _ = writeln!(text, "{:<12} {}", "dropped", dropped(done));
    let _ = writeln!(text, "\none burst in every signal");
    for (what, value) in places::of_trace(&done.signals, phased) {
        let _ = writeln!(text, "{what:<12} {value}");
    }
    if let Some(trace) = &done.signals.trace_file
        && let Ok(burst) = Phase::read(trace, "burst")
    {
        let _ = writeln!(text, "\nwhere the time of a burst went, mean of {} in the trace", burst.calls);
        text.push_str(&burst.table("burst"));
        if !phased {
            text.push_str("  `process` is one call of the engine: --phases computes its parts one by one, cpu.svg samples it\n");
        }
    }
    text
}

fn asked_for(done: &Summary) -> String {
    match (done.target_hz > 0.0, done.late_bursts) {
        (false, _) => String::new(),
        (true, 0) => format!(" of {}", done.target_hz),
        (true, late) => format!(" of {}, {late} bursts too long for it", done.target_hz),
    }
}

fn places(done: &Summary, summary: &Path) -> Vec<(&'static str, String)> {
    let signals = &done.signals;
    let file = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let all = [
        ("summary", Some(summary.display().to_string())),
        ("log", file(&signals.log_file)),
        ("trace", file(&signals.trace_file)),
        ("metrics", file(&signals.metrics_file)),
        ("cpu profile", file(&signals.cpu_profile)),
        ("flamegraph", file(&signals.flamegraph)),
        ("heap profile", file(&signals.heap_profile)),
        ("heap in use", file(&signals.heap_flamegraph)),
    ];
    all.into_iter().filter_map(|(what, value)| value.map(|value| (what, value))).collect()
}

fn dropped(done: &Summary) -> String {
    let lost = done.signals.dropped.iter().filter(|(_, count)| **count > 0);
    let lost: Vec<String> = lost.map(|(reason, count)| format!("{count} ({reason})")).collect();
    if lost.is_empty() { "nothing".to_owned() } else { lost.join(", ") }
}
