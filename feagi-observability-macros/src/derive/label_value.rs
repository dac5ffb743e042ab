//! `#[derive(LabelValue)]`: an enum without fields in, the texts of its variants and their numbers out.

use super::{attribute, input};
use crate::case::Case;
use crate::errors::Errors;
use crate::form::{keep, key, path, text, unknown};
use crate::names::{listed, nearest};
use crate::runtime_path::runtime_path;
use crate::slot::Slot;
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use std::collections::HashMap;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Data, DeriveInput, Fields, Ident, LitStr, Path, Variant};

/// On the enum, and on a variant.
const KEYS: [&str; 2] = ["rename_all", "crate"];
const VARIANT_KEYS: [&str; 1] = ["rename"];

const REMEDY: &str = "write an enum without fields, such as `enum Phase { Inject, Propagate }`";

/// One value of the label.
struct Value<'a> {
    variant: &'a Ident,
    text: String,
    /// What has chosen the text: `rename`, or the variant itself.
    place: TokenStream,
}

#[derive(Default)]
struct Args {
    rename_all: Option<Slot<LitStr>>,
    runtime: Option<Slot<Path>>,
}

/// The whole way from the item to the implementation.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(item) = input::parse(item, &mut errors) else {
        return errors.finish().map_or_else(|error| error.to_compile_error(), |()| TokenStream::new());
    };
    let args = Args::read(&item, &mut errors);
    let case = args.case(&mut errors);
    let variants = variants(&item, &mut errors);
    let values: Vec<Value<'_>> =
        variants.into_iter().map(|variant| Value::read(variant, case, &mut errors)).collect();
    check_texts(&values, &mut errors);
    check_generics(&item, &mut errors);
    let runtime = runtime_path(args.runtime.as_ref().map(|slot| &slot.value));
    match errors.finish() {
        Ok(()) => tokens(&item, &runtime, &values),
        Err(error) => {
            let (error, empty) = (error.to_compile_error(), tokens_of_nothing(&item, &runtime));
            quote!(#error #empty)
        }
    }
}

impl Args {
    fn read(item: &DeriveInput, errors: &mut Errors) -> Self {
        let mut args = Args::default();
        attribute::read(&item.attrs, "label", "rename_all = \"kebab-case\"", errors, |input, errors| {
            args.piece(input, errors)
        });
        args
    }

    fn piece(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let start = &input.fork();
        let key = key(input, "#[label]", &KEYS)?;
        match key.to_string().as_str() {
            "rename_all" => keep(&mut self.rename_all, &key, text(input, &key)?, (start, input), errors),
            "crate" => keep(&mut self.runtime, &key, path(input, &key)?, (start, input), errors),
            _ => Err(unknown(&key, "#[label]", &KEYS)),
        }
    }

    /// How variants are written where they are not renamed.
    fn case(&self, errors: &mut Errors) -> Case {
        let Some(slot) = &self.rename_all else { return Case::Snake };
        let name = slot.value.value();
        Case::by_name(&name).unwrap_or_else(|| {
            let names = Case::names();
            let meant = nearest(&name, &names).map_or(String::new(), |near| format!("write `\"{near}\"`; "));
            let message = format!("unknown case `{name}`; {meant}the cases are {}", listed(&names));
            errors.push(&slot.value, message);
            Case::Snake
        })
    }
}

/// The variants of an enum; for anything else there is an error, and one for each variant with fields.
fn variants<'a>(item: &'a DeriveInput, errors: &mut Errors) -> Vec<&'a Variant> {
    let (place, what) = match &item.data {
        Data::Enum(data) if data.variants.is_empty() => {
            errors
                .push(&item.ident, "an enum without variants has no value that a label could have; add some");
            return Vec::new();
        }
        Data::Enum(data) => {
            data.variants.iter().for_each(|variant| check_fields(variant, errors));
            return data.variants.iter().collect();
        }
        Data::Struct(data) => (data.struct_token.to_token_stream(), "a struct"),
        Data::Union(data) => (data.union_token.to_token_stream(), "a union"),
    };
    let message =
        format!("`LabelValue` cannot be derived for {what}, which may have any number of values; {REMEDY}");
    errors.push(place, message);
    Vec::new()
}

