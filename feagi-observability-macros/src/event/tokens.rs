//! Writes an event's expansion: its facts, its fields, and which field feeds which instrument.

use super::call::Call;
use super::schema::{Instrument, bounds};
use crate::facts::Facts;
use crate::field::{Field, Recording};
use crate::level::Level;
use crate::metric_name::MetricKind;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};

pub(crate) fn expand(call: &Call<'_>) -> TokenStream {
    let here = Span::mixed_site();
    let (runtime, facts) = (&call.runtime, facts(call));
    let count = Literal::usize_unsuffixed(call.fields.len());
    let fields = call.fields.iter().enumerate().map(|(index, field)| field.entry(index));
    let labels = labels(call).map(|(index, field)| field.slot(index));
    let instruments = || call.instruments.iter().enumerate();
    let events = instruments()
        .filter(|(_, instrument)| instrument.field.is_empty())
        .map(|(index, _)| Literal::usize_unsuffixed(index));
    let values = instruments().filter_map(|(index, instrument)| by_value(instrument, index, &call.fields));
    let message = call.message.as_ref().map(|message| quote_spanned!(here=> message (#message)));
    quote_spanned! {here=>
        #runtime::__private::emit_event! {
            #facts
            #count
            { #(#fields)* }
            [#(#labels)*]
            [#(#events)*]
            { #(#values)* }
            [#message]
        }
    }
}

/// The labels with their numbers among the fields.
fn labels<'c>(call: &'c Call<'_>) -> impl Iterator<Item = (usize, &'c Field)> {
    call.fields.iter().enumerate().filter(|(_, field)| field.recording == Recording::Label)
}

fn facts<'c>(call: &'c Call<'_>) -> Facts<'c> {
    let mut facts = Facts::new(&call.runtime);
    facts.some("name", &call.schema.name);
    match &call.target {
        Some(target) => facts.set("target", target),
        None => facts.text("target", &call.schema.target),
    }
    facts.level("level", call.level, Level::Info);
    facts.text("help", &call.schema.help);
    facts.text("message", &call.schema.message);
    // An event has no duration and is counted by its own counter.
    facts.of_runtime("metric", quote!(MetricFacts::Off));
    facts.texts("keys", call.fields.iter().map(|field| field.key.as_str()));
    facts.texts("labels", labels(call).map(|(_, field)| field.key.as_str()));
    if !call.instruments.is_empty() {
        let instruments = call.instruments.iter().map(|instrument| instrument_facts(instrument, &facts));
        let instruments = quote!(&[#(#instruments),*]);
        facts.set("instruments", instruments);
    }
    facts
}

fn instrument_facts(instrument: &Instrument, facts: &Facts<'_>) -> TokenStream {
    let Instrument { name, help, unit, buckets, field, .. } = instrument;
    let kind = instrument.variant();
    let kind = facts.path(quote!(InstrumentKind::#kind));
    let plain = facts.path(quote!(InstrumentFacts::new(#kind, #name, #help, #field)));
    if unit.is_empty() && buckets.is_empty() {
        return plain;
    }
    let bounds = bounds(buckets);
    quote!(#plain.measured_in(#unit, &[#(#bounds),*]))
}

/// `(gauge 1 f0)`: the runtime's method, the instrument's number, the value.
fn by_value(instrument: &Instrument, number: usize, fields: &[Field]) -> Option<TokenStream> {
    let (index, field) = fields.iter().enumerate().find(|(_, field)| field.key == instrument.field)?;
    let method = match instrument.kind {
        MetricKind::Counter => "count",
        MetricKind::Gauge => "gauge",
        MetricKind::Histogram => "histogram",
    };
    let (method, number) = (Ident::new(method, field.place()), Literal::usize_unsuffixed(number));
    let slot = field.slot(index);
    Some(quote!((#method #number #slot)))
}
