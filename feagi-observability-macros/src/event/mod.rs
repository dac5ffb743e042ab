//! Event macros such as `burst_info!`: fields and a message in, one call with the schema's instruments out.

mod args;
mod check;
mod instrument;
mod schema;
mod tokens;

use crate::errors::Errors;
use crate::fallback;
use crate::level::Level;
use args::Args;
pub(crate) use instrument::expand as expand_instrument;
use proc_macro2::TokenStream;
pub(crate) use schema::{BURST, Schema};

/// The whole way from an event macro's tokens to the expansion.
pub(crate) fn expand(schema: &Schema, level: Level, input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::read(input, &mut errors);
    check::all(schema, &args, &mut errors);
    match errors.finish() {
        Ok(()) => tokens::expand(schema, level, &args),
        Err(errors) => fallback::expression(&errors),
    }
}

#[cfg(test)]
mod tests;
