//! Writes the expansion. Nothing can fail here and nothing is decided here.

use super::args::{Format, LogWhen, SpanLevel};
use super::fields::Field;
use super::model::{Event, Model, Seen, Shape};
use super::tail::Tail;
use crate::form::Metric;
use crate::observe::function::{Body, Function};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::LitStr;

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
    let [err, ret] = [&model.err, &model.ret].map(|event| event.as_ref().map(|event| parts(event, runtime)));
    let required = model.is_required.then(|| Ident::new("require", here));
    let seen = Ident::new(seen(model), here);
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
            #seen
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

/// `((key) (sigil) (value))`.
fn entry(field: &Field, runtime: &TokenStream) -> TokenStream {
    let (key, sigil) = (&field.key, field.recording.sigil());
    let value = match &field.value {
        Some(value) => quote!(#value),
        None => quote_spanned!(Span::mixed_site()=> #runtime::__private::tracing::field::Empty),
    };
    quote!(((#key) (#sigil) (#value)))
}

/// `(level) sigil`.
fn parts(event: &Event, runtime: &TokenStream) -> TokenStream {
    let (level, sigil) = (event.level.tokens(runtime), event.recording.sigil());
    quote!((#level) #sigil)
}

/// The runtime's word for how the outcome is seen.
fn seen(model: &Model) -> &'static str {
    match model.seen {
        Seen::Unit => "unit",
        Seen::Probe => "probe",
        Seen::Error(Format::Display) => "error_display",
        Seen::Error(Format::Debug) => "error_debug",
    }
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
