//! The static facts of a site, as fields of the runtime's `SiteFacts`. Only what differs from an annotation without arguments is
//! written: the rest stands in `SiteFacts::new`.

use crate::level::Level;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::LitStr;

pub(crate) struct Facts<'a> {
    runtime: &'a TokenStream,
    fields: TokenStream,
}

impl<'a> Facts<'a> {
    /// None yet; `runtime` is the path of the runtime.
    pub(crate) fn new(runtime: &'a TokenStream) -> Self {
        Facts { runtime, fields: TokenStream::new() }
    }

    /// Sets one to these tokens.
    pub(crate) fn set(&mut self, name: &str, value: impl ToTokens) {
        let name = Ident::new(name, Span::mixed_site());
        self.fields.extend(quote_spanned!(Span::mixed_site()=> #name: #value,));
    }

    /// Sets one that is a text, unless it is empty.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.set(name, LitStr::new(text, Span::mixed_site()));
        }
    }

    /// Sets one that is on or off, if it is on.
    pub(crate) fn switch(&mut self, name: &str, on: bool) {
        if on {
            self.set(name, true);
        }
    }

    /// Sets one to a value of a type of the runtime.
    pub(crate) fn of_runtime(&mut self, name: &str, value: impl ToTokens) {
        let value = self.path(value);
        self.set(name, value);
    }

    /// Sets an optional one.
    pub(crate) fn some(&mut self, name: &str, value: impl ToTokens) {
        self.set(name, quote_spanned!(Span::mixed_site()=> ::core::option::Option::Some(#value)));
    }

    /// Sets a severity, unless it is the one that there is without.
    pub(crate) fn level(&mut self, name: &str, level: Level, default: Level) {
        if level != default {
            let value = level.variant();
            self.of_runtime(name, quote_spanned!(Span::mixed_site()=> Level::#value));
        }
    }

    /// Sets one that is a list of texts, unless it is empty.
    pub(crate) fn texts<'t>(&mut self, name: &str, texts: impl IntoIterator<Item = &'t str>) {
        let texts: Vec<&str> = texts.into_iter().collect();
        if !texts.is_empty() {
            self.set(name, quote_spanned!(Span::mixed_site()=> &[#(#texts),*]));
        }
    }

    /// What the runtime calls `item`.
    pub(crate) fn path(&self, item: impl ToTokens) -> TokenStream {
        let runtime = self.runtime;
        quote_spanned!(Span::mixed_site()=> #runtime::__private::#item)
    }
}

impl ToTokens for Facts<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let fields = &self.fields;
        tokens.extend(quote_spanned!(Span::mixed_site()=> { #fields }));
    }
}
