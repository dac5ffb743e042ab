//! Rules for the names of metrics that stand alone: grammar, endings that the formats keep for themselves, units, and names that
//! get into each other's way.
//!
//! Receives names with the tokens to point at, gives errors and the names as they stand on a page.

use crate::errors::Errors;
use crate::names::{as_metric_name, is_metric_name};
use crate::unit;
use proc_macro2::TokenStream;
use quote::ToTokens;

/// What a metric is, in the words of OpenMetrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MetricKind {
    Counter,
    Gauge,
    Histogram,
}

/// What samples and metadata are called besides the family itself: OpenMetrics 1.0, section "Suffixes".
const RESERVED: [&str; 6] = ["_total", "_bucket", "_count", "_sum", "_created", "_info"];

impl MetricKind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
        }
    }

    /// What is put behind a family's name for its samples; `_created` may be added by others on the way.
    fn suffixes(self) -> &'static [&'static str] {
        match self {
            MetricKind::Counter => &["", "_total", "_created"],
            MetricKind::Histogram => &["", "_bucket", "_sum", "_count", "_created"],
            MetricKind::Gauge => &[""],
        }
    }

    /// The family's name: a counter's without `_total`.
    fn family(self, name: &str) -> &str {
        match self {
            MetricKind::Counter => name.strip_suffix("_total").unwrap_or(name),
            MetricKind::Gauge | MetricKind::Histogram => name,
        }
    }
}

/// A name as its author wrote it, prefix included: a counter's may or may not end in `_total`. True if it is one.
pub(crate) fn check_metric_name(
    place: impl ToTokens,
    name: &str,
    kind: MetricKind,
    errors: &mut Errors,
) -> bool {
    let broken = breaks_grammar(name).or_else(|| has_reserved_ending(name, kind));
    let fine = broken.is_none();
    if let Some(message) = broken {
        errors.push(place, message);
    }
    fine
}

fn breaks_grammar(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("a metric needs a name; write something, such as `feagi_bursts`".to_owned());
    }
    if is_metric_name(name) {
        return None;
    }
    let mended = as_metric_name(name).map_or(String::new(), |mended| format!("; write `{mended}`"));
    let grammar = "it takes ASCII letters, `_`, `:` and, but for its start, digits";
    Some(format!("`{name}` is not a metric name: {grammar}{mended}"))
}

/// `x_sum` would be taken for a part of the histogram `x`.
fn has_reserved_ending(name: &str, kind: MetricKind) -> Option<String> {
    let family = kind.family(name);
    let ending = RESERVED.iter().find(|ending| family.ends_with(**ending))?;
    let mut stem = family;
    while let Some(shorter) = RESERVED.iter().find_map(|ending| stem.strip_suffix(ending)) {
        stem = shorter;
    }
    let remedy = if stem.is_empty() { "choose another name".to_owned() } else { format!("write `{stem}`") };
    Some(match (*ending, kind) {
        ("_total", MetricKind::Counter) => {
            format!("`{name}` says `_total` twice, which is put behind a counter's name once; {remedy}")
        }
        ("_total", _) => {
            format!("`{name}` ends in `_total`, which only counters do; {remedy}, or make it a counter",)
        }
        (ending, _) => format!("`{name}` ends in `{ending}`, which OpenMetrics keeps for itself; {remedy}"),
    })
}

/// The name with its unit: put behind where there is none, an error where there is another.
pub(crate) fn check_unit(
    place: impl ToTokens,
    name: &str,
    kind: MetricKind,
    unit: &str,
    errors: &mut Errors,
) -> String {
    let family = kind.family(name);
    let total = &name[family.len()..];
    if unit::of_name(family) == Some(unit) {
        return name.to_owned();
    }
    let Some(stem) = unit::without_unit(family) else { return format!("{family}_{unit}{total}") };
    let right = format!("{stem}_{unit}{total}");
    let message =
        format!("`{name}` ends in another unit than `{unit}`; name it `{right}`, or change the unit");
    errors.push(place, message);
    right
}

/// The name as it stands on a page: a counter's ends in `_total`.
pub(crate) fn on_page(name: &str, kind: MetricKind) -> String {
    match kind {
        MetricKind::Counter => format!("{}_total", kind.family(name)),
        MetricKind::Gauge | MetricKind::Histogram => name.to_owned(),
    }
}

