//! Writes an event's expansion: its facts, its fields, and which field feeds which instrument.

use super::args::Args;
use super::schema::{Instrument, Kind, Schema, Source};
use crate::facts::Facts;
use crate::field::Field;
use crate::level::Level;
use crate::runtime_path::runtime_path;
use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};

pub(crate) fn expand(schema: &Schema, level: Level, args: &Args) -> TokenStream {
    let here = Span::mixed_site();
    let runtime = runtime_path(args.runtime.as_ref());
    // An instrument is listed only where something feeds it: a gauge that is never set would show a zero nobody measured.
    let fed: Vec<(&Instrument, Feed)> = schema
        .instruments
        .iter()
        .filter_map(|instrument| Feed::find(&instrument.source, args).map(|feed| (instrument, feed)))
        .collect();
    let facts = facts(schema, level, args, &fed, &runtime);
    let count = Literal::usize_unsuffixed(args.fields.len());
    let fields = args.fields.iter().enumerate().map(|(index, field)| field.entry(index));
    let events = fed.iter().enumerate().filter_map(|(index, (_, feed))| feed.by_one(index));
    let values = fed
        .iter()
        .enumerate()
        .filter_map(|(index, (instrument, feed))| feed.by_value(instrument.kind, index, &args.fields));
    let message = args.message.as_ref().map(|message| quote_spanned!(here=> message (#message)));
    quote_spanned! {here=>
        #runtime::__private::emit_event! {
            #facts
            #count
            { #(#fields)* }
            [#(#events)*]
            { #(#values)* }
            [#message]
        }
    }
}

fn facts<'r>(
    schema: &Schema,
    level: Level,
    args: &Args,
    fed: &[(&Instrument, Feed)],
    runtime: &'r TokenStream,
) -> Facts<'r> {
    let mut facts = Facts::new(runtime);
    facts.some("name", schema.name);
    match &args.target {
        Some(target) => facts.set("target", target),
        None => facts.text("target", schema.target),
    }
    facts.level("level", level, Level::Info);
    facts.text("help", schema.help);
    facts.text("message", schema.message);
    // An event has no duration and is counted by its own counter.
    facts.of_runtime("metric", quote!(MetricFacts::Off));
    facts.texts("keys", args.fields.iter().map(|field| field.key.as_str()));
    let instruments = fed.iter().map(|(instrument, _)| {
        let kind = match instrument.kind {
            Kind::Counter => facts.path(quote!(InstrumentKind::Counter)),
            Kind::Gauge => facts.path(quote!(InstrumentKind::Gauge)),
        };
        let Instrument { name, help, .. } = instrument;
        facts.path(quote!(InstrumentFacts { name: #name, help: #help, kind: #kind }))
    });
    let instruments = quote!(&[#(#instruments),*]);
    facts.set("instruments", instruments);
    facts
}

/// What an instrument of this call is fed with.
enum Feed {
    One,
    /// The field of that number.
    Field(usize),
}

impl Feed {
    fn find(source: &Source, args: &Args) -> Option<Self> {
        match source {
            Source::One => Some(Feed::One),
            Source::Field(key) => args.fields.iter().position(|field| field.key == *key).map(Feed::Field),
        }
    }

    /// The number of an instrument that counts events.
    fn by_one(&self, instrument: usize) -> Option<Literal> {
        matches!(self, Feed::One).then(|| Literal::usize_unsuffixed(instrument))
    }

    /// `(gauge 1 f0)`: the runtime's method, the instrument's number, the value.
    fn by_value(&self, kind: Kind, instrument: usize, fields: &[Field]) -> Option<TokenStream> {
        let Feed::Field(index) = self else { return None };
        let field = fields.get(*index)?;
        let (instrument, slot, place) =
            (Literal::usize_unsuffixed(instrument), field.slot(*index), field.place());
        let method = match kind {
            Kind::Counter => quote_spanned!(place=> count),
            Kind::Gauge => quote_spanned!(place=> gauge),
        };
        Some(quote!((#method #instrument #slot)))
    }
}
