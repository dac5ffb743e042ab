//! `#[derive(Labels)]`: a struct of label values in, the names of the labels and the numbers of their series out.

use super::input::NamedField;
use super::{attribute, input};
use crate::errors::Errors;
use crate::form::{keep, key, path, text, unknown};
use crate::labels::{check_label_duplicates, check_label_name};
use crate::runtime_path::runtime_path;
use crate::slot::Slot;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, GenericParam, Ident, LitStr, Path, Type, parse_quote_spanned};

/// On the struct, and on a field.
const KEYS: [&str; 1] = ["crate"];
const FIELD_KEYS: [&str; 1] = ["rename"];

const REMEDY: &str =
    "write a struct with named fields, such as `struct Labels { phase: Phase, retried: bool }`";

/// One label.
struct Label<'a> {
    field: &'a Ident,
    ty: &'a Type,
    name: String,
    /// What has chosen the name: `rename`, or the field itself.
    place: TokenStream,
}

/// The whole way from the item to the implementation.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(item) = input::parse(item, &mut errors) else {
        return errors.finish().map_or_else(|error| error.to_compile_error(), |()| TokenStream::new());
    };
    let runtime = read_runtime(&item, &mut errors);
    let fields = input::named_fields(&item, "Labels", REMEDY, &mut errors);
    let labels: Vec<Label<'_>> = fields.iter().map(|field| Label::read(field, &mut errors)).collect();
    for label in &labels {
        check_label_name(&label.place, &label.name, &mut errors);
    }
    check_label_duplicates(labels.iter().map(|label| (&label.place, label.name.clone())), &mut errors);
    let runtime = runtime_path(runtime.as_ref());
    match errors.finish() {
        Ok(()) => tokens(&item, &runtime, &labels),
        Err(error) => {
            let (error, empty) = (error.to_compile_error(), tokens_of_nothing(&item, &runtime));
            quote!(#error #empty)
        }
    }
}

fn read_runtime(item: &DeriveInput, errors: &mut Errors) -> Option<Path> {
    let mut runtime: Option<Slot<Path>> = None;
    let example = "crate = ::path::to::feagi_observability";
    attribute::read(&item.attrs, "label", example, errors, |input, errors| {
        let start = &input.fork();
        let key = key(input, "#[label]", &KEYS)?;
        match key.to_string().as_str() {
            "crate" => keep(&mut runtime, &key, path(input, &key)?, (start, input), errors),
            _ => Err(unknown(&key, "#[label]", &KEYS)),
        }
    });
    runtime.map(|slot| slot.value)
}

impl<'a> Label<'a> {
    fn read(NamedField { ident, field }: &NamedField<'a>, errors: &mut Errors) -> Self {
        let mut rename: Option<Slot<LitStr>> = None;
        attribute::read(&field.attrs, "label", "rename = \"…\"", errors, |input, errors| {
            let start = &input.fork();
            let key = key(input, "#[label]", &FIELD_KEYS)?;
            match key.to_string().as_str() {
                "rename" => keep(&mut rename, &key, text(input, &key)?, (start, input), errors),
                _ => Err(unknown(&key, "#[label]", &FIELD_KEYS)),
            }
        });
        let (name, place) = match rename {
            Some(slot) => (slot.value.value(), slot.value.to_token_stream()),
            None => (ident.unraw().to_string(), ident.to_token_stream()),
        };
        Label { field: ident, ty: &field.ty, name, place }
    }

    /// Its type's implementation. Errors about that name the type, at the field.
    fn value(&self, runtime: &TokenStream) -> TokenStream {
        let ty = self.ty;
        quote_spanned!(Span::mixed_site().located_at(ty.span())=> <#ty as #runtime::LabelValue>)
    }
}

fn tokens(item: &DeriveInput, runtime: &TokenStream, labels: &[Label<'_>]) -> TokenStream {
    // Spans of this crate's edition, so that paths mean the same for users of every edition.
    let here = Span::mixed_site();
    let ident = &item.ident;
    let generics = bounded(item, runtime);
    let (parameters, arguments, bounds) = generics.split_for_impl();
    let names = labels.iter().map(|label| &label.name);
    let values: Vec<TokenStream> = labels.iter().map(|label| label.value(runtime)).collect();
    let digits = labels.iter().zip(&values).map(|(label, value)| {
        let (field, at) = (label.field, Span::mixed_site().located_at(label.ty.span()));
        quote_spanned!(at=> (#value::VALUES.len(), #value::index(&self.#field)))
    });
    let counted = count_when_compiled(item, runtime);
    quote_spanned! {here=>
        #[automatically_derived]
        impl #parameters #runtime::Labels for #ident #arguments #bounds {
            const KEYS: &'static [&'static ::core::primitive::str] = &[#(#names),*];
            const VALUES: &'static [&'static [&'static ::core::primitive::str]] = &[#(#values::VALUES),*];
            const CARDINALITY: ::core::primitive::usize =
                #runtime::__private::count_series(<Self as #runtime::Labels>::VALUES);

            #[inline]
            fn index(&self) -> ::core::primitive::usize {
                #runtime::__private::number_series([#(#digits),*])
            }
        }
        #counted
    }
}

/// Too many series are an error where the struct stands. With type parameters that shows only where they are chosen.
fn count_when_compiled(item: &DeriveInput, runtime: &TokenStream) -> Option<TokenStream> {
    let ident = &item.ident;
    let mut lifetimes = Vec::new();
    for parameter in &item.generics.params {
        let GenericParam::Lifetime(_) = parameter else { return None };
        lifetimes.push(quote!('static));
    }
    let here = Span::mixed_site().located_at(ident.span());
    let arguments = (!lifetimes.is_empty()).then(|| quote!(<#(#lifetimes),*>));
    Some(quote_spanned! {here=>
        const _: ::core::primitive::usize = <#ident #arguments as #runtime::Labels>::CARDINALITY;
    })
}

/// Every type parameter is a label value.
fn bounded(item: &DeriveInput, runtime: &TokenStream) -> syn::Generics {
    let mut generics = item.generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote_spanned!(Span::mixed_site()=> #runtime::LabelValue));
    }
    generics
}

/// Stands in where there are errors, so that those who use the type are not told that it has no labels.
fn tokens_of_nothing(item: &DeriveInput, runtime: &TokenStream) -> TokenStream {
    let here = Span::mixed_site();
    let ident = &item.ident;
    let (parameters, arguments, bounds) = item.generics.split_for_impl();
    quote_spanned! {here=>
        #[automatically_derived]
        impl #parameters #runtime::Labels for #ident #arguments #bounds {
            const KEYS: &'static [&'static ::core::primitive::str] = &[];
            const VALUES: &'static [&'static [&'static ::core::primitive::str]] = &[];
            const CARDINALITY: ::core::primitive::usize = 1;

            fn index(&self) -> ::core::primitive::usize {
                0
            }
        }
    }
}
