//! The rules of event macros, one function each.

use super::ad_hoc;
use super::args::Args;
use super::schema::{Role, Schema};
use crate::errors::Errors;
use crate::field::{Field, Recording};
use crate::observe::{check_field_count, check_field_keys};
use proc_macro2::Span;

pub(crate) fn all(schema: &Schema, args: &Args, errors: &mut Errors) {
    check_field_keys(&args.fields, errors);
    check_field_count(&args.fields, 0, errors);
    check_declared_keys(&args.fields, errors);
    check_target(args, errors);
    for field in &args.fields {
        check_number(schema, field, errors);
        check_declared(schema, field, errors);
    }
    check_labels(schema, args, errors);
}

/// An empty target would match no filter.
pub(super) fn check_target(args: &Args, errors: &mut Errors) {
    if let Some(target) = &args.target
        && target.value().trim().is_empty()
    {
        errors.push(target, "`target` is empty; write something, or leave it out for the default");
    }
}

/// A metric takes the number itself, and a label the value itself: a text that shows it is neither.
fn check_number(schema: &Schema, field: &Field, errors: &mut Errors) {
    let sigil = match field.recording {
        Recording::Plain | Recording::Label | Recording::Dynamic => return,
        Recording::Display => '%',
        Recording::Debug => '?',
    };
    let key = ad_hoc::declared(field).map_or(field.key.as_str(), |(_, own)| own);
    if ad_hoc::declared(field).is_some() || schema.instruments_of(key).next().is_some() {
        let message = format!("`{key}` is also a metric and needs the number itself; remove the `{sigil}`");
        errors.push(field, message);
    } else if schema.role(key) == Role::Label {
        let message = format!("`{key}` is also a label and needs the value itself; remove the `{sigil}`");
        errors.push(field, message);
    }
}

/// What the event itself says of a field is not said again by a call.
fn check_declared(schema: &Schema, field: &Field, errors: &mut Errors) {
    if let Some((kind, own)) = ad_hoc::declared(field)
        && ad_hoc::is_taken(schema, own)
    {
        let message = format!(
            "`{own}` is a field of the event `{}` already, and what it is stands there; write `{own} = …`, \
             or name the {} otherwise",
            schema.name,
            kind.word()
        );
        errors.push(&field.name, message);
    }
}

/// `counter.x` is a field `x`, of which there is one.
fn check_declared_keys(fields: &[Field], errors: &mut Errors) {
    for (at, field) in fields.iter().enumerate() {
        let key =
            |field: &Field| ad_hoc::declared(field).map_or(field.key.clone(), |(_, own)| own.to_owned());
        let first = fields.iter().take(at).find(|first| key(first) == key(field) && first.key != field.key);
        if let Some(first) = first {
            let message =
                format!("field `{}` is already set by `{}`; keep one of the two", key(field), first.key);
            errors.push(field, message);
        }
    }
}

/// Every series of an event has all of its labels.
fn check_labels(schema: &Schema, args: &Args, errors: &mut Errors) {
    for label in schema.labels() {
        if !args.fields.iter().any(|field| field.key == label) {
            let message = format!(
                "an event `{}` is counted by its label `{label}`, which is missing; write `{label} = …`",
                schema.name
            );
            errors.absorb(syn::Error::new(Span::call_site(), message));
        }
    }
}
