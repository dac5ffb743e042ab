//! The rule for `metric = "…"`, wherever it is written.

use crate::errors::Errors;
use crate::names::{as_metric_name, is_metric_name, without_appended};
use syn::LitStr;

/// The name becomes `x_calls_total` and `x_duration_seconds`, so it must be one that Prometheus takes, without what is put
/// behind it: `x_total` would become `x_total_calls_total`.
pub(crate) fn check(literal: &LitStr, errors: &mut Errors) {
    let name = literal.value();
    if name.is_empty() {
        let message =
            "`metric` is empty; write a name, `metric` for the shared families, or `metric = false`";
        errors.push(literal, message);
    } else if !is_metric_name(&name) {
        let mended = as_metric_name(&name).map_or(String::new(), |mended| format!("; write `{mended}`"));
        let grammar = "it takes ASCII letters, `_`, `:` and, but for its start, digits";
        errors.push(literal, format!("`{name}` is not a metric name: {grammar}{mended}"));
    } else if let Some(stem) = without_appended(&name) {
        let gives = |name: &str| format!("`{name}_calls_total` and `{name}_duration_seconds`");
        let remedy = match stem {
            "" => String::from("choose another name"),
            _ => format!("write `metric = \"{stem}\"` for {}", gives(stem)),
        };
        errors.push(literal, format!("`{name}` would make {}; {remedy}", gives(&name)));
    }
}
