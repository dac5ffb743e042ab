//! Which arguments may stand where. Receives an annotation's tokens, refuses those that make no sense at its place, and gives
//! the rest to be read as on a function.

use super::args::KEYS;
use crate::errors::Errors;
use crate::names::listed;
use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

/// What a container takes: what can hold for many functions at once. Everything else is one function's.
const FOR_MANY: [&str; 11] =
    ["level", "target", "args", "metric", "in_flight", "err", "log", "profile", "budget", "sample", "crate"];

/// What a block does not take: it is left by `?`, `break` and `return` as much as by its value, and has no parameters.
const NOT_FOR_BLOCKS: [&str; 5] = ["args", "err", "ret", "ok_if", "error_if"];

/// One argument's tokens, without its comma.
pub(super) struct Piece {
    /// The first token, as text; `name` of a literal.
    pub(super) key: String,
    pub(super) tokens: TokenStream,
}

/// The arguments of a container, without those that belong to one function.
pub(super) fn for_many(arguments: TokenStream, container: &str, errors: &mut Errors) -> Vec<Piece> {
    keep(arguments, errors, |key| {
        (KEYS.contains(&key) && key != "skip" && !FOR_MANY.contains(&key)).then(|| {
            format!(
                "`{key}` is for one function, and {container} may hold many; put `#[observe({key} …)]` on the function itself, \
                 and keep {} here",
                listed(&FOR_MANY)
            )
        })
    })
}

/// The arguments of a block, without those that need a function.
pub(super) fn for_block(arguments: TokenStream, called: &str, errors: &mut Errors) -> Vec<Piece> {
    keep(arguments, errors, |key| {
        NOT_FOR_BLOCKS.contains(&key).then(|| {
            format!(
                "`{key}` is for functions: it does not apply to `{called}`, whose block may be left without a value; remove it, \
                 or put the block into a function with `#[observe({key})]`"
            )
        })
    })
}

/// Splits the arguments; those that `refuse` has words for become errors.
fn keep(arguments: TokenStream, errors: &mut Errors, refuse: impl Fn(&str) -> Option<String>) -> Vec<Piece> {
    let mut pieces = split(arguments);
    pieces.retain(|piece| match refuse(&piece.key) {
        Some(message) => {
            errors.push(&piece.tokens, message);
            false
        }
        None => true,
    });
    pieces
}

fn split(arguments: TokenStream) -> Vec<Piece> {
    let mut pieces: Vec<TokenStream> = vec![TokenStream::new()];
    for token in arguments {
        match (&token, pieces.last_mut()) {
            (TokenTree::Punct(punct), _) if punct.as_char() == ',' => pieces.push(TokenStream::new()),
            (_, Some(last)) => last.extend([token]),
            (_, None) => {}
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces.into_iter().map(|tokens| Piece { key: key(&tokens), tokens }).collect()
}

fn key(tokens: &TokenStream) -> String {
    match tokens.clone().into_iter().next() {
        Some(TokenTree::Literal(_)) => String::from("name"),
        Some(token) => token.to_string(),
        None => String::new(),
    }
}

/// The arguments as they were written.
pub(super) fn joined<'p>(pieces: impl IntoIterator<Item = &'p Piece>) -> TokenStream {
    let tokens = pieces.into_iter().map(|piece| &piece.tokens);
    quote!(#(#tokens),*)
}
