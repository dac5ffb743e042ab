//! Whether all metrics of the program can stand on one page: names used twice, and names that the formats would make of others.
//!
//! What comes only after init, such as a shared object or a handle, is left out of the page and counted there, in `obs_page_left_out`.

#[cfg(test)]
mod tests;

use super::families::{self, Planned};
use crate::error::ObservabilityError;
use crate::instrument::{MetricFacts, Site, SiteFacts, registry};
use crate::telemetry::family::Kind;
use crate::telemetry::handles::{self, Registered};
use std::borrow::Cow;
use std::collections::HashMap;

/// Looks at all sites and handles that are known, before anything is started.
///
/// # Errors
/// The first two that cannot both be shown.
pub(crate) fn check() -> Result<(), ObservabilityError> {
    if let Some((name, first, second)) = handles::clash() {
        let remedy = RENAME;
        return Err(ObservabilityError::MetricClash { name: name.to_owned(), first, second, remedy });
    }
    among(registry::known_sites(), handles::registered()).map_or(Ok(()), Err)
}

fn among(mut sites: Vec<&'static Site>, handles: Vec<Registered>) -> Option<ObservabilityError> {
    // The linker's order is nobody's; an error is to be the same in every build.
    sites.sort_by_key(|site| (site.facts.file, site.facts.line));
    let of_sites = sites.iter().flat_map(|site| claims_of(site));
    let of_handles = handles.into_iter().map(|handle| Claim {
        name: handle.name.into(),
        kind: handle.kind,
        buckets: Vec::new(),
        by: By::Handle(handle.described),
    });
    first_clash(of_sites.chain(of_handles))
}

const RENAME: &str = "rename one of the two";
const RENAME_OR_LABEL: &str =
    "give each its own `metric` name, or give both the same `labels`, at least one, and the same `buckets`";

const RENAME_OR_AGREE: &str = "rename one of the two, or give both the same labels and buckets";

/// Somebody's wish to have a family of its own or to share one.
struct Claim {
    /// With the `_total` of a counter.
    name: Cow<'static, str>,
    kind: Kind,
    buckets: Vec<f64>,
    by: By,
}

#[derive(Clone)]
enum By {
    /// A call with a metric name of its own.
    Call(&'static Site, &'static str),
    /// A call that has none; those share families by the label `site`.
    Shared(&'static Site),
    Event(&'static Site),
    /// What it is and whose.
    Handle(String),
}

fn claims_of(site: &'static Site) -> Vec<Claim> {
    let by = match site.facts.metric {
        MetricFacts::Named(name) => By::Call(site, name),
        MetricFacts::Shared => By::Shared(site),
        MetricFacts::Off => By::Event(site),
    };
    let claim = |family: Planned| {
        let Planned { name, kind, buckets, .. } = family;
        Claim { name, kind, buckets, by: by.clone() }
    };
    families::of_site(&site.facts).into_iter().map(claim).collect()
}

/// A family takes its own name and all that its samples are called.
fn first_clash(claims: impl Iterator<Item = Claim>) -> Option<ObservabilityError> {
    let mut taken: HashMap<String, usize> = HashMap::new();
    let mut owners: Vec<Claim> = Vec::new();
    for claim in claims {
        let owner = claim.samples().find_map(|sample| owners.get(*taken.get(&sample)?));
        match owner {
            Some(first) if first.name == claim.name && first.kind == claim.kind => {
                if let Some(remedy) = first.refuses(&claim) {
                    return Some(clash(first, &claim, remedy));
                }
            }
            Some(first) => return Some(clash(first, &claim, RENAME)),
            None => {
                taken.extend(claim.samples().map(|sample| (sample, owners.len())));
                owners.push(claim);
            }
        }
    }
    None
}

fn clash(first: &Claim, second: &Claim, remedy: &'static str) -> ObservabilityError {
    // Two calls of one name are told of by the name that their author wrote.
    let name = match (&first.by, &second.by) {
        (By::Call(_, first), By::Call(_, second)) if first == second => (*second).to_owned(),
        _ => second.name.clone().into_owned(),
    };
    ObservabilityError::MetricClash { name, first: first.described(), second: second.described(), remedy }
}

impl Claim {
    fn samples(&self) -> impl Iterator<Item = String> {
        let total = if self.kind == Kind::Counter { "_total" } else { "" };
        let family = self.name.strip_suffix(total).unwrap_or(&self.name);
        self.kind.suffixes().iter().map(move |suffix| format!("{family}{suffix}"))
    }

    /// For people: what it is, whose, and where it is written.
    fn described(&self) -> String {
        let kind = families::kind_word(self.kind);
        let (who, site, more) = match &self.by {
            By::Call(site, _) => ("", site, format!(" ({})", terms(&site.facts))),
            By::Shared(site) => ("", site, " (without a `metric` name)".to_owned()),
            By::Event(site) => ("event ", site, more_of_event(&site.facts)),
            By::Handle(described) => return described.clone(),
        };
        let SiteFacts { file, line, .. } = site.facts;
        format!("the {kind} `{}` of {who}`{}` at {file}:{line}{more}", self.name, site.name())
    }
}

fn more_of_event(facts: &SiteFacts) -> String {
    match families::label_keys(facts).as_slice() {
        [] => String::new(),
        keys => format!(" (labels {})", keys.join(", ")),
    }
}

/// What two calls of one name must have in common.
fn terms(facts: &SiteFacts) -> String {
    let labels = match families::label_keys(facts).as_slice() {
        [] => "no labels".to_owned(),
        keys => format!("labels {}", keys.join(", ")),
    };
    let buckets = if facts.buckets.is_empty() { "the common buckets" } else { "buckets of its own" };
    format!("{labels}, {buckets}")
}

impl Claim {
    /// What is to be done where both cannot feed one family of one kind; `None` if they can.
    fn refuses(&self, later: &Claim) -> Option<&'static str> {
        match (&self.by, &later.by) {
            (By::Call(first, _), By::Call(second, _)) => (!is_same_source(first, second)
                && !can_be_told_apart(&first.facts, &second.facts))
            .then_some(RENAME_OR_LABEL),
            // The counts of one event at several places add up, and of its gauges the last one holds.
            (By::Event(first), By::Event(second)) => {
                let keys = families::label_keys(&first.facts);
                (keys != families::label_keys(&second.facts) || self.buckets != later.buckets)
                    .then_some(RENAME_OR_AGREE)
            }
            // The label `site` tells these apart; handles are checked where they are registered.
            (By::Shared(_), By::Shared(_)) | (By::Handle(_), By::Handle(_)) => None,
            _ => Some(RENAME),
        }
    }
}

/// Several backends of one thing share a name, and a label says which it was.
fn can_be_told_apart(first: &SiteFacts, second: &SiteFacts) -> bool {
    let keys = families::label_keys(first);
    !keys.is_empty()
        && keys == families::label_keys(second)
        && families::bounds(first) == families::bounds(second)
}

/// A module that is compiled into the library and into the executable beside it is one thing twice; its counts add up.
fn is_same_source(first: &Site, second: &Site) -> bool {
    let place = |site: &Site| (site.facts.file, site.facts.line);
    place(first) == place(second) && first.name() == second.name()
}
