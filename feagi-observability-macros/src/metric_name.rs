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

/// A name as its author wrote it: a counter's may or may not end in `_total`.
pub(crate) struct MetricName<T> {
    /// Where errors about it point.
    pub(crate) place: T,
    /// What is put before it, `_` included, and need not be written.
    prefix: String,
    full: String,
}

impl<T: ToTokens> MetricName<T> {
    /// A name with what stands before it and an underscore; an empty one stays empty, which is an error.
    pub(crate) fn new(place: T, prefix: Option<&str>, own: &str) -> Self {
        let prefix =
            prefix.filter(|_| !own.is_empty()).map(|prefix| format!("{prefix}_")).unwrap_or_default();
        MetricName { place, full: format!("{prefix}{own}"), prefix }
    }

    /// Prefix included.
    pub(crate) fn full(&self) -> &str {
        &self.full
    }

    /// What is to be written for a better name, whose prefix is put there anyway.
    fn written<'a>(&self, better: &'a str) -> &'a str {
        better.strip_prefix(&self.prefix).filter(|own| !own.is_empty()).unwrap_or(better)
    }
}

/// Grammar and endings. True if the name breaks no rule.
pub(crate) fn check_metric_name<T: ToTokens>(
    name: &MetricName<T>,
    kind: MetricKind,
    errors: &mut Errors,
) -> bool {
    let broken = breaks_grammar(name).or_else(|| has_reserved_ending(name, kind));
    let fine = broken.is_none();
    if let Some(message) = broken {
        errors.push(&name.place, message);
    }
    fine
}

fn breaks_grammar<T: ToTokens>(name: &MetricName<T>) -> Option<String> {
    let full = name.full();
    if full.is_empty() {
        return Some("a metric needs a name; write something, such as `feagi_bursts`".to_owned());
    }
    if is_metric_name(full) {
        return None;
    }
    let mended =
        as_metric_name(full).map_or(String::new(), |mended| format!("; write `{}`", name.written(&mended)));
    let grammar = "it takes ASCII letters, `_`, `:` and, but for its start, digits";
    Some(format!("`{full}` is not a metric name: {grammar}{mended}"))
}

/// `x_sum` would be taken for a part of the histogram `x`. A gauge `build_info` is what many programs have.
fn has_reserved_ending<T: ToTokens>(name: &MetricName<T>, kind: MetricKind) -> Option<String> {
    let full = name.full();
    let family = kind.family(full);
    let ending = RESERVED.iter().find(|ending| family.ends_with(**ending))?;
    if (*ending, kind) == ("_info", MetricKind::Gauge) {
        return None;
    }
    let mut stem = family;
    while let Some(shorter) = RESERVED.iter().find_map(|ending| stem.strip_suffix(ending)) {
        stem = shorter;
    }
    let remedy = match stem {
        "" => "choose another name".to_owned(),
        stem => format!("write `{}`", name.written(stem)),
    };
    Some(match (*ending, kind) {
        ("_total", MetricKind::Counter) => {
            format!("`{full}` says `_total` twice, which is put behind a counter's name once; {remedy}")
        }
        ("_total", _) => {
            format!("`{full}` ends in `_total`, which only counters do; {remedy}, or make it a counter")
        }
        (ending, _) => format!("`{full}` ends in `{ending}`, which OpenMetrics keeps for itself; {remedy}"),
    })
}

/// The full name with its unit: put behind where there is none, an error where there is another.
pub(crate) fn check_unit<T: ToTokens>(
    name: &MetricName<T>,
    kind: MetricKind,
    unit: &str,
    errors: &mut Errors,
) -> String {
    let full = name.full();
    let family = kind.family(full);
    let total = if family == full { "" } else { "_total" };
    if unit::of_name(family) == Some(unit) {
        return full.to_owned();
    }
    let Some(stem) = unit::without_unit(family) else { return format!("{family}_{unit}{total}") };
    let right = format!("{stem}_{unit}{total}");
    let remedy = format!("name it `{}`, or change the unit", name.written(&right));
    errors.push(&name.place, format!("`{full}` ends in another unit than `{unit}`; {remedy}"));
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
        let name = MetricName::new(quote!(place), None, name);
        let fine = check_metric_name(&name, kind, &mut errors);
        let said = errors.finish().err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(fine, said.is_empty());
        said
    }

    #[test]
    fn endings_that_the_formats_write_are_refused() {
        assert_eq!(said("jobs", Counter) + &said("jobs_total", Counter) + &said("sum", Gauge), "");
        assert_eq!(said("build_info", Gauge), "");
        assert!(said("build_info", Counter).contains("write `build`"));
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
        let mut unit = |name, kind, unit| {
            check_unit(&MetricName::new(quote!(place), None, name), kind, unit, &mut errors)
        };
        assert_eq!(unit("wait", Histogram, "seconds"), "wait_seconds");
        assert_eq!(unit("wait_seconds", Histogram, "seconds"), "wait_seconds");
        assert_eq!(unit("busy_total", Counter, "seconds"), "busy_seconds_total");
        assert_eq!(unit("busy_seconds_total", Counter, "seconds"), "busy_seconds_total");
        assert_eq!(unit("wait_ms", Gauge, "seconds"), "wait_seconds");
        assert!(errors.finish().unwrap_err().to_string().contains("name it `wait_seconds`"));
    }

    #[test]
    fn a_remedy_leaves_out_the_prefix_that_is_put_there_anyway() {
        let mut errors = Errors::default();
        for own in ["a-b", "b_sum", "sum"] {
            check_metric_name(&MetricName::new(quote!(place), Some("x"), own), Gauge, &mut errors);
        }
        check_unit(&MetricName::new(quote!(place), Some("x"), "wait_ms"), Gauge, "seconds", &mut errors);
        let said: Vec<String> =
            errors.finish().unwrap_err().into_iter().map(|error| error.to_string()).collect();
        for (said, remedy) in
            said.iter().zip(["write `a_b`", "write `b`", "write `x`", "name it `wait_seconds`"])
        {
            assert!(said.contains(remedy), "{said}");
        }
        let seconds = MetricName::new(quote!(place), Some("wait"), "seconds");
        assert_eq!(check_unit(&seconds, Gauge, "seconds", &mut Errors::default()), "wait_seconds");
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
