//! The static facts of a site, as the runtime's `site!` reads them. The words are those of its `SiteFacts`.

use crate::level::Level;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

pub(crate) struct Facts<'a> {
    /// `None`, or `Some("…")`.
    pub(crate) name: TokenStream,
    /// `None` for the module's path, or `Some("…")`.
    pub(crate) target: TokenStream,
    pub(crate) level: Level,
    pub(crate) help: &'a str,
    pub(crate) message: &'a str,
    /// A variant of the runtime's `MetricFacts`.
    pub(crate) metric: TokenStream,
    pub(crate) profile: bool,
    pub(crate) keys: Vec<&'a str>,
    /// `(Kind "name" "help")` for each.
    pub(crate) instruments: TokenStream,
}

impl ToTokens for Facts<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Facts { name, target, help, message, metric, profile, keys, instruments, .. } = self;
        let level = self.level.variant();
        tokens.extend(quote!({
            name: #name,
            target: #target,
            level: #level,
            help: #help,
            message: #message,
            metric: #metric,
            profile: #profile,
            keys: [#(#keys),*],
            instruments: [#instruments]
        }));
    }
}

/// An optional text as the variant of `Option` that it is.
pub(crate) trait ToOption {
    fn to_option(&self) -> TokenStream;
}

impl<T: ToTokens> ToOption for Option<T> {
    fn to_option(&self) -> TokenStream {
        self.as_ref().map_or_else(|| quote!(None), |text| quote!(Some(#text)))
    }
}
