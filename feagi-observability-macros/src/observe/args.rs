//! The arguments of `#[observe(…)]` as syntax: which there are and what stands in each. What they mean is the model's.

use crate::errors::Errors;
use crate::field::Field;
use crate::level::WrittenLevel;
use crate::names::{listed, nearest};
use crate::pieces;
use crate::slot::{Slot, fill};
use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{LitBool, LitStr, Path, Token, parenthesized};

/// Every key, in the order of the documentation.
pub(super) const KEYS: [&str; 10] =
    ["name", "level", "target", "fields", "metric", "help", "profile", "err", "crate", "skip"];

const NO_CONTAINER: &str = "`skip` leaves one item out of an `impl` block, trait or module with `#[observe]`, and this stands in none; \
                            remove the annotation, or put `#[observe]` on what holds the item";

#[derive(Default)]
pub(crate) struct Args {
    pub(crate) name: Option<Slot<LitStr>>,
    pub(crate) level: Option<Slot<WrittenLevel>>,
    pub(crate) target: Option<Slot<LitStr>>,
    pub(crate) fields: Option<Slot<Vec<Field>>>,
    pub(crate) metric: Option<Slot<Metric>>,
    pub(crate) help: Option<Slot<LitStr>>,
    pub(crate) profile: Option<Slot<bool>>,
    pub(crate) err: Option<Slot<()>>,
    pub(crate) runtime: Option<Slot<Path>>,
}

/// `metric`, `metric = "x"`, `metric = false`.
pub(crate) enum Metric {
    Shared,
    Named(LitStr),
    Off,
}

impl Args {
    /// Reads what can be read; the rest becomes errors.
    pub(crate) fn read(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Args::default();
        pieces::read(tokens, errors, |input, errors| args.piece(input, errors));
        args
    }

    fn piece(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let start = &input.fork();
        if input.peek(LitStr) {
            let value = input.parse()?;
            return keep(&mut self.name, "name", value, start, input, errors);
        }
        if !input.peek(Ident::peek_any) {
            return Err(input.error(format!("expected an argument; `#[observe]` takes {}", listed(&KEYS))));
        }
        let key = Ident::parse_any(input)?;
        match key.to_string().as_str() {
            "name" => keep(&mut self.name, "name", text(input, &key)?, start, input, errors),
            "level" => {
                keep(&mut self.level, "level", set(input, &key, "level = \"info\"")?, start, input, errors)
            }
            "target" => keep(&mut self.target, "target", text(input, &key)?, start, input, errors),
            "fields" => keep(&mut self.fields, "fields", fields(input, &key, errors)?, start, input, errors),
            "metric" => keep(&mut self.metric, "metric", metric(input, &key)?, start, input, errors),
            "help" => keep(&mut self.help, "help", text(input, &key)?, start, input, errors),
            "profile" => keep(&mut self.profile, "profile", switch(input, &key)?, start, input, errors),
            "err" => keep(&mut self.err, "err", bare(input, &key)?, start, input, errors),
            "crate" => keep(&mut self.runtime, "crate", path(input, &key)?, start, input, errors),
            // A container takes it away before it is read.
            "skip" => Err(syn::Error::new_spanned(key, NO_CONTAINER)),
            _ => Err(unknown(&key)),
        }
    }
}

fn keep<T>(
    place: &mut Option<Slot<T>>,
    key: &str,
    value: T,
    start: ParseStream<'_>,
    end: ParseStream<'_>,
    errors: &mut Errors,
) -> syn::Result<()> {
    fill(place, key, Slot { written: pieces::between(start, end), value }, errors);
    Ok(())
}

fn unknown(key: &Ident) -> syn::Error {
    let meant = nearest(&key.to_string(), &KEYS).map_or(String::new(), |name| format!("write `{name}`; "));
    let message = format!("unknown argument `{key}`; {meant}`#[observe]` takes {}", listed(&KEYS));
    syn::Error::new_spanned(key, message)
}

/// `key = value`; `example` is what the error proposes.
fn set<T: Parse>(input: ParseStream<'_>, key: &Ident, example: &str) -> syn::Result<T> {
    set_with(input, key, example, T::parse)
}

fn set_with<T>(
    input: ParseStream<'_>,
    key: &Ident,
    example: &str,
    parse: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<T> {
    if !input.peek(Token![=]) {
        return Err(syn::Error::new_spanned(key, format!("`{key}` needs a value; write `{example}`")));
    }
    input.parse::<Token![=]>()?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(syn::Error::new_spanned(key, format!("`{key}` needs a value; write `{example}`")));
    }
    parse(input)
}

/// `key = "…"`.
fn text(input: ParseStream<'_>, key: &Ident) -> syn::Result<LitStr> {
    let example = format!("{key} = \"…\"");
    set_with(input, key, &example, |input| {
        input.parse().map_err(|error: syn::Error| {
            syn::Error::new(error.span(), format!("`{key}` needs a string; write `{example}`"))
        })
    })
}

/// `crate = path`.
fn path(input: ParseStream<'_>, key: &Ident) -> syn::Result<Path> {
    let example = "crate = ::path::to::feagi_observability";
    set_with(input, key, example, |input| {
        Path::parse_mod_style(input).map_err(|error| {
            syn::Error::new(error.span(), format!("`crate` needs a path; write `{example}`"))
        })
    })
}

/// `key` alone.
fn bare(input: ParseStream<'_>, key: &Ident) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(input.error(format!("`{key}` takes no value; write `{key}`")))
}

/// `key`, `key = true`, `key = false`.
fn switch(input: ParseStream<'_>, key: &Ident) -> syn::Result<bool> {
    if !input.peek(Token![=]) {
        return bare(input, key).map(|()| true);
    }
    input.parse::<Token![=]>()?;
    let value = input.parse::<LitBool>();
    value.map(|value| value.value).map_err(|error| {
        syn::Error::new(error.span(), format!("`{key}` is on or off; write `{key}` or `{key} = false`"))
    })
}

fn metric(input: ParseStream<'_>, key: &Ident) -> syn::Result<Metric> {
    if input.peek(Token![=]) && input.peek2(LitStr) {
        return text(input, key).map(Metric::Named);
    }
    let wanted = "`metric` needs a name or `false`; write `metric = \"…\"`, `metric = false`, or `metric` for the shared families";
    let value = switch(input, key).map_err(|error| syn::Error::new(error.span(), wanted))?;
    Ok(if value { Metric::Shared } else { Metric::Off })
}

/// `fields(…)`.
fn fields(input: ParseStream<'_>, key: &Ident, errors: &mut Errors) -> syn::Result<Vec<Field>> {
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new_spanned(
            key,
            "`fields` needs a list; write `fields(a, %b, ?c, key = value)`",
        ));
    }
    let list;
    parenthesized!(list in input);
    let mut fields = Vec::new();
    pieces::read(list.parse()?, errors, |input, _| {
        fields.push(input.parse()?);
        Ok(())
    });
    Ok(fields)
}
