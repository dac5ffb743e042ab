//! Comma-separated pieces, read so that a mistake in one does not hide the mistakes in the others.

use crate::errors::Errors;
use proc_macro2::{TokenStream, TokenTree};
use syn::Token;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};

/// Calls `piece` at the start of every piece. Where it fails, or leaves something before the comma, the error is kept and
/// reading goes on behind the next comma.
pub(crate) fn read(
    tokens: TokenStream,
    errors: &mut Errors,
    mut piece: impl FnMut(ParseStream<'_>, &mut Errors) -> syn::Result<()>,
) {
    let all = |input: ParseStream<'_>| {
        while !input.is_empty() {
            let ahead = input.fork();
            match piece(&ahead, errors).and_then(|()| comma_or_end(&ahead)) {
                Ok(()) => input.advance_to(&ahead),
                Err(error) => {
                    errors.absorb(error);
                    skip(input)?;
                }
            }
        }
        Ok(())
    };
    if let Err(error) = all.parse2(tokens) {
        errors.absorb(error);
    }
}

fn comma_or_end(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() {
        return Ok(());
    }
    match input.parse::<Option<Token![,]>>()? {
        Some(_) => Ok(()),
        None => Err(input.error("expected `,`")),
    }
}

fn skip(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    input.parse::<Option<Token![,]>>().map(drop)
}

/// The tokens between `start` and `end`, two positions of one stream.
pub(crate) fn between(start: ParseStream<'_>, end: ParseStream<'_>) -> TokenStream {
    let mut cursor = start.cursor();
    let mut tokens = TokenStream::new();
    while cursor != end.cursor() {
        let Some((token, next)) = cursor.token_tree() else { break };
        tokens.extend([token]);
        cursor = next;
    }
    tokens
}
