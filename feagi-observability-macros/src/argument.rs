//! One argument of an attribute, `key = value`: its parts, and what is said where one of them is missing.
//!
//! Receives the tokens of one piece, gives values to the attribute's own list of slots.

use crate::errors::Errors;
use crate::names::{listed, nearest};
use crate::pieces;
use crate::slot::{Slot, fill};
use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{LitStr, Path, Token};

/// The key that a piece starts with. `attribute` is how the author writes the whole, `keys` is what it takes.
pub(crate) fn key(input: ParseStream<'_>, attribute: &str, keys: &[&str]) -> syn::Result<Ident> {
    if input.peek(Ident::peek_any) {
        return Ident::parse_any(input);
    }
    Err(input.error(format!("expected an argument; `{attribute}` takes {}", listed(keys))))
}

/// The error for a key that `attribute` does not take: the nearest that it does, and all of them.
pub(crate) fn unknown(key: &Ident, attribute: &str, keys: &[&str]) -> syn::Error {
    let meant = nearest(&key.to_string(), keys).map_or(String::new(), |name| format!("write `{name}`; "));
    let message = format!("unknown argument `{key}`; {meant}`{attribute}` takes {}", listed(keys));
    syn::Error::new_spanned(key, message)
}

/// Puts what was read between `start` and `end` into its slot.
pub(crate) fn keep<T>(
    place: &mut Option<Slot<T>>,
    key: &Ident,
    value: T,
    (start, end): (ParseStream<'_>, ParseStream<'_>),
    errors: &mut Errors,
) -> syn::Result<()> {
    fill(place, &key.to_string(), Slot { written: pieces::between(start, end), value }, errors);
    Ok(())
}

/// `= …` behind the key; `example` is what the error proposes.
pub(crate) fn value<T>(
    input: ParseStream<'_>,
    key: &Ident,
    example: &str,
    parse: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<T> {
    let missing = || syn::Error::new_spanned(key, format!("`{key}` needs a value; write `{example}`"));
    input.parse::<Option<Token![=]>>()?.ok_or_else(missing)?;
    if input.is_empty() || input.peek(Token![,]) {
        return Err(missing());
    }
    parse(input)
}

/// `key = "…"`.
pub(crate) fn text(input: ParseStream<'_>, key: &Ident) -> syn::Result<LitStr> {
    let example = format!("{key} = \"…\"");
    value(input, key, &example, |input| {
        input.parse().map_err(|error: syn::Error| {
            syn::Error::new(error.span(), format!("`{key}` needs a string; write `{example}`"))
        })
    })
}

/// `crate = path`.
pub(crate) fn path(input: ParseStream<'_>, key: &Ident) -> syn::Result<Path> {
    let example = "crate = ::path::to::feagi_observability";
    value(input, key, example, |input| {
        Path::parse_mod_style(input).map_err(|error| {
            syn::Error::new(error.span(), format!("`crate` needs a path; write `{example}`"))
        })
    })
}
