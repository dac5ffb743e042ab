//! Writes the expansion. Nothing can fail here and nothing is decided here.

use super::args::Metric;
use super::function::{Body, Function};
use super::model::{Model, Outcome};
use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::LitStr;

/// The function with its head as it was and one call in its body.
pub(crate) fn expand(model: &Model, function: &Function) -> TokenStream {
    let Function { attrs, vis, defaultness, sig, body } = function;
    let Body::Block(body) = body else { return TokenStream::new() };
    let mut block = Group::new(Delimiter::Brace, call(model, sig.asyncness.is_some(), body));
    // Lints and errors about "the body" point where they did.
    block.set_span(body.span());
    quote!(#(#attrs)* #vis #defaultness #sig #block)
}

fn call(model: &Model, is_async: bool, body: &Group) -> TokenStream {
    // Spans of this crate's edition, so that the path means the same for users of every edition.
    let here = Span::mixed_site();
    let called = if is_async { quote_spanned!(here=> observe_async) } else { quote_spanned!(here=> observe_sync) };
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
            { #facts }
            { #(#fields)* }
            #outcome
            (#returned)
            (#(#moved)*)
            #body
        }
    }
}

fn facts(model: &Model) -> TokenStream {
    let (name, target) = (or_auto(model.name.as_ref()), or_auto(model.target.as_ref()));
    let (level, help, profile) = (model.level.variant(), &model.help, model.profile);
    let metric = match &model.metric {
        Metric::Shared => quote!(Shared),
        Metric::Named(name) => quote!(Named(#name)),
        Metric::Off => quote!(Off),
    };
    let keys = model.fields.iter().map(|field| &field.key);
    quote! {
        name: #name, target: #target, level: #level, help: #help, metric: #metric, profile: #profile, keys: [#(#keys),*]
    }
}

/// `auto` leaves the choice to the runtime's macro, which knows the function's path.
pub(crate) fn or_auto(text: Option<&LitStr>) -> TokenStream {
    text.map_or_else(|| quote!(auto), ToTokens::to_token_stream)
}
