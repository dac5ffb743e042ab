//! Where the runtime is, seen from the user's crate.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Path;

/// The path before `::__private`.
pub(crate) fn runtime_path(renamed: Option<&Path>) -> TokenStream {
    // Spans of this crate's edition: in a crate of edition 2015 `::name` would mean something else.
    renamed
        .map_or_else(|| quote_spanned!(Span::mixed_site()=> ::feagi_observability), ToTokens::to_token_stream)
}
