//! What an event is: its name, its line and which of its fields are metrics. Kinds are declared here, never guessed from a value.
//!
//! Made by `#[derive(Event)]`, written into the macros that it generates, and read back from there by [`event!`](super::expand).

use crate::metric_name::{Claim, MetricKind};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::{Ident, LitStr, bracketed, parenthesized};

/// One kind of event.
pub(crate) struct Schema {
    pub(crate) name: String,
    /// What the names of metrics begin with that have none of their own.
    pub(crate) stem: String,
    /// Empty for the module's path.
    pub(crate) target: String,
    /// The line's text where the call gives none.
    pub(crate) message: String,
    /// HELP of the event itself.
    pub(crate) help: String,
    pub(crate) instruments: Vec<Instrument>,
    /// Fields that are more than a field.
    pub(crate) fields: Vec<SchemaField>,
}

/// One metric that an event feeds.
#[derive(Clone)]
pub(crate) struct Instrument {
    pub(crate) kind: MetricKind,
    /// As it stands on a page.
    pub(crate) name: String,
    pub(crate) help: String,
    /// The base unit that the name ends in; empty if it ends in none.
    pub(crate) unit: String,
    /// Empty for those that fit the unit.
    pub(crate) buckets: Vec<f64>,
    /// The field whose value it takes; empty if it takes one for each event.
    pub(crate) field: String,
}

pub(crate) struct SchemaField {
    pub(crate) key: String,
    pub(crate) role: Role,
    /// Whether it is written without its name, before the others.
    pub(crate) is_positional: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Plain,
    Label,
    /// Its value is nobody's business.
    Redacted,
}

const KINDS: [(&str, MetricKind); 3] =
    [("Counter", MetricKind::Counter), ("Gauge", MetricKind::Gauge), ("Histogram", MetricKind::Histogram)];

const ROLES: [(&str, Role); 3] =
    [("plain", Role::Plain), ("label", Role::Label), ("redacted", Role::Redacted)];

impl Schema {
    /// The metrics that a field feeds.
    pub(crate) fn instruments_of<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Instrument> {
        self.instruments.iter().filter(move |instrument| instrument.field == key)
    }

    pub(crate) fn role(&self, key: &str) -> Role {
        self.fields.iter().find(|field| field.key == key).map_or(Role::Plain, |field| field.role)
    }

    /// The fields that are written without their names, in that order.
    pub(crate) fn positional(&self) -> Vec<&str> {
        let positional = self.fields.iter().filter(|field| field.is_positional);
        positional.map(|field| field.key.as_str()).collect()
    }

    pub(crate) fn labels(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|field| field.role == Role::Label).map(|field| field.key.as_str())
    }
}

impl Instrument {
    /// The variant of the runtime's `InstrumentKind`.
    pub(crate) fn variant(&self) -> Ident {
        let name = KINDS.iter().find(|(_, kind)| *kind == self.kind).map_or("Counter", |(name, _)| name);
        Ident::new(name, Span::mixed_site())
    }

    /// The name that it takes.
    pub(crate) fn claim(&self, place: TokenStream) -> Claim {
        let by = match self.field.as_str() {
            "" => "the event itself".to_owned(),
            field => format!("field `{field}`"),
        };
        Claim { name: self.name.clone(), kind: self.kind, by, place }
    }
}

/// Bounds as the tokens of a list's elements.
pub(crate) fn bounds(buckets: &[f64]) -> impl Iterator<Item = TokenStream> {
    buckets.iter().map(|bound| {
        let number = Literal::f64_unsuffixed(bound.abs());
        if bound.is_sign_negative() { quote!(-#number) } else { quote!(#number) }
    })
}

impl ToTokens for Schema {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Schema { name, stem, target, message, help, instruments, fields } = self;
        tokens.extend(quote_spanned! {Span::mixed_site()=>
            #name #stem #target #message #help [#(#instruments)*] [#(#fields)*]
        });
    }
}

impl Parse for Schema {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Schema {
            name: text(input)?,
            stem: text(input)?,
            target: text(input)?,
            message: text(input)?,
            help: text(input)?,
            instruments: list(input)?,
            fields: list(input)?,
        })
    }
}

impl ToTokens for Instrument {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (kind, Instrument { name, help, unit, field, .. }) = (self.variant(), self);
        let buckets: Vec<String> = self.buckets.iter().map(f64::to_string).collect();
        let buckets = buckets.join(" ");
        tokens.extend(quote!((#kind #name #help #unit #buckets #field)));
    }
}

impl Parse for Instrument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let parts;
        parenthesized!(parts in input);
        Ok(Instrument {
            kind: word(&parts, &KINDS)?,
            name: text(&parts)?,
            help: text(&parts)?,
            unit: text(&parts)?,
            buckets: text(&parts)?.split_whitespace().filter_map(|bound| bound.parse().ok()).collect(),
            field: text(&parts)?,
        })
    }
}

impl ToTokens for SchemaField {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (key, is_positional) = (&self.key, self.is_positional);
        let role = ROLES.iter().find(|(_, role)| *role == self.role).map_or("plain", |(name, _)| name);
        let role = Ident::new(role, Span::mixed_site());
        tokens.extend(quote!((#role #key #is_positional)));
    }
}

impl Parse for SchemaField {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let parts;
        parenthesized!(parts in input);
        Ok(SchemaField {
            role: word(&parts, &ROLES)?,
            key: text(&parts)?,
            is_positional: parts.parse::<syn::LitBool>()?.value,
        })
    }
}

fn text(input: ParseStream<'_>) -> syn::Result<String> {
    input.parse().map(|text: LitStr| text.value())
}

fn list<T: Parse>(input: ParseStream<'_>) -> syn::Result<Vec<T>> {
    let all;
    bracketed!(all in input);
    let mut parsed = Vec::new();
    while !all.is_empty() {
        parsed.push(all.parse()?);
    }
    Ok(parsed)
}

fn word<T: Copy>(input: ParseStream<'_>, known: &[(&str, T)]) -> syn::Result<T> {
    let word: Ident = input.parse()?;
    let found = known.iter().find(|(name, _)| word == name).map(|(_, value)| *value);
    found.ok_or_else(|| syn::Error::new_spanned(word, "not a word of a schema"))
}
