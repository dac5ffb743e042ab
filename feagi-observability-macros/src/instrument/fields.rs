//! The fields of `#[instrument(fields(…))]` as `tracing` has them: without a value and a sigil a field is empty, to be recorded later.

use crate::errors::Errors;
use crate::form::list_or_empty;
use crate::pieces;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, LitStr, Token, braced};

/// One field of the span.
pub(crate) struct Field {
    pub(crate) key: Key,
    pub(crate) recording: Recording,
    pub(crate) value: Value,
}

pub(crate) enum Value {
    /// To be recorded later.
    Empty,
    /// An argument of the function that its author did not name here, and its type where it can be written.
    Argument(Ident, Option<TokenStream>),
    Written(TokenStream),
}

pub(crate) enum Key {
    /// `a`, `a.b`.
    Dotted(Punctuated<Ident, Token![.]>),
    /// `"text"`.
    Text(LitStr),
    /// `{ CONSTANT }`.
    Constant(Expr),
}

/// How a value is recorded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recording {
    /// By `tracing`'s `Value`.
    Value,
    /// `%`
    Display,
    /// `?`
    Debug,
}

impl Recording {
    fn parse(input: ParseStream<'_>) -> syn::Result<Option<Self>> {
        if input.parse::<Option<Token![%]>>()?.is_some() {
            return Ok(Some(Recording::Display));
        }
        Ok(input.parse::<Option<Token![?]>>()?.map(|_| Recording::Debug))
    }

    /// The runtime's function that makes `tracing` record so, placed where the value is.
    pub(crate) fn word(self, place: Span) -> Ident {
        let word = match self {
            Recording::Value => "traced_value",
            Recording::Display => "traced_display",
            Recording::Debug => "traced_debug",
        };
        Ident::new(word, place)
    }
}

impl Key {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(syn::token::Brace) {
            let constant;
            braced!(constant in input);
            return constant.parse().map(Key::Constant);
        }
        if input.peek(LitStr) {
            return input.parse().map(Key::Text);
        }
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected a field; write `name`, `%name`, `?name` or `key = value`"));
        }
        Punctuated::parse_separated_nonempty_with(input, Ident::parse_any).map(Key::Dotted)
    }

    /// Whether it takes the place of the argument of that name.
    pub(crate) fn replaces(&self, argument: &Ident) -> bool {
        match self {
            // Keys are compared as `tracing` does: the first part, where it is also the last.
            Key::Dotted(parts) => parts.first() == parts.last() && parts.first() == Some(argument),
            Key::Text(text) => *argument == text.value(),
            Key::Constant(_) => false,
        }
    }

    /// The text, as a constant expression.
    pub(crate) fn text(&self) -> TokenStream {
        match self {
            Key::Dotted(parts) => {
                let parts: Vec<String> = parts.iter().map(|part| part.unraw().to_string()).collect();
                parts.join(".").to_token_stream()
            }
            Key::Text(text) => text.to_token_stream(),
            Key::Constant(constant) => constant.to_token_stream(),
        }
    }
}

impl ToTokens for Key {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Key::Dotted(parts) => parts.to_tokens(tokens),
            Key::Text(text) => text.to_tokens(tokens),
            Key::Constant(constant) => tokens.extend(quote!({ #constant })),
        }
    }
}

impl Parse for Field {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let before = Recording::parse(input)?;
        let key = Key::parse(input)?;
        if input.parse::<Option<Token![=]>>()?.is_some() {
            let recording = Recording::parse(input)?.or(before).unwrap_or(Recording::Value);
            if input.is_empty() || input.peek(Token![,]) {
                return Err(input
                    .error(format!("`{} =` needs a value", crate::slot::written(&key.to_token_stream()))));
            }
            let value: Expr = input.parse()?;
            return Ok(Field { key, recording, value: Value::Written(value.to_token_stream()) });
        }
        match (before, &key) {
            (None, _) => Ok(Field { key, recording: Recording::Value, value: Value::Empty }),
            (Some(recording), Key::Dotted(path)) => {
                let value = Value::Written(path.to_token_stream());
                Ok(Field { key, recording, value })
            }
            (Some(_), _) => {
                Err(syn::Error::new_spanned(&key, "a key that is not a name needs a value; write `key = …`"))
            }
        }
    }
}

/// `fields(…)`.
pub(super) fn fields(input: ParseStream<'_>, key: &Ident, errors: &mut Errors) -> syn::Result<Vec<Field>> {
    let list = list_or_empty(input, key, "fields(a, %b, ?c, key = value)")?;
    let mut fields = Vec::new();
    pieces::read(list, errors, |input, _| {
        fields.push(input.parse()?);
        Ok(())
    });
    Ok(fields)
}
