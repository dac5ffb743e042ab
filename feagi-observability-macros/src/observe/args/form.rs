//! The forms that arguments come in: `key`, `key = value`, `key(options)`. Each error says what to write instead.

use crate::errors::Errors;
use crate::names::{listed, nearest};
use crate::pieces;
use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, LitBool, LitStr, Path, Token, parenthesized};

/// `key = value`; `example` is what the error proposes.
pub(super) fn set<T: Parse>(input: ParseStream<'_>, key: &Ident, example: &str) -> syn::Result<T> {
    set_with(input, key, example, T::parse)
}

pub(super) fn set_with<T>(
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
pub(super) fn text(input: ParseStream<'_>, key: &Ident) -> syn::Result<LitStr> {
    text_like(input, key, &format!("{key} = \"…\""))
}

/// The same with an example that says more.
pub(super) fn text_like(input: ParseStream<'_>, key: &Ident, example: &str) -> syn::Result<LitStr> {
    set_with(input, key, example, |input| {
        input.parse().map_err(|error: syn::Error| {
            syn::Error::new(error.span(), format!("`{key}` needs a string; write `{example}`"))
        })
    })
}

/// `key = expression`.
pub(super) fn expr(input: ParseStream<'_>, key: &Ident, example: &str) -> syn::Result<Expr> {
    set(input, key, example)
}

/// `crate = path`.
pub(super) fn path(input: ParseStream<'_>, key: &Ident) -> syn::Result<Path> {
    let example = "crate = ::path::to::feagi_observability";
    set_with(input, key, example, |input| {
        Path::parse_mod_style(input).map_err(|error| {
            syn::Error::new(error.span(), format!("`crate` needs a path; write `{example}`"))
        })
    })
}

/// `key` alone.
pub(super) fn bare(input: ParseStream<'_>, key: &Ident) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(input.error(format!("`{key}` takes no value; write `{key}`")))
}

/// `key`, `key = true`, `key = false`.
pub(super) fn switch(input: ParseStream<'_>, key: &Ident) -> syn::Result<bool> {
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
pub(super) fn list(input: ParseStream<'_>, key: &Ident, example: &str) -> syn::Result<TokenStream> {
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new_spanned(key, format!("`{key}` needs a list; write `{example}`")));
    }
    let content;
    parenthesized!(content in input);
    let tokens: TokenStream = content.parse()?;
    if tokens.is_empty() {
        return Err(syn::Error::new_spanned(key, format!("`{key}` has an empty list; write `{example}`")));
    }
    Ok(tokens)
}

/// One of the options inside `key(…)`: its word, and the stream from there on and behind the word.
pub(super) struct Choice<'a> {
    pub(super) word: &'a Ident,
    pub(super) start: ParseStream<'a>,
    pub(super) input: ParseStream<'a>,
}

/// The options inside `key(…)`, each of which begins with a word; `read` takes those that it knows and says so.
pub(super) fn options(
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
