//! What stands in place of an expansion when there are errors: the errors, and as much of the user's code as still makes sense,
//! so that one mistake in an annotation does not make everything that uses the function an error too.

use proc_macro2::{Group, TokenStream};
use quote::quote;

/// The errors and the untouched item.
pub(crate) fn item(errors: &syn::Error, item: &TokenStream) -> TokenStream {
    let errors = errors.to_compile_error();
    quote!(#errors #item)
}

/// The errors as an expression of type `()`.
pub(crate) fn expression(errors: &syn::Error) -> TokenStream {
    let errors = errors.to_compile_error();
    quote!({ #errors })
}

/// The errors and the untouched block, as an expression of the block's type.
pub(crate) fn block(errors: &syn::Error, block: &Group) -> TokenStream {
    let errors = errors.to_compile_error();
    quote!({ #errors #block })
}
