//! What stands in an event macro's parentheses, by the grammar of `tracing::info!`: `crate = path` and `target: "…"` first, then
//! fields, the message last, after a comma or a semicolon. Some events begin with values without names.

use super::schema::Schema;
use crate::errors::Errors;
use crate::field::{Field, Recording};
use crate::names::listed;
use crate::pieces;
use proc_macro2::{Punct, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Ident, LitStr, Path, Token};

#[derive(Default)]
pub(crate) struct Args {
    pub(crate) runtime: Option<Path>,
    pub(crate) target: Option<LitStr>,
    pub(crate) fields: Vec<Field>,
    /// The format string and its arguments.
    pub(crate) message: Option<TokenStream>,
}

impl Args {
    /// Reads what can be read; the rest becomes errors.
    pub(crate) fn read(schema: &Schema, input: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Args::default();
        let mut rest = TokenStream::new();
        let head = |input: ParseStream<'_>| {
            args.head(input)?;
            rest = input.parse()?;
            Ok(())
        };
        if let Err(error) = head.parse2(input) {
            errors.absorb(error);
        }
        let (fields, message) = split_message(rest);
        let positional = schema.positional();
        let mut given = Some(0);
        pieces::read(fields, errors, |input, _| {
            let place = given.and_then(|at| Some((at, *positional.get(at)?)));
            match place {
                Some((at, name)) => {
                    // One mistake here is not made an error of every piece that follows.
                    given = None;
                    args.fields.push(positional_field(schema, name, input)?);
                    given = Some(at + 1);
                    Ok(())
                }
                None => args.piece(input),
            }
        });
        if given.is_some_and(|given| given < positional.len()) {
            errors.absorb(syn::Error::new(Span::call_site(), wanted(schema)));
        }
        if let Some((semicolon, message)) = message {
            args.message_behind(&semicolon, message, errors);
        }
        args
    }

    pub(super) fn head(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.peek(Token![crate]) && input.peek2(Token![=]) {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            self.runtime = Some(input.call(Path::parse_mod_style)?);
            input.parse::<Option<Token![,]>>()?;
        }
        if input.peek(Ident) && input.peek2(Token![:]) && !input.peek2(Token![::]) {
            let word: Ident = input.parse()?;
            if word != "target" {
                let message =
                    format!("`{word}:` is not known here; only `target: \"…\"` can stand before the fields");
                return Err(syn::Error::new_spanned(word, message));
            }
            input.parse::<Token![:]>()?;
            let target = input.parse::<LitStr>();
            self.target = Some(target.map_err(|error| {
                syn::Error::new(error.span(), "`target` needs a string; write `target: \"…\",`")
            })?);
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    }

    fn piece(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.peek(LitStr) && !input.peek2(Token![=]) {
            // All that is left. (Parsed as a `TokenStream` it would end in another buffer, where a fork cannot be followed.)
            let mut message = TokenStream::new();
            while !input.is_empty() {
                message.extend([input.parse::<TokenTree>()?]);
            }
            self.message = Some(message);
            return Ok(());
        }
        if input.peek(Ident) && input.peek2(Token![:]) && !input.peek2(Token![::]) {
            return Err(input.error("`target: \"…\"` comes first, and a field is `key = value`"));
        }
        let field = input.parse()?;
        self.fields.push(field);
        Ok(())
    }

    /// Behind a semicolon there is the message and nothing else.
    fn message_behind(&mut self, semicolon: &Punct, message: TokenStream, errors: &mut Errors) {
        let (message, another) = split_message(message);
        let is_text = syn::parse::Parser::parse2(
            |input: ParseStream<'_>| {
                let is_text = input.peek(LitStr) && !input.peek2(Token![=]);
                input.parse::<TokenStream>().map(|_| is_text)
            },
            message.clone(),
        );
        if let Some((another, _)) = another {
            errors.push(another, "`;` stands once, before the message; write `,` between fields");
        } else if !is_text.unwrap_or_default() {
            let place = if message.is_empty() { semicolon.to_token_stream() } else { message };
            errors.push(place, "behind `;` comes the message; write `; \"…\"`, or `,` between fields");
        } else if self.message.is_some() {
            errors.push(semicolon, "the message stands before this `;` already; keep one of the two");
        } else {
            self.message = Some(message);
        }
    }
}

/// What stands before the first `;`, the `;`, and what stands behind it.
fn split_message(tokens: TokenStream) -> (TokenStream, Option<(Punct, TokenStream)>) {
    let mut tokens = tokens.into_iter();
    let mut fields = TokenStream::new();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ';' => {
                return (fields, Some((punct, tokens.collect())));
            }
            token => fields.extend([token]),
        }
    }
    (fields, None)
}

/// A value without its name, which is known from its place.
fn positional_field(schema: &Schema, name: &str, input: ParseStream<'_>) -> syn::Result<Field> {
    let start = input.fork();
    let has_key =
        (input.peek(Ident) || input.peek(LitStr)) && input.peek2(Token![=]) && !input.peek2(Token![==]);
    if has_key {
        let message = format!("expected the value of `{name}` without its name: {}", wanted(schema));
        return Err(syn::Error::new(input.span(), message));
    }
    let recording = if input.parse::<Option<Token![%]>>()?.is_some() {
        Recording::Display
    } else if input.parse::<Option<Token![?]>>()?.is_some() {
        Recording::Debug
    } else {
        Recording::Plain
    };
    let value: Expr = input.parse()?;
    let written = pieces::between(&start, input);
    Ok(Field { key: name.to_owned(), recording, value, name: written.clone(), written })
}

fn wanted(schema: &Schema) -> String {
    let positional = schema.positional();
    let example: Vec<String> = positional.iter().map(|name| format!("{name}, ")).collect();
    format!(
        "an event `{}` begins with the value{} of {}; write `({}key = value)`",
        schema.name,
        if positional.len() == 1 { "" } else { "s" },
        listed(&positional),
        example.concat()
    )
}
