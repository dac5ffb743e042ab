//! A slot holds one argument as it was written: the value, and the text that an error about a second one names.

use crate::errors::Errors;
use proc_macro2::TokenStream;
use quote::ToTokens;

/// One argument that was given.
pub(crate) struct Slot<T> {
    /// The argument's tokens, key included.
    pub(crate) written: TokenStream,
    pub(crate) value: T,
}

/// Puts an argument into its place; a second one is an error that points at it and names the first.
pub(crate) fn fill<T>(place: &mut Option<Slot<T>>, key: &str, slot: Slot<T>, errors: &mut Errors) {
    if let Some(first) = place {
        errors.push(
            &slot.written,
            format!("`{key}` is already set by `{}`; keep one of the two", first.text()),
        );
    } else {
        *place = Some(slot);
    }
}

impl<T> Slot<T> {
    /// The argument as its author wrote it, but for spaces.
    pub(crate) fn text(&self) -> String {
        written(&self.written)
    }
}

impl<T> ToTokens for Slot<T> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.written.to_tokens(tokens);
    }
}

/// Tokens as people write them; the compiler's own text puts spaces around every mark.
pub(crate) fn written(tokens: &TokenStream) -> String {
    let text = tokens.to_string();
    let text = text.strip_prefix("% ").map_or(text.clone(), |rest| format!("%{rest}"));
    let text = text.strip_prefix("? ").map_or(text.clone(), |rest| format!("?{rest}"));
    text.replace(" / ", "/").replace(" . ", ".").replace("= % ", "= %").replace("= ? ", "= ?")
}
