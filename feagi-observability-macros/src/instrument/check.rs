//! The rules of `#[instrument]`, one function each. They look and report; they change nothing.

use super::args::Args;
use super::parameters::parameters;
use crate::call_metric;
use crate::errors::Errors;
use crate::form::Metric;
use crate::log;
use crate::names::{listed, nearest};
use crate::observe::function::{Body, Function};
use std::collections::HashSet;
use syn::ReturnType;

pub(crate) fn all(args: &Args, function: &Function, errors: &mut Errors) {
    check_constness(function, errors);
    check_body(function, errors);
    check_skips(args, function, errors);
    check_skip_once(args, errors);
    check_err(args, function, errors);
    check_metric_name(args, errors);
    if let Some(slot) = &args.log {
        log::check(&slot.value, errors);
    }
}

/// A `const fn` may run in the compiler, where there is no subscriber.
fn check_constness(function: &Function, errors: &mut Errors) {
    if let Some(constness) = &function.sig.constness {
        let message = "`#[instrument]` cannot instrument a `const fn`, which may run at compile time; \
                       remove `const`, or instrument the function that calls it";
        errors.push(constness, message);
    }
}

/// There is something to instrument only where there is a body.
fn check_body(function: &Function, errors: &mut Errors) {
    if let Body::Missing(semicolon) = &function.body {
        let message = "a method without a body has nothing to instrument; \
                       put `#[instrument]` on its implementations, or give it a default body";
        errors.push(semicolon, message);
    }
}

/// What is skipped must be there: a slip would record what the author wants to keep out.
fn check_skips(args: &Args, function: &Function, errors: &mut Errors) {
    let Some(skip) = &args.skip else { return };
    let known: Vec<String> = parameters(&function.sig).iter().map(|one| one.name.to_string()).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let mut seen = HashSet::new();
    for name in &skip.value {
        let text = name.to_string();
        if !known.contains(&text.as_str()) {
            let meant = nearest(&text, &known).map_or(String::new(), |known| format!("write `{known}`; "));
            let all = if known.is_empty() { "none".to_owned() } else { listed(&known) };
            errors.push(
                name,
                format!("there is no parameter `{text}` to skip; {meant}the parameters are {all}"),
            );
        } else if !seen.insert(text) {
            errors.push(name, format!("`{name}` is skipped twice; keep one of the two"));
        }
    }
}

/// All and some are two answers to one question.
fn check_skip_once(args: &Args, errors: &mut Errors) {
    if let (Some(skip), Some(all)) = (&args.skip, &args.skip_all)
        && !skip.value.is_empty()
    {
        errors.push(all, format!("`skip_all` leaves nothing for `{}`; keep one of the two", skip.text()));
    }
}

/// An error can be seen only in a value. Whether that value is a `Result` only its type tells.
fn check_err(args: &Args, function: &Function, errors: &mut Errors) {
    if let (Some(err), ReturnType::Default) = (&args.err, &function.sig.output) {
        errors.push(err, "`err` needs a function that returns a `Result`; this one returns nothing");
    }
}

/// The name must be one that Prometheus takes.
fn check_metric_name(args: &Args, errors: &mut Errors) {
    if let Some(Metric::Named(literal)) = args.metric.as_ref().map(|slot| &slot.value) {
        call_metric::check(literal, errors);
    }
}
