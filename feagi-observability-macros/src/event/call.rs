//! One event that is reported: its fields, as they are recorded, and the metrics that they feed.

use super::ad_hoc;
use super::args::Args;
use super::schema::{Instrument, Role, Schema};
use crate::errors::Errors;
use crate::field::{Field, Recording};
use crate::level::Level;
use crate::runtime_path::runtime_path;
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{LitStr, Path, parse_quote_spanned};

pub(crate) struct Call<'s> {
    pub(crate) schema: &'s Schema,
    pub(crate) runtime: TokenStream,
    pub(crate) level: Level,
    pub(crate) target: Option<LitStr>,
    pub(crate) fields: Vec<Field>,
    pub(crate) instruments: Vec<Instrument>,
    pub(crate) message: Option<TokenStream>,
}

impl<'s> Call<'s> {
    /// With the fields that stand in a macro.
    pub(super) fn of_macro(
        schema: &'s Schema,
        level: Level,
        runtime: &Path,
        args: Args,
        errors: &mut Errors,
    ) -> Self {
        let runtime =
            args.runtime.as_ref().map_or_else(|| runtime.to_token_stream(), |path| runtime_path(Some(path)));
        let fed = |instrument: &&Instrument| {
            instrument.field.is_empty() || args.fields.iter().any(|field| field.key == instrument.field)
        };
        // An instrument is listed only where something feeds it: a gauge that is never set would show a zero nobody measured.
        let mut instruments: Vec<Instrument> = schema.instruments.iter().filter(fed).cloned().collect();
        instruments.extend(ad_hoc::instruments(schema, &args.fields, errors));
        let fields = args.fields.into_iter().map(|field| recorded(schema, field)).collect();
        Call { schema, runtime, level, target: args.target, fields, instruments, message: args.message }
    }

    /// With the fields of a struct.
    pub(crate) fn of_struct(
        schema: &'s Schema,
        level: Level,
        runtime: &TokenStream,
        fields: impl IntoIterator<Item = Field>,
    ) -> Self {
        Call {
            schema,
            runtime: runtime.clone(),
            level,
            target: None,
            fields: fields.into_iter().map(|field| recorded(schema, field)).collect(),
            instruments: schema.instruments.clone(),
            message: None,
        }
    }
}

/// The field as it reaches the record: without the word that declares its metric, as a label, or without its value.
fn recorded(schema: &Schema, mut field: Field) -> Field {
    if let Some((_, own)) = ad_hoc::declared(&field) {
        field.key = own.to_owned();
    }
    match schema.role(&field.key) {
        Role::Plain => {}
        Role::Label => field.recording = Recording::Label,
        Role::Redacted => {
            let value = &field.value;
            field.recording = Recording::Plain;
            // The compiler sees the value, so that it is of some type and counts as used; nobody computes it.
            field.value = parse_quote_spanned! {Span::mixed_site()=>
                { if false { let _ = &(#value); } "[redacted]" }
            };
        }
    }
    field
}
