//! `#[event(…)]` on a field: the metrics that it feeds, whether it is a label, how it is recorded.

use super::metric::{FieldMetric, Measured};
use crate::buckets::read_buckets;
use crate::derive::attribute;
use crate::derive::input::NamedField;
use crate::docs;
use crate::errors::Errors;
use crate::event::Role;
use crate::field::{Field, Recording};
use crate::form::{keep, key, text, unknown};
use crate::slot::Slot;
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{LitStr, Token, Type, parse_quote};

const KEYS: [&str; 11] = [
    "counter",
    "gauge",
    "histogram",
    "unit",
    "buckets",
    "label",
    "redact",
    "display",
    "debug",
    "positional",
    "rename",
];

pub(super) struct EventField<'a> {
    pub(super) ident: &'a Ident,
    pub(super) ty: &'a Type,
    /// Its key in the record.
    pub(super) key: String,
    /// What has chosen the key: `rename`, or the field itself.
    pub(super) key_place: TokenStream,
    pub(super) role: Role,
    pub(super) is_positional: bool,
    pub(super) metrics: Vec<FieldMetric>,
    pub(super) args: FieldArgs,
}

/// A word that stands alone.
pub(super) type Flag = Option<Slot<()>>;

#[derive(Default)]
pub(super) struct FieldArgs {
    pub(super) counter: Option<Slot<Option<LitStr>>>,
    pub(super) gauge: Option<Slot<Option<LitStr>>>,
    pub(super) histogram: Option<Slot<Option<LitStr>>>,
    pub(super) unit: Option<Slot<LitStr>>,
    pub(super) buckets: Option<Slot<Vec<f64>>>,
    pub(super) label: Flag,
    pub(super) redact: Flag,
    pub(super) display: Flag,
    pub(super) debug: Flag,
    pub(super) positional: Flag,
    pub(super) rename: Option<Slot<LitStr>>,
}

impl<'a> EventField<'a> {
    pub(super) fn read(
        NamedField { ident, field }: &NamedField<'a>,
        event: &str,
        stem: &str,
        errors: &mut Errors,
    ) -> Self {
        let args = FieldArgs::read(field, errors);
        let (key, key_place) = match &args.rename {
            Some(slot) => (slot.value.value(), slot.value.to_token_stream()),
            None => (ident.unraw().to_string(), ident.to_token_stream()),
        };
        let help = Some(docs::first_line(&field.attrs)).filter(|line| !line.is_empty());
        let help = help.unwrap_or_else(|| format!("Field `{key}` of events `{event}`."));
        let measured = Measured { stem, own: ident.unraw().to_string(), key: &key, help: &help };
        EventField {
            ident,
            ty: &field.ty,
            metrics: measured.metrics(&args, errors),
            role: match (&args.label, &args.redact) {
                (Some(_), _) => Role::Label,
                (None, Some(_)) => Role::Redacted,
                (None, None) => Role::Plain,
            },
            is_positional: args.positional.is_some(),
            key,
            key_place,
            args,
        }
    }

    /// Errors about its type point at it.
    pub(super) fn place(&self) -> Span {
        Span::mixed_site().located_at(self.ty.span())
    }

    /// The field as a call records it.
    pub(super) fn recorded(&self) -> Field {
        let (this, mut member) = (Ident::new("self", self.place()), self.ident.clone());
        member.set_span(member.span().located_at(self.ty.span()));
        let written = self.ident.to_token_stream();
        Field {
            key: self.key.clone(),
            recording: match (&self.args.display, &self.args.debug) {
                (Some(_), _) => Recording::Display,
                (None, Some(_)) => Recording::Debug,
                (None, None) => Recording::Plain,
            },
            value: parse_quote!(#this.#member),
            name: written.clone(),
            written,
        }
    }
}

impl FieldArgs {
    fn read(field: &syn::Field, errors: &mut Errors) -> Self {
        let mut args = FieldArgs::default();
        attribute::read(&field.attrs, "event", "counter", errors, |input, errors| args.piece(input, errors));
        args
    }

    fn piece(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let start = &input.fork();
        let key = key(input, "#[event]", &KEYS)?;
        match key.to_string().as_str() {
            "counter" => keep(&mut self.counter, &key, name(input, &key)?, (start, input), errors),
            "gauge" => keep(&mut self.gauge, &key, name(input, &key)?, (start, input), errors),
            "histogram" => keep(&mut self.histogram, &key, name(input, &key)?, (start, input), errors),
            "unit" => keep(&mut self.unit, &key, text(input, &key)?, (start, input), errors),
            "buckets" => {
                let bounds = read_buckets(input, &key, errors)?;
                keep(&mut self.buckets, &key, bounds, (start, input), errors)
            }
            "label" => keep(&mut self.label, &key, alone(input, &key)?, (start, input), errors),
            "redact" => keep(&mut self.redact, &key, alone(input, &key)?, (start, input), errors),
            "display" => keep(&mut self.display, &key, alone(input, &key)?, (start, input), errors),
            "debug" => keep(&mut self.debug, &key, alone(input, &key)?, (start, input), errors),
            "positional" => keep(&mut self.positional, &key, alone(input, &key)?, (start, input), errors),
            "rename" => keep(&mut self.rename, &key, text(input, &key)?, (start, input), errors),
            _ => Err(unknown(&key, "#[event]", &KEYS)),
        }
    }

    /// The metrics that the field feeds, as they were written.
    pub(super) fn metrics(&self) -> impl Iterator<Item = &Slot<Option<LitStr>>> {
        [&self.counter, &self.gauge, &self.histogram].into_iter().flatten()
    }
}

/// Nothing, or `= "name"`.
fn name(input: ParseStream<'_>, key: &Ident) -> syn::Result<Option<LitStr>> {
    if input.peek(Token![=]) { text(input, key).map(Some) } else { Ok(None) }
}

fn alone(input: ParseStream<'_>, key: &Ident) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(syn::Error::new(input.span(), format!("`{key}` takes no value; write `{key}` alone")))
}
