//! The arguments of `#[observe(…)]` as syntax: which there are and what stands in each. What they mean is the model's.

use crate::errors::Errors;
use crate::field::Field;
pub(crate) use crate::form::Metric;
use crate::form::{bare, keep, metric, path, set, switch, text};
use crate::level::WrittenLevel;
use crate::names::{listed, nearest};
use crate::pieces;
use crate::slot::Slot;
use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{LitStr, Path, parenthesized};

/// Every key, in the order of the documentation.
const KEYS: [&str; 9] = ["name", "level", "target", "fields", "metric", "help", "profile", "err", "crate"];

#[derive(Default)]
pub(crate) struct Args {
    pub(crate) name: Option<Slot<LitStr>>,
    pub(crate) level: Option<Slot<WrittenLevel>>,
    pub(crate) target: Option<Slot<LitStr>>,
    pub(crate) fields: Option<Slot<Vec<Field>>>,
    pub(crate) metric: Option<Slot<Metric>>,
    pub(crate) help: Option<Slot<LitStr>>,
    pub(crate) profile: Option<Slot<bool>>,
    pub(crate) err: Option<Slot<()>>,
    pub(crate) runtime: Option<Slot<Path>>,
}

impl Args {
    /// Reads what can be read; the rest becomes errors.
    pub(crate) fn read(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Args::default();
        pieces::read(tokens, errors, |input, errors| args.piece(input, errors));
        args
    }

    fn piece(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let start = &input.fork();
        if input.peek(LitStr) {
            let value = input.parse()?;
            return keep(&mut self.name, "name", value, start, input, errors);
        }
        if !input.peek(Ident::peek_any) {
            return Err(input.error(format!("expected an argument; `#[observe]` takes {}", listed(&KEYS))));
        }
        let key = Ident::parse_any(input)?;
        match key.to_string().as_str() {
            "name" => keep(&mut self.name, "name", text(input, &key)?, start, input, errors),
            "level" => {
                keep(&mut self.level, "level", set(input, &key, "level = \"info\"")?, start, input, errors)
            }
            "target" => keep(&mut self.target, "target", text(input, &key)?, start, input, errors),
            "fields" => keep(&mut self.fields, "fields", fields(input, &key, errors)?, start, input, errors),
            "metric" => keep(&mut self.metric, "metric", metric(input, &key)?, start, input, errors),
            "help" => keep(&mut self.help, "help", text(input, &key)?, start, input, errors),
            "profile" => keep(&mut self.profile, "profile", switch(input, &key)?, start, input, errors),
            "err" => keep(&mut self.err, "err", bare(input, &key)?, start, input, errors),
            "crate" => keep(&mut self.runtime, "crate", path(input, &key)?, start, input, errors),
            _ => Err(unknown(&key)),
        }
    }
}

fn unknown(key: &Ident) -> syn::Error {
    let meant = nearest(&key.to_string(), &KEYS).map_or(String::new(), |name| format!("write `{name}`; "));
    let message = format!("unknown argument `{key}`; {meant}`#[observe]` takes {}", listed(&KEYS));
    syn::Error::new_spanned(key, message)
}

/// `fields(…)`.
fn fields(input: ParseStream<'_>, key: &Ident, errors: &mut Errors) -> syn::Result<Vec<Field>> {
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new_spanned(
            key,
            "`fields` needs a list; write `fields(a, %b, ?c, key = value)`",
        ));
    }
    let list;
    parenthesized!(list in input);
    let mut fields = Vec::new();
    pieces::read(list.parse()?, errors, |input, _| {
        fields.push(input.parse()?);
        Ok(())
    });
    Ok(fields)
}
