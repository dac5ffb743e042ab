//! `#[derive(Event)]`: a struct in, its schema, its `emit` and, if asked for, a family of macros out.

mod args;
mod check;
mod family;
mod field;
mod metric;

use super::input;
use crate::errors::Errors;
use crate::event::{Call, Role, Schema, SchemaField, expand_call};
use crate::fallback;
use crate::level::Level;
use crate::runtime_path::runtime_path;
use args::Args;
use family::Family;
use field::EventField;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Data, DeriveInput, Fields};

const REMEDY: &str = "write a struct with named fields, such as `struct Burst { neurons_fired: u64 }`";

/// What the item and its attributes mean.
struct Model<'a> {
    item: &'a DeriveInput,
    runtime: TokenStream,
    level: Level,
    schema: Schema,
    fields: Vec<EventField<'a>>,
    family: Option<Family>,
    /// The path by which the level was named.
    level_path: Option<syn::Path>,
}

/// The whole way from the item to the implementation.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(item) = input::parse(item, &mut errors) else {
        return errors.finish().map_or_else(|error| error.to_compile_error(), |()| TokenStream::new());
    };
    let model = Model::read(&item, &mut errors);
    match errors.finish() {
        Ok(()) => tokens(&model),
        Err(error) => fallback::item(&error, &tokens_of_nothing(&model)),
    }
}

impl<'a> Model<'a> {
    fn read(item: &'a DeriveInput, errors: &mut Errors) -> Self {
        let args = Args::read(item, errors);
        check::generics(item, errors);
        let (name, stem) = (args.name(item), args.stem(item, errors));
        let fields: Vec<EventField<'a>> = named_fields(item, errors)
            .iter()
            .map(|field| EventField::read(field, &name, &stem, errors))
            .collect();
        check::all(&args, &fields, errors);
        let help = args.help(item, &name);
        let event = args.counter(&stem, &help);
        check::clashes(event.as_ref().map(|event| (event, args.metric_place(item))), &fields, errors);
        let family = args.macros.as_ref().map(|macros| Family::new(&macros.value, &args, item, errors));
        let written = args.level.as_ref().map(|slot| &slot.value);
        Model {
            item,
            runtime: runtime_path(args.runtime.as_ref().map(|slot| &slot.value)),
            level: written.map_or(Level::Info, |written| written.level),
            level_path: written.and_then(|written| written.path.clone()),
            schema: Schema {
                stem,
                target: args.target.as_ref().map(|slot| slot.value.value()).unwrap_or_default(),
                message: args.message.as_ref().map(|slot| slot.value.value()).unwrap_or_default(),
                help,
                instruments: event.into_iter().chain(instruments(&fields)).collect(),
                fields: fields.iter().filter_map(EventField::schema).collect(),
                name,
            },
            fields,
            family,
        }
    }
}

fn instruments(fields: &[EventField<'_>]) -> Vec<crate::event::Instrument> {
    fields.iter().flat_map(|field| field.metrics.iter().map(|metric| metric.instrument.clone())).collect()
}

/// A struct without fields is an event, too.
fn named_fields<'a>(item: &'a DeriveInput, errors: &mut Errors) -> Vec<input::NamedField<'a>> {
    match &item.data {
        Data::Struct(data) if data.fields.is_empty() && !matches!(data.fields, Fields::Unnamed(_)) => {
            Vec::new()
        }
        _ => input::named_fields(item, "Event", REMEDY, errors),
    }
}

fn tokens(model: &Model<'_>) -> TokenStream {
    let Model { item, runtime, schema, level, .. } = model;
    let call = Call::of_struct(schema, *level, runtime, model.fields.iter().map(EventField::recorded));
    let emit = emit(model, &expand_call(&call));
    let path = &model.level_path;
    let named_level = path.as_ref().map(|path| quote!(const _: () = { let _ = #path; };));
    let series = count_series(model);
    let family = model.family.as_ref().map(|family| family.tokens(item, runtime, schema));
    quote!(#emit #named_level #series #family)
}

/// `emit`, whose body is `body`.
fn emit(model: &Model<'_>, body: &TokenStream) -> TokenStream {
    // Spans of this crate's edition, so that paths mean the same for users of every edition.
    let here = Span::mixed_site();
    let (ident, vis) = (&model.item.ident, &model.item.vis);
    let (parameters, arguments, bounds) = model.item.generics.split_for_impl();
    let documentation = format!(
        "Reports it: one log line and one span `{}`, and what its fields are in metrics.",
        model.schema.name
    );
    quote_spanned! {here=>
        #[automatically_derived]
        impl #parameters #ident #arguments #bounds {
            #[doc = #documentation]
            #vis fn emit(&self) {
                #body
            }
        }
    }
}

/// Too many series are an error where the struct stands. A label that borrows is counted where it is used only.
fn count_series(model: &Model<'_>) -> Option<TokenStream> {
    let runtime = &model.runtime;
    let labels: Vec<TokenStream> = model
        .fields
        .iter()
        .filter(|field| field.role == Role::Label)
        .map(|field| {
            let (ty, at) = (field.ty, field.place());
            quote_spanned!(at=> <#ty as #runtime::LabelValue>::VALUES)
        })
        .collect();
    if labels.is_empty() || !model.item.generics.params.is_empty() {
        return None;
    }
    let here = Span::mixed_site().located_at(model.item.ident.span());
    Some(quote_spanned! {here=>
        const _: ::core::primitive::usize = #runtime::__private::count_series(&[#(#labels),*]);
    })
}

/// Stands in where there are errors, so that those who report the event are not told that they cannot.
fn tokens_of_nothing(model: &Model<'_>) -> TokenStream {
    let family = model.family.as_ref().map(Family::tokens_of_nothing);
    let emit = emit(model, &TokenStream::new());
    quote!(#emit #family)
}

impl EventField<'_> {
    /// What a macro has to know of it; nothing of a mere field.
    fn schema(&self) -> Option<SchemaField> {
        (self.role != Role::Plain || self.is_positional).then(|| SchemaField {
            key: self.key.clone(),
            role: self.role,
            is_positional: self.is_positional,
        })
    }
}