/// Fields would make many values of one variant.
fn check_fields(variant: &Variant, errors: &mut Errors) {
    if !matches!(variant.fields, Fields::Unit) {
        let message = format!(
            "a variant of a label has no fields, because each of their values would be a series; \
             write `{}` alone, and record the rest as a field",
            variant.ident
        );
        errors.push(&variant.fields, message);
    }
}

/// A parameter could only be a number or a lifetime, and says nothing about the values.
fn check_generics(item: &DeriveInput, errors: &mut Errors) {
    if !item.generics.params.is_empty() {
        errors.push(&item.generics, "an enum that is a label takes no parameters; remove them");
    }
}

/// Two variants with one text would be one series. The second is pointed at.
fn check_texts(values: &[Value<'_>], errors: &mut Errors) {
    let mut seen: HashMap<&str, &Ident> = HashMap::new();
    for value in values {
        if value.text.is_empty() {
            errors.push(&value.place, "an empty text is no label to Prometheus; write something");
        } else if let Some(first) = seen.get(value.text.as_str()) {
            let message = format!(
                "`{first}` has the text `{}` already; write another with `#[label(rename = \"…\")]`",
                value.text
            );
            errors.push(&value.place, message);
        } else {
            seen.insert(&value.text, value.variant);
        }
    }
}

impl<'a> Value<'a> {
    fn read(variant: &'a Variant, case: Case, errors: &mut Errors) -> Self {
        let mut rename: Option<Slot<LitStr>> = None;
        attribute::read(&variant.attrs, "label", "rename = \"…\"", errors, |input, errors| {
            let start = &input.fork();
            let key = key(input, "#[label]", &VARIANT_KEYS)?;
            match key.to_string().as_str() {
                "rename" => keep(&mut rename, &key, text(input, &key)?, (start, input), errors),
                _ => Err(unknown(&key, "#[label]", &VARIANT_KEYS)),
            }
        });
        match rename {
            Some(slot) => Value {
                variant: &variant.ident,
                text: slot.value.value(),
                place: slot.value.to_token_stream(),
            },
            None => Value {
                variant: &variant.ident,
                text: case.apply(&variant.ident.unraw().to_string()),
                place: variant.ident.to_token_stream(),
            },
        }
    }
}

fn tokens(item: &DeriveInput, runtime: &TokenStream, values: &[Value<'_>]) -> TokenStream {
    // Spans of this crate's edition, so that paths mean the same for users of every edition.
    let here = Span::mixed_site();
    let ident = &item.ident;
    let texts = values.iter().map(|value| &value.text);
    let arms = values.iter().enumerate().map(|(index, value)| {
        let (variant, index) = (value.variant, Literal::usize_unsuffixed(index));
        quote_spanned!(here=> Self::#variant => #index,)
    });
    quote_spanned! {here=>
        #[automatically_derived]
        impl #runtime::LabelValue for #ident {
            const VALUES: &'static [&'static ::core::primitive::str] = &[#(#texts),*];

            #[inline]
            fn index(&self) -> ::core::primitive::usize {
                match self { #(#arms)* }
            }
        }
    }
}

/// Stands in where there are errors, so that those who use the type are not told that it is no label.
fn tokens_of_nothing(item: &DeriveInput, runtime: &TokenStream) -> TokenStream {
    let here = Span::mixed_site();
    let ident = &item.ident;
    let (generics, arguments, bounds) = item.generics.split_for_impl();
    quote_spanned! {here=>
        #[automatically_derived]
        impl #generics #runtime::LabelValue for #ident #arguments #bounds {
            const VALUES: &'static [&'static ::core::primitive::str] = &[""];

            fn index(&self) -> ::core::primitive::usize {
                0
            }
        }
    }
}
