//! One metric: a field of the struct, with its kind, name, HELP, unit and buckets.

use crate::buckets::read_buckets;
use crate::derive::attribute;
use crate::derive::input::NamedField;
use crate::docs;
use crate::errors::Errors;
use crate::form::{keep, key, text, unknown};
use crate::metric_name::{Claim, MetricKind, MetricName, check_metric_name, check_unit, on_page};
use crate::slot::Slot;
use crate::unit;
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Field, Ident, LitStr, Type};

const KEYS: [&str; 4] = ["name", "help", "unit", "buckets"];

pub(super) struct Metric<'a> {
    field: &'a Ident,
    ty: &'a Type,
    kind: MetricKind,
    /// As it stands on a page.
    name: String,
    help: String,
    /// Empty where the name ends in none.
    unit: &'static str,
    /// Empty for those that fit the unit.
    buckets: Vec<f64>,
    /// What has chosen the name: `name`, or the field itself.
    place: TokenStream,
}

#[derive(Default)]
struct Args {
    name: Option<Slot<LitStr>>,
    help: Option<Slot<LitStr>>,
    unit: Option<Slot<LitStr>>,
    buckets: Option<Slot<Vec<f64>>>,
}

impl<'a> Metric<'a> {
    /// The metric of a field; none where its type is no handle, which is an error.
    pub(super) fn read(
        NamedField { ident, field }: &NamedField<'a>,
        prefix: Option<&str>,
        errors: &mut Errors,
    ) -> Option<Self> {
        let args = Args::read(field, errors);
        let kind = kind(&field.ty, errors)?;
        check_buckets(&args, kind, errors);
        check_help(&args, errors);
        let (own, place) = match &args.name {
            Some(slot) => (slot.value.value(), slot.value.to_token_stream()),
            None => (ident.unraw().to_string(), ident.to_token_stream()),
        };
        let written = MetricName::new(place, prefix, &own);
        let fine = check_metric_name(&written, kind, errors);
        let unit = args.unit.as_ref().and_then(|slot| unit::read(&slot.value, errors));
        let name = match unit.filter(|_| fine) {
            Some(unit) => check_unit(&written, kind, unit, errors),
            None => written.full().to_owned(),
        };
        let name = on_page(&name, kind);
        Some(Metric {
            field: ident,
            ty: &field.ty,
            kind,
            help: args.help.map_or_else(|| docs::first_line(&field.attrs), |slot| slot.value.value()),
            unit: unit::of_name(name.strip_suffix("_total").unwrap_or(&name)).unwrap_or_default(),
            buckets: args.buckets.map(|slot| slot.value).unwrap_or_default(),
            name,
            place: written.place,
        })
    }

    /// The name that it takes.
    pub(super) fn claim(&self) -> Claim {
        Claim {
            name: self.name.clone(),
            kind: self.kind,
            by: format!("field `{}`", self.field),
            place: self.place.clone(),
        }
    }
}

/// `(field (Type) "name" "help" "unit" [bounds])`, as the runtime's `register_metrics!` reads it.
impl ToTokens for Metric<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Metric { field, ty, name, help, unit, buckets, .. } = self;
        // Errors about the type point at it.
        let at = Span::mixed_site().located_at(ty.span());
        let bounds = buckets.iter().map(|bound| {
            let number = Literal::f64_unsuffixed(bound.abs());
            if bound.is_sign_negative() {
                quote_spanned!(at=> (-#number))
            } else {
                quote_spanned!(at=> (#number))
            }
        });
        tokens.extend(quote_spanned!(at=> (#field (#ty) #name #help #unit [#(#bounds)*])));
    }
}

impl Args {
    fn read(field: &Field, errors: &mut Errors) -> Self {
        let mut args = Args::default();
        attribute::read(&field.attrs, "metric", "name = \"…\"", errors, |input, errors| {
            args.piece(input, errors)
        });
        let message = "`#[metrics(…)]` describes the struct; on a field write `#[metric(…)]`";
        attribute::refuse(&field.attrs, "metrics", message, errors);
        args
    }

    fn piece(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let start = &input.fork();
        let key = key(input, "#[metric]", &KEYS)?;
        match key.to_string().as_str() {
            "name" => keep(&mut self.name, &key, text(input, &key)?, (start, input), errors),
            "help" => keep(&mut self.help, &key, text(input, &key)?, (start, input), errors),
            "unit" => keep(&mut self.unit, &key, text(input, &key)?, (start, input), errors),
            "buckets" => {
                let bounds = read_buckets(input, &key, errors)?;
                keep(&mut self.buckets, &key, bounds, (start, input), errors)
            }
            _ => Err(unknown(&key, "#[metric]", &KEYS)),
        }
    }
}

/// What the type's last word says. The compiler sees to it that it is ours.
fn kind(ty: &Type, errors: &mut Errors) -> Option<MetricKind> {
    let word = match ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        // A `$ty:ty` stands in an invisible group.
        Type::Group(group) => return kind(&group.elem, errors),
        Type::Paren(paren) => return kind(&paren.elem, errors),
        _ => None,
    };
    match word.as_deref() {
        Some("Counter") => Some(MetricKind::Counter),
        Some("Gauge") => Some(MetricKind::Gauge),
        Some("Histogram") => Some(MetricKind::Histogram),
        _ => {
            let message = "a metric is a `Counter`, a `Gauge` or a `Histogram`, with labels for instance \
                           `Counter<MyLabels>`; write one of these, or keep the field in another struct";
            errors.push(ty, message);
            None
        }
    }
}

/// Only a histogram sorts what it is given.
fn check_buckets(args: &Args, kind: MetricKind, errors: &mut Errors) {
    if let Some(buckets) = &args.buckets
        && kind != MetricKind::Histogram
    {
        let message = format!(
            "`buckets` are for histograms, and this is a {}; remove them, or make it a `Histogram`",
            kind.word()
        );
        errors.push(buckets, message);
    }
}

/// An empty HELP would hide the documentation's first line.
fn check_help(args: &Args, errors: &mut Errors) {
    if let Some(help) = &args.help
        && help.value.value().trim().is_empty()
    {
        let message = "`help` is empty; write something, or leave it out for the documentation's first line";
        errors.push(&help.value, message);
    }
}
