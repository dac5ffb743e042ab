//! The rules of event macros, one function each.

use super::args::Args;
use super::schema::Schema;
use crate::errors::Errors;
use crate::field::{Field, Recording};
use crate::observe::{check_field_count, check_field_keys};

pub(crate) fn all(schema: &Schema, args: &Args, errors: &mut Errors) {
    check_field_keys(&args.fields, errors);
    check_field_count(&args.fields, errors);
    check_target(args, errors);
    for field in &args.fields {
        check_measured(schema, field, errors);
        check_ad_hoc(field, errors);
    }
}

/// An empty target would match no filter.
pub(super) fn check_target(args: &Args, errors: &mut Errors) {
    if let Some(target) = &args.target
        && target.value().trim().is_empty()
    {
        errors.push(target, "`target` is empty; write something, or leave it out for the default");
    }
}

/// A metric takes the number itself: a text that shows it cannot be added up.
fn check_measured(schema: &Schema, field: &Field, errors: &mut Errors) {
    let sigil = match field.recording {
        Recording::Plain | Recording::Label | Recording::Dynamic => return,
        Recording::Display => '%',
        Recording::Debug => '?',
    };
    if schema.instruments_of(&field.key).next().is_some() {
        let message =
            format!("`{}` is also a metric and needs the number itself; remove the `{sigil}`", field.key);
        errors.push(field, message);
    }
}

/// `counter.x` looks like a declaration of a metric. It would be a mere field, so it is refused.
pub(super) fn check_ad_hoc(field: &Field, errors: &mut Errors) {
    if let Some((kind @ ("counter" | "gauge" | "histogram"), name)) = field.key.split_once('.') {
        let message = format!("`{kind}.…` does not declare a metric here; name the field `{name}`");
        errors.push(&field.name, message);
    }
}
