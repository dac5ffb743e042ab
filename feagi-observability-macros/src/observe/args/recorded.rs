//! `fields(…)`, `args(…)`, `labels(…)`: what is recorded of a call.

use crate::errors::Errors;
use crate::field::{Field, Recording};
use crate::form::list;
use crate::pieces;
use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;

/// `args(a, b)`, `args(all)`.
pub(crate) enum ArgList {
    All,
    Named(Vec<Ident>),
}

/// `fields(a, %b, ?c, key = value, ret.x = value)`.
pub(super) fn fields(input: ParseStream<'_>, key: &Ident, errors: &mut Errors) -> syn::Result<Vec<Field>> {
    let mut fields = Vec::new();
    pieces::read(list(input, key, "fields(a, %b, ?c, key = value)")?, errors, |input, _| {
        fields.push(input.parse()?);
        Ok(())
    });
    Ok(fields)
}

/// `labels(a, key = value)`.
pub(super) fn labels(input: ParseStream<'_>, key: &Ident, errors: &mut Errors) -> syn::Result<Vec<Field>> {
    let mut labels = Vec::new();
    pieces::read(list(input, key, "labels(key = value)")?, errors, |input, _| {
        let label: Field = input.parse()?;
        if label.recording == Recording::Plain {
            labels.push(Field { recording: Recording::Label, ..label });
            return Ok(());
        }
        let message =
            format!("a label is its value's name, neither `%` nor `?`; write `{} = value`", label.key);
        Err(syn::Error::new_spanned(label, message))
    });
    Ok(labels)
}

/// `args(a, b)`, `args(all)`.
pub(super) fn args(input: ParseStream<'_>, key: &Ident, errors: &mut Errors) -> syn::Result<ArgList> {
    let mut names = Vec::new();
    pieces::read(list(input, key, "args(a, b)` or `args(all)")?, errors, |input, _| {
        if !input.peek(Ident::peek_any) {
            let message = "`args` takes names of arguments; write `args(a, b)` or `args(all)`, \
                           and `fields(key = …)` for anything else";
            return Err(input.error(message));
        }
        names.push(Ident::parse_any(input)?);
        Ok(())
    });
    match names.as_slice() {
        [all] if all == "all" => Ok(ArgList::All),
        _ => Ok(ArgList::Named(names)),
    }
}
