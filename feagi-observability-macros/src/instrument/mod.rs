//! `#[instrument]`: what `tracing::instrument` takes, with its meaning, in; the same function with one `tracing` span around its body
//! and a call of our runtime at that span out.

mod args;
mod check;
mod fields;
mod model;
mod parameters;
mod tail;
mod tokens;

use crate::errors::Errors;
use crate::fallback;
use crate::observe::function::Function;
use args::Args;
use model::Model;
use proc_macro2::TokenStream;

/// The whole way from the annotation's tokens to the expansion.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::read(arguments, &mut errors);
    let function = Function::read(item.clone(), "instrument", &mut errors);
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
