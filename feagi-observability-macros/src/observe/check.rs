//! The rules of `#[observe]`, one function each. They look and report; they change nothing.

use super::args::{Args, Metric};
use super::function::{Body, Function};
use super::model::returns_value;
use crate::errors::Errors;
use crate::field::{Field, leaves};
use crate::metric_name;
use crate::slot::written;
use quote::ToTokens;
use std::collections::HashMap;
use syn::LitStr;

/// The runtime stores a field's number in a byte and keeps the last ones for itself.
pub(crate) const MAX_FIELDS: usize = 250;

pub(crate) fn all(args: &Args, function: &Function, errors: &mut Errors) {
    check_constness(function, errors);
    check_body(function, errors);
    check_name(args, errors);
    check_metric_name(args, errors);
    check_help(args, errors);
    check_err(args, function, errors);
    if let Some(fields) = &args.fields {
        check_field_keys(&fields.value, errors);
        check_field_values(&fields.value, errors);
        check_field_count(&fields.value, errors);
    }
}

/// A `const fn` may run in the compiler, where there is neither clock nor static state.
fn check_constness(function: &Function, errors: &mut Errors) {
    if let Some(constness) = &function.sig.constness {
        let message = "`#[observe]` cannot observe a `const fn`, which may run at compile time; \
                       remove `const`, or observe the function that calls it";
        errors.push(constness, message);
    }
}

/// There is something to observe only where there is a body.
fn check_body(function: &Function, errors: &mut Errors) {
    if let Body::Missing(semicolon) = &function.body {
        let message = "a method without a body has nothing to observe; \
                       put `#[observe]` on its implementations, or give it a default body";
        errors.push(semicolon, message);
    }
}

/// An empty name would leave spans and lines without one.
fn check_name(args: &Args, errors: &mut Errors) {
    check_not_empty(args.name.as_ref().map(|slot| &slot.value), "name", errors);
    check_not_empty(args.target.as_ref().map(|slot| &slot.value), "target", errors);
}

fn check_not_empty(text: Option<&LitStr>, key: &str, errors: &mut Errors) {
    if let Some(text) = text
        && text.value().trim().is_empty()
    {
        errors.push(text, format!("`{key}` is empty; write something, or leave it out for the default"));
    }
}

/// The name must be one that Prometheus takes.
fn check_metric_name(args: &Args, errors: &mut Errors) {
    if let Some(Metric::Named(literal)) = args.metric.as_ref().map(|slot| &slot.value) {
        metric_name::check(literal, errors);
    }
}

/// HELP without a metric of its own would appear nowhere.
fn check_help(args: &Args, errors: &mut Errors) {
    if let (Some(help), Some(metric)) = (&args.help, &args.metric)
        && matches!(metric.value, Metric::Off)
    {
        let message = format!(
            "`help` describes the metrics, and `{}` turns them off; remove one of the two",
            metric.text()
        );
        errors.push(help, message);
    }
}

/// An error can be seen only in a value that the function returns. Whether that value is a `Result` only its type tells.
/// With `#[track_caller]` the body stays where it is, so the value is not seen: a closure around it would be the caller.
fn check_err(args: &Args, function: &Function, errors: &mut Errors) {
    let Some(err) = &args.err else { return };
    if !returns_value(&function.sig.output) {
        errors.push(err, "`err` needs a function that returns a `Result`; this one returns nothing");
    } else if function.has_attribute("track_caller") {
        let message = "`err` cannot look at the value of a `#[track_caller]` function; remove one of the two";
        errors.push(err, message);
    }
}

/// Two values under one key would leave sinks to choose.
pub(crate) fn check_field_keys(fields: &[Field], errors: &mut Errors) {
    let mut seen: HashMap<&str, &Field> = HashMap::new();
    for field in fields {
        if field.key.trim().is_empty() {
            errors.push(&field.name, "a field needs a name; write `\"name\" = …`");
        } else if let Some(first) = seen.get(field.key.as_str()) {
            let first = written(&first.to_token_stream());
            errors.push(
                field,
                format!("field `{}` is already set by `{first}`; keep one of the two", field.key),
            );
        } else {
            seen.insert(&field.key, field);
        }
    }
}

/// Values are written by a closure, and only while someone listens: leaving the function from there would depend on that.
fn check_field_values(fields: &[Field], errors: &mut Errors) {
    for field in fields {
        if let Some(span) = leaves(&field.value) {
            let message = format!(
                "the value of field `{}` cannot leave or suspend the function, because it is taken only while someone listens; \
                 write an expression without `?`, `return` and `.await`",
                field.key
            );
            errors.absorb(syn::Error::new(span, message));
        }
    }
}

/// The first field that has no number left is pointed at.
pub(crate) fn check_field_count(fields: &[Field], errors: &mut Errors) {
    if let Some(field) = fields.get(MAX_FIELDS) {
        errors.push(
            field,
            format!("{} fields are more than the {MAX_FIELDS} that a record holds", fields.len()),
        );
    }
}
