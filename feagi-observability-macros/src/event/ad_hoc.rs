//! `counter.x = …`, `gauge.x = …`, `histogram.x = …`: a field `x` that is a metric, too, without standing in the schema.
//!
//! Its name is the one that a field `x` of the event's struct would have.

use super::schema::{Instrument, Role, Schema};
use crate::errors::Errors;
use crate::field::Field;
use crate::metric_name::{Claim, MetricKind, MetricName, check_clash, check_metric_name, on_page};
use crate::unit;
use proc_macro2::{TokenStream, TokenTree};

/// What stands before a field's own name in that of its metric. A gauge is what the last event said; it would clash with a counter
/// or a histogram of the same name.
pub(crate) fn default_prefix(stem: &str, kind: MetricKind) -> String {
    match kind {
        MetricKind::Counter | MetricKind::Histogram => stem.to_owned(),
        MetricKind::Gauge => format!("{stem}_last"),
    }
}

/// The kind and the name that a field declares; only with a value, and not as a string, where it is a key as any other.
pub(super) fn declared(field: &Field) -> Option<(MetricKind, &str)> {
    let (kind, name) = field.key.split_once('.')?;
    let kind = [MetricKind::Counter, MetricKind::Gauge, MetricKind::Histogram]
        .into_iter()
        .find(|known| known.word() == kind)?;
    let is_word = matches!(field.name.clone().into_iter().next(), Some(TokenTree::Ident(_)));
    let has_value = field.written.clone().into_iter().count() > field.name.clone().into_iter().count();
    (is_word && has_value).then_some((kind, name))
}

/// Whether the event has a field of that name which is more than a field.
pub(super) fn is_taken(schema: &Schema, own: &str) -> bool {
    schema.instruments_of(own).next().is_some() || schema.role(own) != Role::Plain
}

/// The metrics that fields declare, each with a name of its own.
pub(super) fn instruments(schema: &Schema, fields: &[Field], errors: &mut Errors) -> Vec<Instrument> {
    let mut instruments = Vec::new();
    let mut claims: Vec<Claim> =
        schema.instruments.iter().map(|instrument| instrument.claim(TokenStream::new())).collect();
    for (at, field) in fields.iter().enumerate() {
        let Some((kind, own)) = declared(field) else { continue };
        // One that stands twice is one mistake, and so is one that is there already.
        let is_second = fields.iter().take(at).any(|first| first.key == field.key);
        if is_second || is_taken(schema, own) {
            continue;
        }
        if let Some(instrument) = instrument(schema, field, kind, own, errors) {
            claims.push(instrument.claim(field.name.clone()));
            instruments.push(instrument);
        }
    }
    if !instruments.is_empty() {
        check_clash(&claims, errors);
    }
    instruments
}

fn instrument(
    schema: &Schema,
    field: &Field,
    kind: MetricKind,
    own: &str,
    errors: &mut Errors,
) -> Option<Instrument> {
    let written = MetricName::new(&field.name, Some(&default_prefix(&schema.stem, kind)), own);
    if !check_metric_name(&written, kind, errors) {
        return None;
    }
    let name = on_page(written.full(), kind);
    let unit = unit::of_name(name.strip_suffix("_total").unwrap_or(&name)).unwrap_or_default();
    let help = format!("Field `{own}` of events `{}`.", schema.name);
    Some(Instrument { kind, name, help, unit: unit.to_owned(), buckets: Vec::new(), field: own.to_owned() })
}
