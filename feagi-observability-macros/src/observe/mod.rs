//! `#[observe]`: arguments and function in, the same function with an observed body out.

mod args;
mod check;
mod function;
mod model;
mod parameters;
mod recorded;
mod tokens;

use crate::errors::Errors;
use crate::fallback;
use args::Args;
pub(crate) use check::{MAX_FIELDS, check_field_count, check_field_keys};
use function::Function;
use model::Model;
use proc_macro2::TokenStream;
use recorded::Recorded;

/// The whole way from the annotation's tokens to the expansion.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut args = Args::read(arguments, &mut errors);
    let Some(function) = Function::read(item.clone(), &mut errors) else {
        return errors.finish().map_or_else(|errors| fallback::item(&errors, &item), |()| item.clone());
    };
    let recorded = Recorded::gather(&mut args, &function, &mut errors);
    check::all(&args, &recorded, &function, &mut errors);
    match errors.finish() {
        Ok(()) => tokens::expand(&Model::new(args, recorded, &function), &function),
        Err(errors) => fallback::item(&errors, &item),
    }
}

#[cfg(test)]
mod tests;
