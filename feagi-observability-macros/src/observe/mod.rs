//! `#[observe]`: arguments and function in, the same function with an observed body out. And its block forms, whose arguments
//! are the same.

mod args;
mod block;
mod boxed;
mod check;
mod container;
mod function;
mod items;
mod model;
mod selection;
mod suspension;
mod tokens;

use crate::errors::Errors;
use crate::fallback;
use args::Args;
pub(crate) use block::{expand_block, expand_profile};
pub(crate) use check::{check_field_count, check_field_keys};
use function::Function;
use model::Model;
use proc_macro2::TokenStream;

/// The whole way from the annotation's tokens to the expansion.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if let Some(container) = container::find(&item) {
        return container::expand(arguments, &container);
    }
    let mut errors = Errors::default();
    let args = Args::read(arguments, &mut errors);
    let function = Function::read(item.clone(), &mut errors);
    let boxed = function.as_ref().and_then(boxed::find);
    if let Some(judged) = boxed.as_ref().map(|boxed| &boxed.judged).or(function.as_ref()) {
        check::all(&args, judged, &mut errors);
    }
    match (errors.finish(), function, boxed) {
        (Ok(()), Some(function), Some(boxed)) => boxed.expand(Model::new(args, &boxed.judged), &function),
        (Ok(()), Some(function), None) => tokens::expand(&Model::new(args, &function), &function),
        (Ok(()), None, _) => item,
        (Err(errors), ..) => fallback::item(&errors, &item),
    }
}

#[cfg(test)]
mod tests;
