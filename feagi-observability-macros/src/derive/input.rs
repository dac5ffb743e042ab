//! What a derive stands on: which kind of item, and its parts if it is the wanted one.

use crate::errors::Errors;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Data, DeriveInput, Field, Fields, Ident};

/// A struct's field that has a name.
pub(crate) struct NamedField<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) field: &'a Field,
}

/// The named fields of a struct. For anything else there is an error, which `derive` and `remedy` explain.
pub(crate) fn named_fields<'a>(
    input: &'a DeriveInput,
    derive: &str,
    remedy: &str,
    errors: &mut Errors,
) -> Vec<NamedField<'a>> {
    let (place, what) = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => {
                let named = |field: &'a Field| Some(NamedField { ident: field.ident.as_ref()?, field });
                return fields.named.iter().filter_map(named).collect();
            }
            Fields::Unnamed(fields) => (fields.to_token_stream(), "whose fields have no names"),
            Fields::Named(_) | Fields::Unit => (input.ident.to_token_stream(), "without fields"),
        },
        Data::Enum(data) => (data.enum_token.to_token_stream(), "that is an enum"),
        Data::Union(data) => (data.union_token.to_token_stream(), "that is a union"),
    };
    errors.push(place, format!("`{derive}` cannot be derived for a type {what}; {remedy}"));
    Vec::new()
}

/// Reads the item; the compiler has parsed it before, so that this does not fail.
pub(crate) fn parse(item: TokenStream, errors: &mut Errors) -> Option<DeriveInput> {
    syn::parse2(item).map_err(|error| errors.absorb(error)).ok()
}
