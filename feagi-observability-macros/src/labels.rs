//! Rules for the names of metric labels, wherever they are written: `labels(…)` of an annotation, fields of a struct.
//!
//! Receives a name and the tokens to point at, gives errors.

use crate::errors::Errors;
use crate::names::as_metric_name;
use quote::ToTokens;
use std::collections::HashSet;

/// What the formats write themselves: `le` on a histogram's buckets, `quantile` on a summary's (OpenMetrics 1.0, "Label").
const RESERVED: [&str; 2] = ["le", "quantile"];

/// Every rule for one name; the first that it breaks is reported at `place`.
pub(crate) fn check_label_name(place: impl ToTokens, name: &str, errors: &mut Errors) {
    let broken = breaks_grammar(name).or_else(|| is_reserved(name)).or_else(|| is_id(name));
    if let Some(message) = broken {
        errors.push(place, message);
    }
}

/// Two labels of one name would be one label with two values: no scraper takes that. The second is pointed at.
pub(crate) fn check_label_duplicates<T: ToTokens>(
    labels: impl IntoIterator<Item = (T, String)>,
    errors: &mut Errors,
) {
    let mut seen = HashSet::new();
    for (place, name) in labels {
        if seen.contains(&name) {
            let message = format!("label `{name}` is already set by an earlier one; keep one of the two");
            errors.push(place, message);
        } else {
            seen.insert(name);
        }
    }
}

/// `[a-zA-Z_][a-zA-Z0-9_]*`, the grammar of Prometheus' data model.
pub(crate) fn is_label_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let starts = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    bytes.next().is_some_and(starts) && bytes.all(|byte| starts(byte) || byte.is_ascii_digit())
}

fn breaks_grammar(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("a label needs a name; write something, such as `phase`".to_owned());
    }
    if is_label_name(name) {
        return None;
    }
    let mended = as_metric_name(&name.replace(':', "_")).map(|name| format!("; write `{name}`"));
    let grammar = "it takes ASCII letters, `_` and, but for its start, digits";
    Some(format!("`{name}` is not a label name: {grammar}{}", mended.unwrap_or_default()))
}

/// Prometheus keeps two underscores at the start for itself, and the formats write some labels on their own.
fn is_reserved(name: &str) -> Option<String> {
    if name.starts_with("__") {
        let rest = name.trim_start_matches('_');
        let remedy = if is_label_name(rest) { format!("write `{rest}`") } else { "choose another".into() };
        return Some(format!("`{name}` is reserved: Prometheus keeps `__…` for itself; {remedy}"));
    }
    RESERVED.contains(&name).then(|| {
        format!("`{name}` is reserved: histograms and summaries write it themselves; choose another")
    })
}

/// An id has as many values as there are things: each would be a series of its own, for ever.
fn is_id(name: &str) -> Option<String> {
    let is_id = name.eq_ignore_ascii_case("id") || name.to_ascii_lowercase().ends_with("_id");
    is_id.then(|| {
        format!(
            "`{name}` is an id, and ids never become labels: record it as a field; \
             exemplars lead from a metric to its trace"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(name: &str) -> String {
        let mut errors = Errors::default();
        check_label_name(quote::quote!(place), name, &mut errors);
        errors.finish().err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn plain_names_are_labels() {
        for name in ["phase", "_phase", "Phase2", "a__b", "identity", "valid", "lease", "quantiles"] {
            assert_eq!(said(name), "", "{name}");
        }
    }

    #[test]
    fn what_the_grammar_does_not_take_is_mended() {
        assert!(said("http.method").contains("write `http_method`"));
        assert!(said("a:b").contains("write `a_b`"), "colons are for metric names alone");
        assert!(said("2nd").contains("write `_2nd`"));
        assert!(said("é").ends_with("digits"));
        assert!(said("").contains("needs a name"));
    }

    #[test]
    fn reserved_names_are_refused() {
        assert!(said("__name__").contains("write `name__`"));
        assert!(said("__").contains("choose another"));
        assert!(said("le").contains("is reserved") && said("quantile").contains("is reserved"));
    }

    #[test]
    fn ids_are_refused() {
        for name in ["id", "trace_id", "span_id", "request_id", "burst_id", "agent_ID", "_id"] {
            assert!(said(name).contains("ids never become labels: record it as a field"), "{name}");
        }
    }

    #[test]
    fn a_second_label_of_a_name_is_an_error_and_a_third_is_another() {
        let mut errors = Errors::default();
        let labels = ["a", "b", "a", "a"].map(|name| (quote::quote!(place), name.to_owned()));
        check_label_duplicates(labels, &mut errors);
        assert_eq!(errors.finish().unwrap_err().into_iter().count(), 2);
    }
}
