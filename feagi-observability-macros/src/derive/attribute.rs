//! The attributes that a derive owns, `#[label(…)]` on a type, a field or a variant.

use crate::errors::Errors;
use crate::pieces;
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Attribute, Meta};

/// Calls `piece` for every argument in every `#[word(…)]` of `attributes`; `example` is what an empty one is told to write.
pub(crate) fn read(
    attributes: &[Attribute],
    word: &str,
    example: &str,
    errors: &mut Errors,
    mut piece: impl FnMut(ParseStream<'_>, &mut Errors) -> syn::Result<()>,
) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(word)) {
        match &attribute.meta {
            Meta::List(list) if !list.tokens.is_empty() => {
                pieces::read(list.tokens.clone(), errors, &mut piece);
            }
            other => {
                errors.push(other, format!("`#[{word}]` needs arguments; write `#[{word}({example})]`"));
            }
        }
    }
}

/// The attribute stands where it means nothing.
pub(crate) fn refuse(attributes: &[Attribute], word: &str, message: &str, errors: &mut Errors) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(word)) {
        errors.push(attribute.meta.to_token_stream(), message);
    }
}
