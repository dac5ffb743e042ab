//! Events: a schema, fields and a message in, one call with the metrics that they feed out.
//!
//! `#[derive(Event)]` makes the schema. Its `emit` is one call with the struct's fields; its macros hand the schema and the user's
//! tokens to `event!`, which makes the same call with the fields that stand there.

mod ad_hoc;
mod args;
mod call;
mod check;
mod instrument;
mod schema;
mod tokens;

use crate::errors::Errors;
use crate::fallback;
use crate::level::{Level, WrittenLevel};
use args::Args;
pub(crate) use instrument::expand as expand_instrument;
use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{Parse, ParseStream};
use syn::{Path, Token, bracketed};

pub(crate) use ad_hoc::default_prefix;
pub(crate) use call::Call;
pub(crate) use schema::{Instrument, Role, Schema, SchemaField};
pub(crate) use tokens::expand as expand_call;

/// What an event's own macro hands on: where the runtime is, the level, the schema, the user's tokens.
struct Invocation {
    runtime: Path,
    level: Level,
    schema: Schema,
    input: TokenStream,
}

impl Parse for Invocation {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let runtime = input.call(Path::parse_mod_style)?;
        input.parse::<Token![,]>()?;
        let WrittenLevel { level, .. } = input.parse()?;
        input.parse::<Token![,]>()?;
        let schema = input.parse()?;
        let tokens;
        bracketed!(tokens in input);
        Ok(Invocation { runtime, level, schema, input: tokens.parse()? })
    }
}

/// What a macro is given where it is used for the compiler's sake alone.
pub(crate) fn unused() -> TokenStream {
    quote!(@ unused)
}

/// The whole way from an event macro's tokens to the expansion.
pub(crate) fn expand(invocation: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Invocation { runtime, level, schema, input } = match syn::parse2(invocation) {
        Ok(invocation) => invocation,
        Err(error) => return fallback::expression(&error),
    };
    if input.to_string() == unused().to_string() {
        return quote!(());
    }
    let args = Args::read(&schema, input, &mut errors);
    check::all(&schema, &args, &mut errors);
    let call = Call::of_macro(&schema, level, &runtime, args, &mut errors);
    match errors.finish() {
        Ok(()) => tokens::expand(&call),
        Err(errors) => fallback::expression(&errors),
    }
}

#[cfg(test)]
mod tests;
