//! Where one burst's trace id stands: the line, the span, the exemplar, and the call in the profile.

use feagi_observability_examples::summary::Signals;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// The engine's call that a whole burst is, as the CPU profile names it.
const WHOLE: &str = "process_burst";
/// The engine's call that most of a burst is, where its parts are called one by one.
const PART: &str = "propagate_delayed";

/// What and where, for people.
pub(crate) fn of_trace(signals: &Signals, phased: bool) -> Vec<(&'static str, String)> {
    let Some(id) = &signals.trace_id else { return Vec::new() };
    let with_id = |path: &Option<_>, parts: &[&str]| {
        path.as_deref().and_then(|path| find(path, &[&[id.as_str()], parts].concat()))
    };
    let mut places = vec![("trace id", id.clone())];
    places.extend(with_id(&signals.log_file, &["Burst executed"]).map(|found| ("its line", found)));
    places.extend(
        with_id(&signals.trace_file, &["\"ph\":\"X\"", "\"name\":\"burst\""])
            .map(|found| ("its span", found)),
    );
    places.extend(
        with_id(&signals.metrics_file, &["feagi_burst_duration"]).map(|found| ("its exemplar", found)),
    );
    let call = if phased { PART } else { WHOLE };
    let in_profile = signals.flamegraph.as_deref().and_then(|path| find(path, &[call]));
    places.push(match in_profile {
        Some(found) => ("its call", found),
        None => ("its call", format!("no CPU sample fell into `{call}`: run more bursts")),
    });
    places
}

/// The first line that has all of `parts`, as `file:line: text`.
fn find(path: &Path, parts: &[&str]) -> Option<String> {
    let lines = BufReader::new(File::open(path).ok()?).lines();
    let mut lines = lines.map_while(Result::ok).enumerate();
    let (number, line) = lines.find(|(_, line)| parts.iter().all(|part| line.contains(part)))?;
    // The part that matters is near the last of the words looked for.
    let at = parts.last().and_then(|part| line.find(part)).unwrap_or(0);
    let start = line.floor_char_boundary(at.saturating_sub(60));
    let end = line.ceil_char_boundary((start + 150).min(line.len()));
    let cut = |cut: bool| if cut { "…" } else { "" };
    let text = &line[start..end];
    Some(format!("{}:{}: {}{text}{}", path.display(), number + 1, cut(start > 0), cut(end < line.len())))
}
