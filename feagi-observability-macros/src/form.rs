//! The forms that arguments come in: `key`, `key = value`, `key(options)`. Each error says what to write instead.

use crate::errors::Errors;
use crate::names::{listed, nearest};
use crate::pieces;
use crate::slot::{Slot, fill};
use proc_macro2::{Ident, TokenStream};
use std::fmt::Display;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, LitBool, LitStr, Path, Token, parenthesized};

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

/// Puts what was read between `start` and `end` into its place.
pub(crate) fn keep<T>(
    place: &mut Option<Slot<T>>,
    key: impl Display,
    value: T,
    (start, end): (ParseStream<'_>, ParseStream<'_>),
    errors: &mut Errors,
) -> syn::Result<()> {
    fill(place, &key.to_string(), Slot { written: pieces::between(start, end), value }, errors);
    Ok(())
}

/// `key = value`; `example` is what the error proposes.
pub(crate) fn set<T: Parse>(input: ParseStream<'_>, key: &Ident, example: &str) -> syn::Result<T> {
    set_with(input, key, example, T::parse)
}

pub(crate) fn set_with<T>(
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
pub(crate) fn text(input: ParseStream<'_>, key: &Ident) -> syn::Result<LitStr> {
    text_like(input, key, &format!("{key} = \"…\""))
}

/// The same with an example that says more.
pub(crate) fn text_like(input: ParseStream<'_>, key: &Ident, example: &str) -> syn::Result<LitStr> {
    set_with(input, key, example, |input| {
        input.parse().map_err(|error: syn::Error| {
            syn::Error::new(error.span(), format!("`{key}` needs a string; write `{example}`"))
        })
    })
}

/// `key = expression`.
pub(crate) fn expr(input: ParseStream<'_>, key: &Ident, example: &str) -> syn::Result<Expr> {
    set(input, key, example)
}

/// `crate = path`.
pub(crate) fn path(input: ParseStream<'_>, key: &Ident) -> syn::Result<Path> {
    let example = "crate = ::path::to::feagi_observability";
    set_with(input, key, example, |input| {
        Path::parse_mod_style(input).map_err(|error| {
            syn::Error::new(error.span(), format!("`crate` needs a path; write `{example}`"))
        })
    })
}

/// `key` alone.
pub(crate) fn bare(input: ParseStream<'_>, key: &Ident) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(input.error(format!("`{key}` takes no value; write `{key}`")))
}

/// `key`, `key = true`, `key = false`.
pub(crate) fn switch(input: ParseStream<'_>, key: &Ident) -> syn::Result<bool> {
    if !input.peek(Token![=]) {
        return bare(input, key).map(|()| true);
    }
    input.parse::<Token![=]>()?;
    let value = input.parse::<LitBool>();
    value.map(|value| value.value).map_err(|error| {
        syn::Error::new(error.span(), format!("`{key}` is on or off; write `{key}` or `{key} = false`"))
    })
}

/// The tokens inside `key(…)`.
pub(crate) fn list(input: ParseStream<'_>, key: &Ident, example: &str) -> syn::Result<TokenStream> {
    let tokens = list_or_empty(input, key, example)?;
    if tokens.is_empty() {
        return Err(syn::Error::new_spanned(key, format!("`{key}` has an empty list; write `{example}`")));
    }
    Ok(tokens)
}

/// The same where there may be none.
pub(crate) fn list_or_empty(input: ParseStream<'_>, key: &Ident, example: &str) -> syn::Result<TokenStream> {
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new_spanned(key, format!("`{key}` needs a list; write `{example}`")));
    }
    let content;
    parenthesized!(content in input);
    content.parse()
}

/// One of the options inside `key(…)`: its word, and the stream from there on and behind the word.
pub(crate) struct Choice<'a> {
    pub(crate) word: &'a Ident,
    pub(crate) start: ParseStream<'a>,
    pub(crate) input: ParseStream<'a>,
}

/// The options inside `key(…)`, each of which begins with a word; `read` takes those that it knows and says so.
pub(crate) fn options(
    tokens: TokenStream,
    key: &str,
    known: &[&str],
    errors: &mut Errors,
    mut read: impl FnMut(&Choice<'_>, &mut Errors) -> syn::Result<bool>,
) {
    pieces::read(tokens, errors, |input, errors| {
        if !input.peek(Ident::peek_any) {
            return Err(input.error(format!("expected an option; `{key}` takes {}", listed(known))));
        }
        let start = &input.fork();
        let option = Ident::parse_any(input)?;
        if read(&Choice { word: &option, start, input }, errors)? {
            return Ok(());
        }
        let meant =
            nearest(&option.to_string(), known).map_or(String::new(), |name| format!("write `{name}`; "));
        let message = format!("unknown option `{option}` of `{key}`; {meant}`{key}` takes {}", listed(known));
        Err(syn::Error::new_spanned(option, message))
    });
}

/// `metric`, `metric = "x"`, `metric = false`.
pub(crate) enum Metric {
    Shared,
    Named(LitStr),
    Off,
}

pub(crate) fn metric(input: ParseStream<'_>, key: &Ident) -> syn::Result<Metric> {
    if input.peek(Token![=]) && input.peek2(LitStr) {
        return text(input, key).map(Metric::Named);
    }
    let wanted = "`metric` needs a name or `false`; write `metric = \"…\"`, `metric = false`, or `metric` for the shared families";
    let value = switch(input, key).map_err(|error| syn::Error::new(error.span(), wanted))?;
    Ok(if value { Metric::Shared } else { Metric::Off })
}
