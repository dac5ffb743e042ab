//! Collects the errors of one annotation, so that all of them are reported at once.

use quote::ToTokens;
use std::fmt::Display;

/// What is wrong so far. It gives its errors up in [`Errors::finish`] only.
#[derive(Default)]
pub(crate) struct Errors {
    all: Option<syn::Error>,
}

impl Errors {
    /// Adds an error at `place`.
    pub(crate) fn push(&mut self, place: impl ToTokens, message: impl Display) {
        self.absorb(syn::Error::new_spanned(place, message));
    }

    /// Adds an error that a parser has made.
    pub(crate) fn absorb(&mut self, error: syn::Error) {
        match &mut self.all {
            Some(all) => all.combine(error),
            None => self.all = Some(error),
        }
    }

    /// All errors, if there are any.
    pub(crate) fn finish(self) -> syn::Result<()> {
        self.all.map_or(Ok(()), Err)
    }
}
