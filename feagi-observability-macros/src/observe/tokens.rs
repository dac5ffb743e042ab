//! Writes the expansion. Nothing can fail here and nothing is decided here.

use super::function::{Body, Function};
use super::model::{ALLOCATED, Judge, Model, Shown, is_located};
use crate::facts::Facts;
use crate::field::{Field, Recording};
use crate::form::Metric;
use crate::level::Level;
use crate::log::LogWhen;
use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

/// What a call stands around.
#[derive(Clone, Copy)]
pub(super) enum Way {
    Sync,
    /// The statements of a block form, or a body that cannot stand in a closure although only every Nth call is timed.
    Statements,
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
    let way = match function.sig.asyncness {
        Some(_) => Way::Async,
        None if model.sample > 1 && is_located(function) => Way::Statements,
        None => Way::Sync,
    };
    self::function(model, function, call(model, way, body))
}

/// The function with its head as it was and another body.
pub(super) fn function(model: &Model, function: &Function, content: TokenStream) -> TokenStream {
    let Function { attrs, vis, defaultness, sig, body } = function;
    let Body::Block(body) = body else { return TokenStream::new() };
    let asked = asked(model);
    let mut block = Group::new(Delimiter::Brace, quote!(#asked #content));
    // Lints and errors about "the body" point where they did.
    block.set_span(body.span());
    quote!(#(#attrs)* #vis #defaultness #sig #block)
}

/// What the compiler is asked besides, where the author wrote it; nothing of it is left. It resolves the levels that are paths, and looks
/// whether the runtime knows pools.
pub(super) fn asked(model: &Model) -> TokenStream {
    let (paths, runtime) = (&model.level_paths, &model.runtime);
    let pools = model.rayon.map(|place| {
        let asked = quote_spanned!(Span::mixed_site()=> #runtime::__private::require_rayon! {});
        asked.into_iter().map(|token| located(token, place)).collect::<TokenStream>()
    });
    quote!(#(const _: () = { let _ = #paths; };)* #pools)
}

/// The same token, shown as if it stood there.
fn located(mut token: TokenTree, place: Span) -> TokenTree {
    token.set_span(token.span().located_at(place));
    token
}

/// One call of the runtime around `body`.
pub(super) fn call(model: &Model, way: Way, body: &Group) -> TokenStream {
    let (runtime, facts, open, fields) = (&model.runtime, facts(model), open(model), fields(model));
    let (called, begin) = way.words(model.sample > 1);
    let keyword = way.keyword();
    let count = Literal::usize_unsuffixed(model.keys().count());
    let judges = model.judges.iter().map(|judge| judge_entry(model, judge));
    let (returned, moved) = (&model.returned, &model.moved);
    quote_spanned! {Span::mixed_site()=>
        #runtime::__private::#called! {
            #keyword
            #begin
            #facts
            #count
            #open
            #fields
            [#(#judges)*]
            (#returned)
            (#(#moved)*)
            #body
        }
    }
}

impl Way {
    /// The macro of the runtime, and how it begins a call. Spans of this crate's edition, so that the path means the same for users
    /// of every edition.
    fn words(self, is_sampled: bool) -> (Ident, Ident) {
        let called = match self {
            Way::Sync | Way::Statements => "observe_sync",
            Way::Async => "observe_async",
            Way::Block { .. } => "observe_boxed",
        };
        let begin = match (self, is_sampled) {
            (Way::Sync, false) => "Scope",
            (Way::Sync, true) => "SampledScope",
            (Way::Statements, false) => "BlockScope",
            (Way::Statements, true) => "SampledBlockScope",
            (_, false) => "new",
            (_, true) => "sampled",
        };
        (Ident::new(called, Span::mixed_site()), Ident::new(begin, Span::mixed_site()))
    }

    fn keyword(self) -> Option<TokenStream> {
        match self {
            Way::Sync | Way::Statements | Way::Async => None,
            Way::Block { is_move: true } => Some(quote!([move])),
            Way::Block { is_move: false } => Some(quote!([])),
        }
    }
}

/// Off, what is taken of a future made by hand is checked where no future holds it.
pub(super) fn checked_fields(model: &Model) -> TokenStream {
    let (runtime, open, fields) = (&model.runtime, open(model), fields(model));
    quote_spanned!(Span::mixed_site()=> #runtime::__private::check_fields! { #open #fields })
}

/// What is recorded as the call begins, but for labels.
fn fields(model: &Model) -> TokenStream {
    let fields = model.recorded.fields.iter().enumerate().map(|(index, field)| field.entry(index));
    quote!({ #(#fields)* })
}

fn facts(model: &Model) -> Facts<'_> {
    let mut facts = Facts::new(&model.runtime);
    if let Some(name) = &model.name {
        facts.some("name", name);
    }
    if let Some(target) = &model.target {
        facts.set("target", target);
    }
    facts.level("level", model.level, Level::Info);
    facts.level("error_level", model.error_level, Level::Error);
    if let Some(level) = model.ret_level {
        let variant = level.variant();
        let level = facts.path(quote!(Level::#variant));
        facts.some("ret", level);
    }
    facts.text("help", &model.help);
    facts.texts("keys", model.keys());
    line_facts(&mut facts, model);
    metric_facts(&mut facts, model);
    promise_facts(&mut facts, model);
    facts
}

fn line_facts(facts: &mut Facts<'_>, model: &Model) {
    match model.log {
        LogWhen::Exit => {}
        LogWhen::Error => facts.of_runtime("log", quote!(LogWhen::Error)),
        LogWhen::Never => facts.of_runtime("log", quote!(LogWhen::Never)),
    }
    if let Some(rate) = model.rate {
        let (lines, seconds) = (rate.lines, rate.seconds);
        let rate = facts.path(quote!(Rate { lines: #lines, seconds: #seconds }));
        facts.some("rate", rate);
    }
}

fn metric_facts(facts: &mut Facts<'_>, model: &Model) {
    match &model.metric {
        Metric::Shared => {}
        Metric::Named(name) => facts.of_runtime("metric", quote!(MetricFacts::Named(#name))),
        Metric::Off => facts.of_runtime("metric", quote!(MetricFacts::Off)),
    }
    let dynamic = model.recorded.dynamic.as_ref();
    let bounded = model.recorded.labels.iter().filter(|label| label.recording == Recording::Label);
    facts.texts("labels", bounded.map(|label| label.key.as_str()));
    if let Some((key, cap)) = dynamic {
        let dynamic = facts.path(quote!(Dynamic { key: #key, cap: #cap }));
        facts.some("dynamic", dynamic);
    }
    if !model.buckets.is_empty() {
        let bounds = &model.buckets;
        facts.set("buckets", quote!(&[#(#bounds),*]));
    }
    facts.switch("in_flight", model.in_flight);
    facts.switch("profile", model.profile.cpu);
    facts.switch("alloc", model.profile.alloc);
    facts.switch("extras", model.has_extras());
}

fn promise_facts(facts: &mut Facts<'_>, model: &Model) {
    for (name, nanos) in [("budget", model.budget), ("heartbeat", model.heartbeat)] {
        if nanos > 0 {
            facts.set(name, nanos);
        }
    }
    if model.sample > 1 {
        facts.set("sample", model.sample);
    }
    if let Some(slo) = &model.slo {
        let latency = slo.latency.as_ref().map_or(0, |slot| slot.value.nanos);
        let percentile = slo.p.as_ref().map_or(99.0, |slot| slot.value);
        let success = slo.success.as_ref().map_or(0.0, |slot| slot.value);
        let slo = facts.path(quote!(Slo { latency: #latency, percentile: #percentile, success: #success }));
        facts.some("slo", slo);
    }
}

/// What is taken before the call begins.
fn open(model: &Model) -> TokenStream {
    let rayon = model.rayon.map(|_| quote!((rayon)));
    let extras = model.has_extras().then(|| quote!((extras)));
    let alloc = model.profile.alloc.then(|| {
        let index = Literal::usize_unsuffixed(model.keys().count() - ALLOCATED.len());
        quote!((alloc #index))
    });
    let first = model.recorded.fields.len();
    let labels = model.recorded.labels.iter().enumerate().map(|(index, label)| label.entry(first + index));
    let given = |word: &str, value: &Expr| {
        let place = Span::mixed_site().located_at(value.span());
        let (word, slot) = (Ident::new(word, place), Ident::new("given", place));
        quote!((#word #slot (#value)))
    };
    let parent = model.parent.as_ref().map(|value| given("parent", value));
    let follows_from = model.follows_from.as_ref().map(|value| given("follows_from", value));
    quote!([#rayon #extras #alloc #parent #(#labels)* #follows_from])
}

/// What is asked of the call's value.
fn judge_entry(model: &Model, judge: &Judge) -> TokenStream {
    let shown = |shown: Shown| match shown {
        Shown::AsItCan => quote!(probe),
        Shown::ByDebug => quote!(probe_debug),
    };
    let of_ret = &model.recorded.of_ret;
    let first = model.recorded.iter().count() - of_ret.len();
    match judge {
        Judge::Require => quote!((require)),
        Judge::Probe(how) => {
            let how = shown(*how);
            quote!((#how))
        }
        Judge::If { answer, predicate, shown: how } => {
            let how = shown(*how);
            quote!((judge_if #answer #how (#predicate)))
        }
        Judge::Ret(recording, place) => {
            let place = Span::mixed_site().located_at(*place);
            let index = first + of_ret.len();
            let how = recording.word(place);
            let (slot, index) = (format_ident!("f{index}", span = place), Literal::usize_unsuffixed(index));
            quote!((ret #how #index #slot))
        }
        Judge::Fields(ret) => {
            let fields =
                of_ret.iter().enumerate().map(|(index, field): (usize, &Field)| field.entry(first + index));
            quote!((ret_fields #ret [#(#fields)*]))
        }
    }
}
