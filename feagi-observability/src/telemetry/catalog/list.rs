//! From sites to entries.

use super::entry::{CatalogEntry, CatalogKind, CatalogLabel, CatalogMetric, CatalogSlo};
use super::families::{self, Planned};
use crate::instrument::{Site, SiteFacts, Slo, registry};
use std::time::Duration;

/// Every annotated function and every event of this program, sorted by name: what is measured, where it is written, what it promises.
///
/// On Linux those that have never been called are there, too; elsewhere the list has those that have been called, and so it has
/// everywhere of the events that this library declares for FEAGI. A shared object that links this crate for itself has a catalog of
/// its own. A function that is compiled several times, because it is generic, is one. Compiled without instrumentation there is none.
///
/// ```
/// use feagi_observability::{catalog, observe};
/// use std::time::Duration;
///
/// /// Answers a question.
/// #[observe(name = "answer", metric = "answer", slo(latency = "250ms", success = 99.9))]
/// pub fn answer(question: &str) -> usize {
///     question.len()
/// }
///
/// # answer("where there is no linker that lists it");
/// # if cfg!(all(feature = "enabled", not(any(feagi_observability_off, feagi_observability_off = "metrics")))) {
/// let answer = catalog().into_iter().find(|entry| entry.name == "answer").unwrap();
/// assert_eq!(answer.help, "Answers a question.");
/// assert_eq!(answer.metrics[0].name, "answer_calls_total");
/// let slo = answer.slo.unwrap();
/// assert_eq!((slo.latency, slo.percentile, slo.success), (Some(Duration::from_millis(250)), 99.0, Some(99.9)));
/// # }
/// ```
#[must_use]
pub fn catalog() -> Vec<CatalogEntry> {
    let mut entries: Vec<CatalogEntry> = registry::known_sites().into_iter().map(entry).collect();
    entries.sort_by(|a, b| (&a.name, a.file, a.line).cmp(&(&b.name, b.file, b.line)));
    entries
}

fn entry(site: &'static Site) -> CatalogEntry {
    let facts = &site.facts;
    CatalogEntry {
        name: site.name().into_owned(),
        kind: if facts.is_event { CatalogKind::Event } else { CatalogKind::Call },
        module: facts.module,
        file: facts.file,
        line: facts.line,
        level: facts.level,
        target: facts.target(),
        help: facts.help,
        metrics: families::of_site(facts).into_iter().map(metric).collect(),
        labels: labels(site),
        buckets: families::durations(facts),
        budget: time(facts.budget),
        heartbeat: time(facts.heartbeat),
        slo: facts.slo.map(slo),
        sample: facts.sample,
        fields: facts.keys,
        is_async: facts.is_async,
        profile: facts.profile,
    }
}

fn metric(family: Planned) -> CatalogMetric {
    let Planned { name, kind, unit, buckets } = family;
    CatalogMetric { name: name.into_owned(), kind: families::kind_word(kind), unit, buckets }
}

fn labels(site: &Site) -> Vec<CatalogLabel> {
    let SiteFacts { labels, dynamic, .. } = site.facts;
    let known = site.live_if_registered().map(|live| &live.labels);
    let values =
        |index: usize| known.and_then(|known| known.get(index)).map_or(Vec::new(), |all| all.to_vec());
    let bounded =
        labels.iter().enumerate().map(|(index, key)| CatalogLabel { key, values: values(index), cap: None });
    let dynamic =
        dynamic.map(|dynamic| CatalogLabel { key: dynamic.key, values: Vec::new(), cap: Some(dynamic.cap) });
    bounded.chain(dynamic).collect()
}

fn slo(slo: Slo) -> CatalogSlo {
    CatalogSlo {
        latency: time(slo.latency),
        percentile: slo.percentile,
        success: Some(slo.success).filter(|success| *success > 0.0),
    }
}

/// Of nanoseconds, where 0 is none.
fn time(nanos: u64) -> Option<Duration> {
    (nanos > 0).then(|| Duration::from_nanos(nanos))
}
