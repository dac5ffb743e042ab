//! The rules of `#[derive(Event)]`, one function each.

use super::args::Args;
use super::field::{EventField, FieldArgs};
use crate::errors::Errors;
use crate::event::{Instrument, Role};
use crate::labels::check_label_name;
use crate::metric_name::{Claim, check_clash};
use crate::observe::MAX_FIELDS;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{DeriveInput, GenericParam};

pub(super) fn all(args: &Args, fields: &[EventField<'_>], errors: &mut Errors) {
    texts(args, errors);
    count(fields, errors);
    keys(fields, errors);
    for field in fields {
        label(field, errors);
        conflicts(&field.args, errors);
        unit_and_buckets(&field.args, errors);
        positional(args, field, errors);
    }
}

/// An empty target would match no filter, and an empty text says nothing.
fn texts(args: &Args, errors: &mut Errors) {
    for (key, slot) in args.texts() {
        if let Some(slot) = slot
            && slot.value.value().trim().is_empty()
        {
            errors.push(&slot.value, format!("`{key}` is empty; write something, or leave it out"));
        }
    }
}

/// One static stands for all events of a kind: of several types it could not say which.
pub(super) fn generics(item: &DeriveInput, errors: &mut Errors) {
    for parameter in &item.generics.params {
        if !matches!(parameter, GenericParam::Lifetime(_)) {
            let message = "an event takes no parameters but lifetimes, because its metrics are those of one type; \
                           write the type itself";
            errors.push(parameter, message);
        }
    }
}

/// The first field that has no number left is pointed at.
fn count(fields: &[EventField<'_>], errors: &mut Errors) {
    if let Some(field) = fields.get(MAX_FIELDS) {
        let message = format!("{} fields are more than the {MAX_FIELDS} that a record holds", fields.len());
        errors.push(field.ident, message);
    }
}

/// Two values under one key would leave sinks to choose.
fn keys(fields: &[EventField<'_>], errors: &mut Errors) {
    for (at, field) in fields.iter().enumerate() {
        if field.key.trim().is_empty() {
            errors.push(&field.key_place, "a field needs a name; write something, or leave `rename` out");
        } else if let Some(first) = fields.iter().take(at).find(|first| first.key == field.key) {
            let message =
                format!("key `{}` is already that of field `{}`; choose another", field.key, first.ident);
            errors.push(&field.key_place, message);
        }
    }
}

/// A label's key is its name on the page, too.
fn label(field: &EventField<'_>, errors: &mut Errors) {
    if field.role == Role::Label {
        check_label_name(&field.key_place, &field.key, errors);
    }
}

/// Pairs that contradict each other. The second is pointed at, the first one named.
fn conflicts(args: &FieldArgs, errors: &mut Errors) {
    let metric = args.metrics().next().map(ToTokens::to_token_stream);
    let word = |slot: &super::field::Flag| slot.as_ref().map(ToTokens::to_token_stream);
    let [label, redact, display, debug] = [&args.label, &args.redact, &args.display, &args.debug].map(word);
    let pairs = [
        (&label, &metric, "a label says which series an event belongs to, and is no number"),
        (&redact, &metric, "a metric would show the value"),
        (&redact, &label, "a label would show the value"),
        (&redact, &display, "the value is not shown at all"),
        (&redact, &debug, "the value is not shown at all"),
        (&display, &metric, "a metric takes the number itself, and so does the record"),
        (&debug, &metric, "a metric takes the number itself, and so does the record"),
        (&display, &label, "a label has its own text"),
        (&debug, &label, "a label has its own text"),
        (&display, &debug, "a value is recorded once"),
    ];
    for (first, second, why) in pairs {
        if let (Some(first), Some(second)) = (first, second) {
            let message = format!("conflicts with `{first}`: {why}; keep one of the two");
            errors.push(second, message);
        }
    }
}

/// Units and buckets describe metrics.
fn unit_and_buckets(args: &FieldArgs, errors: &mut Errors) {
    if let Some(unit) = &args.unit
        && args.metrics().next().is_none()
    {
        errors.push(unit, "`unit` is that of a metric; add `counter`, `gauge` or `histogram`, or remove it");
    }
    if let Some(buckets) = &args.buckets
        && args.histogram.is_none()
    {
        errors.push(buckets, "`buckets` are for histograms; add `histogram`, or remove them");
    }
}

/// Only macros have an order in which fields are written.
fn positional(args: &Args, field: &EventField<'_>, errors: &mut Errors) {
    if let Some(positional) = &field.args.positional
        && args.macros.is_none()
    {
        let message = "`positional` says how macros are written; add `macros` to the struct, or remove it";
        errors.push(positional, message);
    }
}

/// Two metrics of one name, or a counter and another family that would be one on the page.
pub(super) fn clashes(
    event: Option<(&Instrument, TokenStream)>,
    fields: &[EventField<'_>],
    errors: &mut Errors,
) {
    let of_event = event.map(|(instrument, place)| instrument.claim(place));
    let metrics = fields.iter().flat_map(|field| &field.metrics);
    let of_fields = metrics.map(|metric| metric.instrument.claim(metric.place.clone()));
    let claims: Vec<Claim> = of_event.into_iter().chain(of_fields).collect();
    check_clash(&claims, errors);
}
