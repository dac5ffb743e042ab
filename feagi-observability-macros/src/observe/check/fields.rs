//! Rules about what is recorded: keys, values, how many.

use super::super::args::Args;
use super::super::function::Function;
use super::super::model::{ALLOCATED, RETURNED, returns_value};
use super::super::recorded::Recorded;
use crate::errors::Errors;
use crate::field::{Field, leaves};
use crate::slot::written;
use quote::ToTokens;
use std::collections::HashMap;

/// The runtime stores a field's number in a byte and keeps the last ones for itself.
pub(crate) const MAX_FIELDS: usize = 250;

pub(super) fn all(recorded: &Recorded, function: &Function, args: &Args, errors: &mut Errors) {
    check_field_keys(recorded.iter(), errors);
    let own = usize::from(args.ret.is_some())
        + args.profile.as_ref().filter(|profile| profile.value.alloc).map_or(0, |_| ALLOCATED.len());
    check_field_count(recorded.iter(), own, errors);
    check_values(recorded, errors);
    check_returned_key(recorded, args, errors);
    check_allocated_keys(recorded, args, errors);
    check_of_ret(recorded, function, errors);
}

/// Two values under one key would leave sinks to choose.
pub(crate) fn check_field_keys<'f>(fields: impl IntoIterator<Item = &'f Field>, errors: &mut Errors) {
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
fn check_values(recorded: &Recorded, errors: &mut Errors) {
    for field in recorded.iter() {
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

/// The first field that has no number left, beside `own` that the annotation adds, is pointed at.
pub(crate) fn check_field_count<'f>(
    fields: impl IntoIterator<Item = &'f Field>,
    own: usize,
    errors: &mut Errors,
) {
    let mut beyond = fields.into_iter().skip(MAX_FIELDS - own);
    if let Some(field) = beyond.next() {
        let count = MAX_FIELDS + 1 + beyond.count();
        errors.push(field, format!("{count} fields are more than the {MAX_FIELDS} that a record holds"));
    }
}

/// The returned value has a key of its own.
fn check_returned_key(recorded: &Recorded, args: &Args, errors: &mut Errors) {
    let Some(ret) = &args.ret else { return };
    if let Some(field) = recorded.iter().find(|field| field.key == RETURNED) {
        let message = format!(
            "field `{RETURNED}` is what `{}` records; give it another name, or remove one of the two",
            ret.text()
        );
        errors.push(field, message);
    }
}

/// What is allocated has keys of its own.
fn check_allocated_keys(recorded: &Recorded, args: &Args, errors: &mut Errors) {
    let Some(profile) = args.profile.as_ref().filter(|profile| profile.value.alloc) else { return };
    for field in recorded.iter().filter(|field| ALLOCATED.contains(&field.key.as_str())) {
        let message = format!(
            "field `{}` is what `{}` records; give it another name, or remove one of the two",
            field.key,
            profile.text()
        );
        errors.push(field, message);
    }
}

/// `ret.…` is taken from the value, so there must be one, and it must be seen.
fn check_of_ret(recorded: &Recorded, function: &Function, errors: &mut Errors) {
    for field in &recorded.of_ret {
        if !returns_value(&function.sig.output) {
            let message =
                format!("`{}` needs a function that returns a value; this one returns nothing", field.key);
            errors.push(field, message);
        } else if function.has_attribute("track_caller") {
            let message = format!(
                "`{}` cannot look at the value of a `#[track_caller]` function; remove one of the two",
                field.key
            );
            errors.push(field, message);
        }
    }
}
