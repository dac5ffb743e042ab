//! Writes the expansion. Nothing can fail here and nothing is decided here.

use super::args::{Format, SpanLevel};
use super::fields::{Field, Value};
use super::model::{Event, Model, Seen, Shape};
use super::tail::Tail;
use crate::form::Metric;
use crate::log::{LogWhen, Rate};
use crate::observe::function::{Body, Function};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{LitStr, ReturnType};

/// The function with its head as it was and one call in its body.
pub(crate) fn expand(model: &Model, function: &Function) -> TokenStream {
    let Function { attrs, vis, defaultness, sig, body } = function;
    let Body::Block(body) = body else { return TokenStream::new() };
    let inside = match &model.shape {
        Shape::Function => call(model, function, "instrument_sync", body),
        Shape::AsyncFunction => call(model, function, "instrument_async", body),
        Shape::Tail(tail) => around_tail(tail, &call(model, function, "instrument_async", &tail.body)),
    };
    let mut block = Group::new(Delimiter::Brace, inside);
    // Lints and errors about "the body" point where they did.
    block.set_span(body.span());
    quote!(#(#attrs)* #vis #defaultness #sig #block)
}

fn around_tail(tail: &Tail, call: &TokenStream) -> TokenStream {
    let Tail { before, around, attrs, .. } = tail;
    let future = quote!(#(#attrs)* async move { #call });
    match around {
        Some(around) => quote!(#before #around(#future)),
        None => quote!(#before #future),
    }
}

fn call(model: &Model, function: &Function, called: &str, body: &Group) -> TokenStream {
    // Spans of this crate's edition, so that the path means the same for users of every edition.
    let here = Span::mixed_site();
    let called = Ident::new(called, here);
    let (runtime, facts, head) = (&model.runtime, facts(model), head(model, function));
    let fields = model.fields.iter().map(|field| entry(field, runtime));
    let causes = model.follows_from.iter();
    let place = at(match &function.sig.output {
        ReturnType::Type(_, ty) => ty.span(),
        ReturnType::Default => function.sig.ident.span(),
    });
    let [err, ret] =
        [&model.err, &model.ret].map(|event| event.as_ref().map(|event| parts(event, runtime, place)));
    let required = model.is_required.then(|| Ident::new("require", here));
    let seen = seen(model, place);
    let (returned, moved) = (&model.returned, &model.moved);
    quote_spanned! {here=>
        #runtime::__private::#called! {
            { #facts }
            #head
            { #(#fields)* }
            [#((#causes))*]
            [#err]
            [#ret]
            #required
            [#seen]
            (#returned)
            (#(#moved)*)
            #body
        }
    }
}

/// `[(level) (target) (name) (parent)]` of the span.
fn head(model: &Model, function: &Function) -> TokenStream {
    let here = Span::mixed_site();
    let level = model.level.tokens(&model.runtime);
    let target = match &model.target {
        Some(target) => quote!(#target),
        None => quote_spanned!(here=> ::core::module_path!()),
    };
    let name = match &model.name {
        Some(name) => quote!(#name),
        None => LitStr::new(&function.sig.ident.to_string(), here).into_token_stream(),
    };
    let parent = model.parent.iter();
    quote!([(#level) (#target) (#name) #((#parent))*])
}

/// `((key) how slot (value))`, or `((key) how slot [argument: type])`.
fn entry(field: &Field, runtime: &TokenStream) -> TokenStream {
    let empty = || quote_spanned!(Span::mixed_site()=> (#runtime::__private::tracing::field::Empty));
    let (place, value) = match &field.value {
        Value::Argument(name, Some(ty)) => (name.span(), quote!([#name: #ty])),
        Value::Argument(name, None) => (name.span(), quote!([#name])),
        Value::Written(value) => (value.span(), quote!((#value))),
        Value::Empty => (field.key.span(), empty()),
    };
    let (key, place) = (&field.key, at(place));
    let (how, slot) = (field.recording.word(place), Ident::new("value", place));
    quote!(((#key) #how #slot #value))
}

/// Errors about a type are shown at what this is the place of; the user's code cannot see what it names.
fn at(place: Span) -> Span {
    Span::mixed_site().located_at(place)
}

/// `(level) how slot`.
fn parts(event: &Event, runtime: &TokenStream, place: Span) -> TokenStream {
    let (level, how) = (event.level.tokens(runtime), event.recording.word(place));
    let slot = Ident::new("shown", place);
    quote!((#level) #how #slot)
}

/// How the outcome is seen.
fn seen(model: &Model, place: Span) -> TokenStream {
    let show = match model.seen {
        Seen::Unit => return quote!(unit),
        Seen::Probe => return quote!(probe),
        Seen::Error(Format::Display) => "error_display",
        Seen::Error(Format::Debug) => "error_debug",
    };
    let (show, slot) = (Ident::new(show, place), Ident::new("shown", place));
    quote!(#show #slot)
}

/// Fields of the runtime's `SiteFacts`: only what differs from an annotation without arguments.
fn facts(model: &Model) -> TokenStream {
    let here = Span::mixed_site();
    let path = &model.runtime;
    let runtime = quote_spanned!(here=> #path::__private);
    let mut facts = Vec::new();
    facts.extend(
        model.name.as_ref().map(|name| quote_spanned!(here=> name: ::core::option::Option::Some(#name))),
    );
    facts.extend(model.target.as_ref().map(|target| quote_spanned!(here=> target: #target)));
    if !matches!(model.level, SpanLevel::Named("INFO")) {
        let level = model.level.tokens(&model.runtime);
        facts.push(quote_spanned!(here=> level: #runtime::Level::of(#level)));
    }
    facts.extend(match model.log {
        LogWhen::Exit => None,
        LogWhen::Error => Some(quote_spanned!(here=> log: #runtime::LogWhen::Error)),
        LogWhen::Never => Some(quote_spanned!(here=> log: #runtime::LogWhen::Never)),
    });
    facts.extend(model.rate.map(|Rate { lines, seconds }| {
        quote_spanned!(here=> rate: ::core::option::Option::Some(#runtime::Rate { lines: #lines, seconds: #seconds }))
    }));
    facts.extend(match &model.metric {
        Metric::Shared => None,
        Metric::Named(name) => Some(quote_spanned!(here=> metric: #runtime::MetricFacts::Named(#name))),
        Metric::Off => Some(quote_spanned!(here=> metric: #runtime::MetricFacts::Off)),
    });
    if !model.help.is_empty() {
        let help = LitStr::new(&model.help, here);
        facts.push(quote_spanned!(here=> help: #help));
    }
    if model.profile {
        facts.push(quote_spanned!(here=> profile: true));
    }
    if !model.fields.is_empty() {
        let keys = model.fields.iter().map(|field| field.key.text());
        facts.push(quote_spanned!(here=> keys: &[#(#keys),*]));
    }
    quote_spanned!(here=> #(#facts,)*)
}
