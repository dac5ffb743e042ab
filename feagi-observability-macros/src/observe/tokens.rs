//! Writes the expansion. Nothing can fail here and nothing is decided here.

use super::args::Metric;
use super::function::{Body, Function};
use super::model::{Model, Outcome};
use crate::facts::{Facts, ToOption};
use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// The function with its head as it was and one call in its body.
pub(crate) fn expand(model: &Model, function: &Function) -> TokenStream {
    let Function { attrs, vis, defaultness, sig, body } = function;
    let Body::Block(body) = body else { return TokenStream::new() };
    // The compiler resolves what the author wrote; nothing of it is left.
    let named = model.level_path.as_ref().map(|path| quote!(const _: () = { let _ = #path; };));
    let call = call(model, sig.asyncness.is_some(), body);
    let mut block = Group::new(Delimiter::Brace, quote!(#named #call));
    // Lints and errors about "the body" point where they did.
    block.set_span(body.span());
    quote!(#(#attrs)* #vis #defaultness #sig #block)
}

fn call(model: &Model, is_async: bool, body: &Group) -> TokenStream {
    // Spans of this crate's edition, so that the path means the same for users of every edition.
    let here = Span::mixed_site();
    let called =
        if is_async { quote_spanned!(here=> observe_async) } else { quote_spanned!(here=> observe_sync) };
    let (runtime, facts) = (&model.runtime, facts(model));
    let fields = model.fields.iter().enumerate().map(|(index, field)| field.entry(index));
    let outcome = match model.outcome {
        Outcome::Unit => quote!(unit),
        Outcome::Probe => quote!(probe),
        Outcome::Result => quote!(result),
    };
    let (returned, moved) = (&model.returned, &model.moved);
    quote_spanned! {here=>
        #runtime::__private::#called! {
            #facts
            { #(#fields)* }
            #outcome
            (#returned)
            (#(#moved)*)
            #body
        }
    }
}

fn facts(model: &Model) -> TokenStream {
    let metric = match &model.metric {
        Metric::Shared => quote!(Shared),
        Metric::Named(name) => quote!(Named(#name)),
        Metric::Off => quote!(Off),
    };
    let facts = Facts {
        name: model.name.to_option(),
        target: model.target.to_option(),
        level: model.level,
        help: &model.help,
        message: "",
        metric,
        profile: model.profile,
        keys: model.fields.iter().map(|field| field.key.as_str()).collect(),
        instruments: TokenStream::new(),
    };
    facts.into_token_stream()
}