/// A name that is taken.
pub(crate) struct Claim {
    /// As it stands on a page.
    pub(crate) name: String,
    pub(crate) kind: MetricKind,
    /// Who takes it, as in "field `x`".
    pub(crate) by: String,
    /// Where an error about it points.
    pub(crate) place: TokenStream,
}

impl Claim {
    fn family(&self) -> &str {
        self.kind.family(&self.name)
    }

    /// Whether a sample of one would be called as the family or a sample of the other.
    fn clashes_with(&self, other: &Claim) -> bool {
        let taken = |claim: &Claim| -> Vec<String> {
            claim.kind.suffixes().iter().map(|suffix| format!("{}{suffix}", claim.family())).collect()
        };
        let theirs = taken(other);
        taken(self).iter().any(|name| theirs.contains(name))
    }
}

/// Two families never share the name of a sample: a counter `x_total` beside a gauge `x` is one family of two kinds. The later one is
/// pointed at, the earlier one named.
pub(crate) fn check_clash(claims: &[Claim], errors: &mut Errors) {
    for (at, later) in claims.iter().enumerate() {
        let Some(first) = claims.iter().take(at).find(|first| later.clashes_with(first)) else { continue };
        let message = if later.name == first.name && later.kind == first.kind {
            format!("metric `{}` is already declared by {}; rename one of the two", later.name, first.by)
        } else {
            format!(
                "the {} `{}` clashes with the {} `{}` of {}: on the page they would be one family; rename one of the two",
                later.kind.word(),
                later.name,
                first.kind.word(),
                first.name,
                first.by
            )
        };
        errors.push(&later.place, message);
    }
}

#[cfg(test)]
mod tests {
    use super::MetricKind::{Counter, Gauge, Histogram};
    use super::*;
    use quote::quote;

    fn said(name: &str, kind: MetricKind) -> String {
        let mut errors = Errors::default();
        let fine = check_metric_name(quote!(place), name, kind, &mut errors);
        let said = errors.finish().err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(fine, said.is_empty());
        said
    }

    #[test]
    fn endings_that_the_formats_write_are_refused() {
        assert_eq!(said("jobs", Counter) + &said("jobs_total", Counter) + &said("sum", Gauge), "");
        assert!(said("jobs_total", Gauge).contains("only counters do; write `jobs`"));
        assert!(said("jobs_total", Histogram).contains("only counters do"));
        assert!(said("jobs_count", Counter).contains("write `jobs`"));
        assert!(said("jobs_sum_total", Counter).contains("ends in `_sum`"));
        assert!(said("jobs_total_total", Counter).contains("twice"));
        assert!(said("_bucket", Histogram).contains("choose another name"));
        assert!(said("a.b", Gauge).contains("write `a_b`") && said("", Gauge).contains("needs a name"));
    }

    #[test]
    fn a_unit_is_put_behind_a_name_or_found_there_or_contradicted() {
        let mut errors = Errors::default();
        let mut unit = |name, kind, unit| check_unit(quote!(place), name, kind, unit, &mut errors);
        assert_eq!(unit("wait", Histogram, "seconds"), "wait_seconds");
        assert_eq!(unit("wait_seconds", Histogram, "seconds"), "wait_seconds");
        assert_eq!(unit("busy_total", Counter, "seconds"), "busy_seconds_total");
        assert_eq!(unit("busy_seconds_total", Counter, "seconds"), "busy_seconds_total");
        assert_eq!(unit("wait_ms", Gauge, "seconds"), "wait_seconds");
        assert!(errors.finish().unwrap_err().to_string().contains("name it `wait_seconds`"));
    }

    #[test]
    fn families_that_share_a_sample_clash() {
        let clash = |a: (&str, MetricKind), b: (&str, MetricKind)| {
            let claim = |(name, kind): (&str, MetricKind)| Claim {
                name: on_page(name, kind),
                kind,
                by: "field `a`".to_owned(),
                place: quote!(place),
            };
            let mut errors = Errors::default();
            check_clash(&[claim(a), claim(b)], &mut errors);
            errors.finish().is_err()
        };
        assert!(clash(("x", Counter), ("x", Gauge)) && clash(("x", Histogram), ("x_total", Counter)));
        assert!(clash(("x", Gauge), ("x", Gauge)) && clash(("x", Histogram), ("x_sum", Gauge)));
        assert!(!clash(("x", Counter), ("y", Counter)) && !clash(("x", Gauge), ("x_seconds", Gauge)));
    }
}
