//! `#[event(…)]` on the struct: name, line, counter, macros.

use super::family::Macros;
use crate::case::Case;
use crate::derive::attribute;
use crate::docs;
use crate::errors::Errors;
use crate::event::Instrument;
use crate::form::{keep, key, path, set_with, text, unknown};
use crate::level::WrittenLevel;
use crate::metric_name::{MetricKind, MetricName, check_metric_name, on_page};
use crate::names::as_metric_name;
use crate::slot::Slot;
use crate::unit;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{DeriveInput, LitBool, LitStr, Path, Token};

const KEYS: [&str; 8] = ["name", "level", "target", "message", "help", "metric", "macros", "crate"];

/// How events are counted.
pub(super) enum Metric {
    /// Under the event's name.
    Bare,
    Named(LitStr),
    Off,
}

#[derive(Default)]
pub(super) struct Args {
    pub(super) name: Option<Slot<LitStr>>,
    pub(super) level: Option<Slot<WrittenLevel>>,
    pub(super) target: Option<Slot<LitStr>>,
    pub(super) message: Option<Slot<LitStr>>,
    pub(super) help: Option<Slot<LitStr>>,
    pub(super) metric: Option<Slot<Metric>>,
    pub(super) macros: Option<Slot<Macros>>,
    pub(super) runtime: Option<Slot<Path>>,
}

impl Args {
    pub(super) fn read(item: &DeriveInput, errors: &mut Errors) -> Self {
        let mut args = Args::default();
        attribute::read(&item.attrs, "event", "name = \"…\"", errors, |input, errors| {
            args.piece(input, errors)
        });
        args
    }

    fn piece(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let start = &input.fork();
        let key = key(input, "#[event]", &KEYS)?;
        match key.to_string().as_str() {
            "name" => keep(&mut self.name, &key, text(input, &key)?, (start, input), errors),
            "level" => keep(&mut self.level, &key, level(input, &key)?, (start, input), errors),
            "target" => keep(&mut self.target, &key, text(input, &key)?, (start, input), errors),
            "message" => keep(&mut self.message, &key, text(input, &key)?, (start, input), errors),
            "help" => keep(&mut self.help, &key, text(input, &key)?, (start, input), errors),
            "metric" => keep(&mut self.metric, &key, metric(input, &key)?, (start, input), errors),
            "macros" => {
                let macros = Macros::read(input, &key, errors)?;
                keep(&mut self.macros, &key, macros, (start, input), errors)
            }
            "crate" => keep(&mut self.runtime, &key, path(input, &key)?, (start, input), errors),
            _ => Err(unknown(&key, "#[event]", &KEYS)),
        }
    }

    /// The event's name: the struct's in snake case, if none is given.
    pub(super) fn name(&self, item: &DeriveInput) -> String {
        match &self.name {
            Some(slot) => slot.value.value(),
            None => Case::Snake.apply(&item.ident.unraw().to_string()),
        }
    }

    /// What has chosen the name.
    pub(super) fn name_place(&self, item: &DeriveInput) -> TokenStream {
        let given = self.name.as_ref().map(|slot| slot.value.to_token_stream());
        given.unwrap_or_else(|| item.ident.to_token_stream())
    }

    /// What has chosen the counter's name.
    pub(super) fn metric_place(&self, item: &DeriveInput) -> TokenStream {
        match self.metric.as_ref().map(|slot| &slot.value) {
            Some(Metric::Named(name)) => name.to_token_stream(),
            _ => self.name_place(item),
        }
    }

    /// What the names of metrics begin with that have none of their own.
    pub(super) fn stem(&self, item: &DeriveInput, errors: &mut Errors) -> String {
        let name = match self.metric.as_ref().map(|slot| &slot.value) {
            Some(Metric::Named(name)) => name.value(),
            _ => self.name(item),
        };
        if name.trim().is_empty() {
            errors.push(self.metric_place(item), "an event needs a name; write something, such as `burst`");
        } else if !self.is_off() {
            let name = MetricName::new(self.metric_place(item), None, &name);
            check_metric_name(&name, MetricKind::Counter, errors);
        }
        let stem = as_metric_name(&name).unwrap_or_else(|| "event".to_owned());
        stem.strip_suffix("_total").unwrap_or(&stem).to_owned()
    }

    fn is_off(&self) -> bool {
        matches!(&self.metric, Some(Slot { value: Metric::Off, .. }))
    }

    /// The counter of the events themselves.
    pub(super) fn counter(&self, stem: &str, help: &str) -> Option<Instrument> {
        (!self.is_off()).then(|| Instrument {
            kind: MetricKind::Counter,
            name: on_page(stem, MetricKind::Counter),
            help: help.to_owned(),
            unit: unit::of_name(stem).unwrap_or_default().to_owned(),
            buckets: Vec::new(),
            field: String::new(),
        })
    }

    /// The HELP text: given, else the documentation's first line, else the name.
    pub(super) fn help(&self, item: &DeriveInput, name: &str) -> String {
        let written = || Some(docs::first_line(&item.attrs)).filter(|line| !line.is_empty());
        let given = self.help.as_ref().map(|slot| slot.value.value());
        given.or_else(written).unwrap_or_else(|| format!("Events `{name}`."))
    }

    /// The texts that must say something.
    pub(super) fn texts(&self) -> [(&'static str, &Option<Slot<LitStr>>); 3] {
        [("target", &self.target), ("message", &self.message), ("help", &self.help)]
    }
}

fn level(input: ParseStream<'_>, key: &Ident) -> syn::Result<WrittenLevel> {
    set_with(input, key, "level = \"info\"", |input| input.parse())
}

fn metric(input: ParseStream<'_>, key: &Ident) -> syn::Result<Metric> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(Metric::Bare);
    }
    let example = "metric = \"feagi_bursts\"";
    set_with(input, key, example, |input| {
        if input.peek(LitStr) {
            return input.parse().map(Metric::Named);
        }
        let switch = input.parse::<LitBool>().map_err(|error| {
            let message = format!("`metric` needs a name or `false`; write `{example}` or `metric = false`");
            syn::Error::new(error.span(), message)
        })?;
        Ok(if switch.value { Metric::Bare } else { Metric::Off })
    })
}
