//! `#[observe]`: arguments and function in, the same function with an observed body out. And its block forms, whose arguments
//! are the same.

mod args;
mod block;
mod boxed;
mod check;
mod container;
pub(crate) mod function;
mod items;
pub(crate) mod model;
pub(crate) mod parameters;
mod recorded;
mod selection;
mod suspension;
mod tokens;

use crate::errors::Errors;
use crate::fallback;
use args::Args;
pub(crate) use block::{expand_block, expand_profile};
pub(crate) use check::{MAX_FIELDS, check_field_count, check_field_keys};
use function::Function;
use model::Model;
use proc_macro2::TokenStream;
use recorded::Recorded;

/// The whole way from the annotation's tokens to the expansion.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if let Some(container) = container::find(&item) {
        return container::expand(arguments, &container);
    }
    let mut errors = Errors::default();
    let mut args = Args::read(arguments, &mut errors);
    let Some(function) = Function::read(item.clone(), "observe", &mut errors) else {
        return errors.finish().map_or_else(|errors| fallback::item(&errors, &item), |()| item.clone());
    };
    let boxed = boxed::find(&function);
    let judged = boxed.as_ref().map_or(&function, |boxed| &boxed.judged);
    let recorded = Recorded::gather(&mut args, judged, &mut errors);
    let is_future = boxed.is_some() || function.sig.asyncness.is_some();
    check::all(&args, &recorded, judged, is_future, &mut errors);
    if let Err(errors) = errors.finish() {
        return fallback::item(&errors, &item);
    }
    let model = Model::new(args, recorded, judged);
    match &boxed {
        Some(boxed) => boxed.expand(model, &function),
        None => tokens::expand(&model, &function),
    }
}

#[cfg(test)]
mod tests;
