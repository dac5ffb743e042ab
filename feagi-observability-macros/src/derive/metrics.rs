//! `#[derive(Metrics)]`: a struct of handles in, one registered value of it out.

mod metric;

use super::{attribute, input};
use crate::errors::Errors;
use crate::form::{keep, key, path, text, unknown};
use crate::metric_name::check_clash;
use crate::names::{as_metric_name, is_metric_name};
use crate::runtime_path::runtime_path;
use crate::slot::Slot;
use metric::Metric;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::ParseStream;
use syn::{DeriveInput, LitStr, Path};

const KEYS: [&str; 2] = ["prefix", "crate"];

const REMEDY: &str =
    "write a struct with named fields, such as `struct Metrics { jobs: Counter, depth: Gauge }`";

#[derive(Default)]
struct Args {
    prefix: Option<Slot<LitStr>>,
    runtime: Option<Slot<Path>>,
}

/// The whole way from the item to the implementation.
pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(item) = input::parse(item, &mut errors) else {
        return errors.finish().map_or_else(|error| error.to_compile_error(), |()| TokenStream::new());
    };
    let args = Args::read(&item, &mut errors);
    let prefix = args.prefix(&mut errors);
    check_generics(&item, &mut errors);
    let fields = input::named_fields(&item, "Metrics", REMEDY, &mut errors);
    let metrics: Vec<Metric<'_>> =
        fields.iter().filter_map(|field| Metric::read(field, prefix.as_deref(), &mut errors)).collect();
    let claims: Vec<_> = metrics.iter().map(Metric::claim).collect();
    check_clash(&claims, &mut errors);
    let runtime = runtime_path(args.runtime.as_ref().map(|slot| &slot.value));
    match errors.finish() {
        Ok(()) => tokens(&item, &runtime, &metrics),
        Err(error) => {
            let (error, empty) = (error.to_compile_error(), tokens_of_nothing(&item, &runtime));
            quote!(#error #empty)
        }
    }
}

impl Args {
    fn read(item: &DeriveInput, errors: &mut Errors) -> Self {
        let mut args = Args::default();
        attribute::read(&item.attrs, "metrics", "prefix = \"…\"", errors, |input, errors| {
            args.piece(input, errors)
        });
        let message = "`#[metric(…)]` describes a field; on the struct write `#[metrics(…)]`";
        attribute::refuse(&item.attrs, "metric", message, errors);
        args
    }

    fn piece(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let start = &input.fork();
        let key = key(input, "#[metrics]", &KEYS)?;
        match key.to_string().as_str() {
            "prefix" => keep(&mut self.prefix, &key, text(input, &key)?, (start, input), errors),
            "crate" => keep(&mut self.runtime, &key, path(input, &key)?, (start, input), errors),
            _ => Err(unknown(&key, "#[metrics]", &KEYS)),
        }
    }

    /// What stands before every name. A broken one is left out, so that it is one error and not one for each field.
    fn prefix(&self, errors: &mut Errors) -> Option<String> {
        let literal = &self.prefix.as_ref()?.value;
        let prefix = literal.value();
        let remedy = |name: Option<String>| name.map_or(String::new(), |name| format!("; write `{name}`"));
        if prefix.is_empty() {
            errors.push(literal, "`prefix` is empty; write something, or leave it out");
        } else if !is_metric_name(&prefix) {
            let grammar = "it takes ASCII letters, `_`, `:` and, but for its start, digits";
            let message = format!(
                "`{prefix}` cannot start a metric name: {grammar}{}",
                remedy(as_metric_name(&prefix))
            );
            errors.push(literal, message);
        } else if prefix.ends_with('_') {
            let stem = prefix.trim_end_matches('_');
            let remedy = remedy((!stem.is_empty()).then(|| stem.to_owned()));
            errors.push(literal, format!("the `_` between prefix and name is put there anyway{remedy}"));
        } else {
            return Some(prefix);
        }
        None
    }
}

/// There is one value of the struct in a program. With parameters it would be unclear of which type.
fn check_generics(item: &DeriveInput, errors: &mut Errors) {
    if !item.generics.params.is_empty() {
        let message = "a struct of metrics takes no parameters, because there is one of it in a program; \
                       remove them, or make them a label";
        errors.push(&item.generics, message);
    }
}

fn tokens(item: &DeriveInput, runtime: &TokenStream, metrics: &[Metric<'_>]) -> TokenStream {
    // Spans of this crate's edition, so that paths mean the same for users of every edition.
    let here = Span::mixed_site();
    let (ident, vis) = (&item.ident, &item.vis);
    let owner = ident.to_string();
    let documentation = format!(
        "The metrics of this program's one `{owner}`. The first call puts them on the metrics page; every call gives the same ones."
    );
    quote_spanned! {here=>
        #[automatically_derived]
        impl #ident {
            #[doc = #documentation]
            #[inline]
            #vis fn register() -> &'static Self {
                #runtime::__private::register_metrics! { #ident #owner { #(#metrics)* } }
            }
        }
    }
}

/// Stands in where there are errors, so that those who use the metrics are not told that they are not there.
fn tokens_of_nothing(item: &DeriveInput, runtime: &TokenStream) -> TokenStream {
    let here = Span::mixed_site();
    let (ident, vis) = (&item.ident, item.vis.to_token_stream());
    let (parameters, arguments, bounds) = item.generics.split_for_impl();
    quote_spanned! {here=>
        #[automatically_derived]
        impl #parameters #ident #arguments #bounds {
            #vis fn register() -> &'static Self {
                #runtime::__private::never()
            }
        }
    }
}
