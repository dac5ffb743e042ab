//! Writes an event's expansion: its facts, its fields, and which field feeds which instrument.

use super::args::Args;
use super::schema::{Instrument, Kind, Schema, Source};
use crate::level::Level;
use crate::runtime_path::runtime_path;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

pub(crate) fn expand(schema: &Schema, level: Level, args: &Args) -> TokenStream {
    let runtime = runtime_path(args.runtime.as_ref());
    // An instrument is listed only where something feeds it: a gauge that is never set would show a zero nobody measured.
    let fed: Vec<(&Instrument, Feed)> = schema
        .instruments
        .iter()
        .filter_map(|instrument| Feed::find(&instrument.source, args).map(|feed| (instrument, feed)))
        .collect();
    let facts = facts(schema, level, args, &fed);
    let fields = args.fields.iter().enumerate().map(|(index, field)| {
        let (word, value, slot) = (field.recording.word(), &field.value, slot(index));
        let index = Literal::usize_unsuffixed(index);
        quote!((#word #index #slot (#value)))
    });
    let feeds = fed.iter().enumerate().map(|(index, (instrument, feed))| feed.entry(instrument.kind, index));
    let message = args.message.as_ref().map_or_else(|| quote!(none), |message| quote!((#message)));
    quote_spanned! {Span::mixed_site()=>
        #runtime::__private::emit_event! {
            { #facts }
            { #(#fields)* }
            { #(#feeds)* }
            #message
        }
    }
}

fn facts(schema: &Schema, level: Level, args: &Args, fed: &[(&Instrument, Feed)]) -> TokenStream {
    let Schema { name, help, message, .. } = schema;
    let target = args.target.as_ref().map_or_else(|| schema.target.to_token_stream(), ToTokens::to_token_stream);
    let level = level.variant();
    let keys = args.fields.iter().map(|field| &field.key);
    let instruments = fed.iter().map(|(instrument, _)| {
        let kind = match instrument.kind {
            Kind::Counter => quote!(Counter),
            Kind::Gauge => quote!(Gauge),
        };
        let Instrument { name, help, .. } = instrument;
        quote!((#kind #name #help))
    });
    quote! {
        name: #name, target: #target, level: #level, help: #help, message: #message,
        keys: [#(#keys),*], instruments: [#(#instruments)*]
    }
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

    fn entry(&self, kind: Kind, instrument: usize) -> TokenStream {
        let instrument = Literal::usize_unsuffixed(instrument);
        match (self, kind) {
            (Feed::One, _) => quote!((one #instrument)),
            (Feed::Field(field), Kind::Counter) => {
                let slot = slot(*field);
                quote!((count #instrument #slot))
            }
            (Feed::Field(field), Kind::Gauge) => {
                let slot = slot(*field);
                quote!((gauge #instrument #slot))
            }
        }
    }
}

/// The local that holds a field's value; the user's code cannot see it.
fn slot(index: usize) -> Ident {
    format_ident!("f{index}", span = Span::mixed_site())
}
