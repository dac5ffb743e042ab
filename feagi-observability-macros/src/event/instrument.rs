//! `instrument!("name", k = v, …)`: an event that is declared where it happens. A line with the name as its message, a span without
//! duration, a count in the family that all such events share.

use super::ad_hoc;
use super::args::Args as Head;
use crate::errors::Errors;
use crate::facts::Facts;
use crate::fallback;
use crate::field::Field;
use crate::observe::{check_field_count, check_field_keys};
use crate::pieces;
use crate::runtime_path::runtime_path;
use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::{LitStr, Token};

const FORM: &str = "instrument!(\"…\", key = value)";

struct Args {
    head: Head,
    name: LitStr,
    fields: Vec<Field>,
}

/// The whole way from the macro's tokens to the expansion.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let args = Args::read(input, &mut errors);
    if let Some(args) = &args {
        check(args, &mut errors);
    }
    match (errors.finish(), args) {
        (Ok(()), Some(args)) => args.tokens(),
        (Ok(()), None) => TokenStream::new(),
        (Err(errors), _) => fallback::expression(&errors),
    }
}

impl Args {
    /// `crate = path` and `target: "…"` first, then the name, then fields.
    fn read(input: TokenStream, errors: &mut Errors) -> Option<Self> {
        let mut rest = TokenStream::new();
        let start = |input: ParseStream<'_>| {
            let mut head = Head::default();
            head.head(input)?;
            let name = input.parse::<LitStr>().map_err(|error| {
                syn::Error::new(
                    error.span(),
                    format!("expected the event's name as a string; write `{FORM}`"),
                )
            })?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
            rest = input.parse()?;
            Ok((head, name))
        };
        match start.parse2(input) {
            Ok((head, name)) => {
                let mut fields = Vec::new();
                pieces::read(rest, errors, |input, _| {
                    fields.push(field(input)?);
                    Ok(())
                });
                Some(Args { head, name, fields })
            }
            Err(error) => {
                errors.absorb(error);
                None
            }
        }
    }

    fn tokens(&self) -> TokenStream {
        let here = Span::mixed_site();
        let runtime = runtime_path(self.head.runtime.as_ref());
        let name = self.name.value();
        let mut facts = Facts::new(&runtime);
        facts.some("name", &self.name);
        if let Some(target) = &self.head.target {
            facts.set("target", target);
        }
        facts.text("message", &name);
        // It has no duration.
        facts.of_runtime("metric", quote!(MetricFacts::Off));
        facts.texts("keys", self.fields.iter().map(|field| field.key.as_str()));
        let kind = facts.path(quote!(InstrumentKind::Events));
        let help = "Events by their names.";
        let instrument = facts.path(quote!(InstrumentFacts::new(#kind, "observed_events_total", #help, "")));
        facts.set("instruments", quote!(&[#instrument]));
        let count = Literal::usize_unsuffixed(self.fields.len());
        let fields = self.fields.iter().enumerate().map(|(index, field)| field.entry(index));
        quote_spanned!(here=> #runtime::__private::emit_event! { #facts #count { #(#fields)* } [] [0] {} [] })
    }
}

fn field(input: ParseStream<'_>) -> syn::Result<Field> {
    if input.peek(LitStr) && !input.peek2(Token![=]) {
        return Err(input.error("the name is the message, so there is no other; write fields, `key = value`"));
    }
    input.parse()
}

fn check(args: &Args, errors: &mut Errors) {
    if args.name.value().trim().is_empty() {
        errors.push(&args.name, "the name is empty; write what happens");
    }
    super::check::check_target(&args.head, errors);
    check_field_keys(&args.fields, errors);
    check_field_count(&args.fields, 0, errors);
    for field in &args.fields {
        check_ad_hoc(field, errors);
    }
}

/// `counter.x` declares a metric in the macros of an event; an event by name has none but its count.
fn check_ad_hoc(field: &Field, errors: &mut Errors) {
    if let Some((kind, own)) = ad_hoc::declared(field) {
        let message = format!(
            "`{}.…` does not declare a metric here; name the field `{own}`, or derive an event",
            kind.word()
        );
        errors.push(&field.name, message);
    }
}
