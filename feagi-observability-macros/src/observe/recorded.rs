//! Everything that is recorded of a call, in the order of its numbers: fields, arguments and labels at entry, then what comes from
//! the returned value.

use super::args::{ArgList, Args};
use super::function::Function;
use super::parameters::{Parameter, parameters};
use crate::errors::Errors;
use crate::field::{Field, Recording};
use crate::names::{listed, nearest};
use proc_macro2::Ident;
use quote::{ToTokens, quote};

#[derive(Default)]
pub(crate) struct Recorded {
    /// `fields(…)` and `args(…)`.
    pub(crate) fields: Vec<Field>,
    /// `labels(…)` and `dynamic(…)`: fields, too.
    pub(crate) labels: Vec<Field>,
    /// The key of the label with any number of values, and how many of them have a series.
    pub(crate) dynamic: Option<(String, usize)>,
    /// `fields(ret.x = …)`.
    pub(crate) of_ret: Vec<Field>,
}

impl Recorded {
    /// Takes them out of the arguments; names of arguments that there are not become errors.
    pub(crate) fn gather(args: &mut Args, function: &Function, errors: &mut Errors) -> Self {
        let mut recorded = Recorded::default();
        for field in args.fields.take().map_or_else(Vec::new, |slot| slot.value) {
            let place = if field.of_ret().is_some() { &mut recorded.of_ret } else { &mut recorded.fields };
            place.push(field);
        }
        recorded.labels = args.labels.take().map_or_else(Vec::new, |slot| slot.value);
        if let Some(slot) = args.dynamic.take() {
            recorded.dynamic = Some((slot.value.label.key.clone(), slot.value.cap));
            recorded.labels.push(slot.value.label);
        }
        if let Some(list) = &args.args {
            let arguments = recorded.arguments(&list.value, function, errors);
            recorded.fields.extend(arguments);
        }
        recorded
    }

    /// The arguments that are to be recorded: of all of them, those whose names are not taken yet and do not say, by `_`, that nobody
    /// uses them.
    fn arguments(&self, list: &ArgList, function: &Function, errors: &mut Errors) -> Vec<Field> {
        let all = parameters(function);
        match list {
            ArgList::All => {
                let used = all.into_iter().filter(|parameter| !parameter.name.to_string().starts_with('_'));
                let arguments = used.map(|parameter| field(&parameter.name, parameter.recording()));
                arguments.filter(|argument| self.iter().all(|field| field.key != argument.key)).collect()
            }
            ArgList::Named(names) => {
                names.iter().filter_map(|name| argument(name, &all, function, errors)).collect()
            }
        }
    }

    /// In the order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().chain(&self.labels).chain(&self.of_ret)
    }
}

fn argument(name: &Ident, all: &[Parameter<'_>], function: &Function, errors: &mut Errors) -> Option<Field> {
    if let Some(parameter) = all.iter().find(|parameter| parameter.name == *name) {
        return Some(field(name, parameter.recording()));
    }
    if name == "self" && function.sig.receiver().is_some() {
        return Some(field(name, Recording::Debug));
    }
    let known: Vec<String> = all.iter().map(|parameter| parameter.name.to_string()).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let remedy = match (nearest(&name.to_string(), &known), known.is_empty()) {
        (Some(meant), _) => format!("write `{meant}`"),
        (None, false) => format!("it has {}", listed(&known)),
        (None, true) => "it has none".to_owned(),
    };
    errors.push(name, format!("the function has no argument `{name}`; {remedy}"));
    None
}

fn field(name: &Ident, recording: Recording) -> Field {
    let name_tokens = name.to_token_stream();
    Field {
        key: name.to_string().trim_start_matches("r#").to_owned(),
        recording,
        value: syn::parse_quote!(#name),
        written: quote!(#name),
        name: name_tokens,
    }
}
