//! `#[observe]`: arguments and function in, the same function with an observed body out.

mod args;
mod check;
pub(crate) mod function;
pub(crate) mod model;
mod tokens;

use crate::errors::Errors;
use crate::fallback;
use args::Args;
pub(crate) use check::{check_field_count, check_field_keys};
use function::Function;
use model::Model;
use proc_macro2::TokenStream;

/// The whole way from the annotation's tokens to the expansion.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::read(arguments, &mut errors);
    let function = Function::read(item.clone(), "observe", &mut errors);
    if let Some(function) = &function {
        check::all(&args, function, &mut errors);
    }
    match (errors.finish(), function) {
        (Ok(()), Some(function)) => tokens::expand(&Model::new(args, &function), &function),
        (Ok(()), None) => item,
        (Err(errors), _) => fallback::item(&errors, &item),
    }
}

#[cfg(test)]
mod tests;
