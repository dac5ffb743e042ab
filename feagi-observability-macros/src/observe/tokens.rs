//! Writes the expansion. Nothing can fail here and nothing is decided here.

use super::args::Metric;
use super::function::{Body, Function};
use super::model::{Model, Outcome};
use crate::facts::{Facts, ToOption};
use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// What a call stands around.
#[derive(Clone, Copy)]
pub(super) enum Way {
    Sync,
    /// The body of an `async fn`.
    Async,
    /// The content of an `async` block.
    Block {
        is_move: bool,
    },
}

/// The function with its head as it was and one call in its body.
pub(crate) fn expand(model: &Model, function: &Function) -> TokenStream {
    let Body::Block(body) = &function.body else { return TokenStream::new() };
    let way = if function.sig.asyncness.is_some() { Way::Async } else { Way::Sync };
    self::function(model, function, call(model, way, body))
}

/// The function with its head as it was and another body.
pub(super) fn function(model: &Model, function: &Function, content: TokenStream) -> TokenStream {
    let Function { attrs, vis, defaultness, sig, body } = function;
    let Body::Block(body) = body else { return TokenStream::new() };
    let named = named(model);
    let mut block = Group::new(Delimiter::Brace, quote!(#named #content));
    // Lints and errors about "the body" point where they did.
    block.set_span(body.span());
    quote!(#(#attrs)* #vis #defaultness #sig #block)
}

/// The compiler resolves what the author wrote; nothing of it is left.
pub(super) fn named(model: &Model) -> Option<TokenStream> {
    model.level_path.as_ref().map(|path| quote!(const _: () = { let _ = #path; };))
}

pub(super) fn call(model: &Model, way: Way, body: &Group) -> TokenStream {
    // Spans of this crate's edition, so that the path means the same for users of every edition.
    let here = Span::mixed_site();
    let called = match way {
        Way::Sync => quote_spanned!(here=> observe_sync),
        Way::Async => quote_spanned!(here=> observe_async),
        Way::Block { .. } => quote_spanned!(here=> observe_boxed),
    };
    let keyword = match way {
        Way::Sync | Way::Async => None,
        Way::Block { is_move: true } => Some(quote!([move])),
        Way::Block { is_move: false } => Some(quote!([])),
    };
    let (runtime, facts, fields) = (&model.runtime, facts(model), fields(model));
    let outcome = match model.outcome {
        Outcome::Unit => quote!(unit),
        Outcome::Probe => quote!(probe),
        Outcome::Result => quote!(result),
    };
    let (returned, moved) = (&model.returned, &model.moved);
    quote_spanned! {here=>
        #runtime::__private::#called! {
            #keyword
            #facts
            #fields
            #outcome
            (#returned)
            (#(#moved)*)
            #body
        }
    }
}

/// Off, what `fields` asks for is checked where no future holds it.
pub(super) fn checked_fields(model: &Model) -> Option<TokenStream> {
    let (runtime, fields) = (&model.runtime, fields(model));
    let checked = quote_spanned!(Span::mixed_site()=> #runtime::__private::check_fields! { #fields });
    (!model.fields.is_empty()).then_some(checked)
}

fn fields(model: &Model) -> TokenStream {
    let fields = model.fields.iter().enumerate().map(|(index, field)| field.entry(index));
    quote!({ #(#fields)* })
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
