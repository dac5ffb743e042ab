//! The arguments of `#[instrument(…)]` as syntax: those of `tracing::instrument`, and ours besides.

use super::fields::{Field, fields};
use crate::errors::Errors;
use crate::form::{Choice, Metric, expr, keep, metric, options, path, set, switch, unknown};
use crate::log::{Log, log};
use crate::names::listed;
use crate::slot::Slot;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, Lit, LitStr, Path, Token, parenthesized};

/// Every key, in the order of the documentation.
const KEYS: [&str; 14] = [
    "name",
    "level",
    "target",
    "parent",
    "follows_from",
    "skip",
    "skip_all",
    "fields",
    "err",
    "ret",
    "log",
    "metric",
    "profile",
    "crate",
];

#[derive(Default)]
pub(crate) struct Args {
    pub(crate) name: Option<Slot<Expr>>,
    pub(crate) level: Option<Slot<SpanLevel>>,
    pub(crate) target: Option<Slot<Expr>>,
    pub(crate) parent: Option<Slot<Expr>>,
    pub(crate) follows_from: Option<Slot<Expr>>,
    pub(crate) skip: Option<Slot<Vec<Ident>>>,
    pub(crate) skip_all: Option<Slot<()>>,
    pub(crate) fields: Option<Slot<Vec<Field>>>,
    pub(crate) err: Option<Slot<Shown>>,
    pub(crate) ret: Option<Slot<Shown>>,
    pub(crate) log: Option<Slot<Log>>,
    pub(crate) metric: Option<Slot<Metric>>,
    pub(crate) profile: Option<Slot<bool>>,
    pub(crate) runtime: Option<Slot<Path>>,
}

/// `err`, `ret(Display, level = "debug")`.
#[derive(Default)]
pub(crate) struct Shown {
    pub(crate) level: Option<Slot<SpanLevel>>,
    pub(crate) format: Option<Slot<Format>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Display,
    Debug,
}

/// A level as `tracing::instrument` takes it.
#[derive(Clone)]
pub(crate) enum SpanLevel {
    /// A constant of `tracing::Level`.
    Named(&'static str),
    Path(Path),
}

impl Args {
    /// Reads what can be read; the rest becomes errors. Commas may be left out and doubled, as in `tracing`.
    pub(crate) fn read(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Args::default();
        let all = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let ahead = input.fork();
                match args.piece(&ahead, errors) {
                    Ok(()) => input.advance_to(&ahead),
                    Err(error) => {
                        errors.absorb(error);
                        while !input.is_empty() && !input.peek(Token![,]) {
                            input.parse::<TokenTree>()?;
                        }
                    }
                }
                while input.parse::<Option<Token![,]>>()?.is_some() {}
            }
            Ok(())
        };
        if let Err(error) = all.parse2(tokens) {
            errors.absorb(error);
        }
        args
    }

    fn piece(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let start = &input.fork();
        if input.peek(LitStr) {
            let value = Expr::Lit(input.parse()?);
            return keep(&mut self.name, "name", value, (start, input), errors);
        }
        if !input.peek(Ident::peek_any) {
            return Err(input.error(format!("expected an argument; `#[instrument]` takes {}", listed(&KEYS))));
        }
        let key = &Ident::parse_any(input)?;
        match key.to_string().as_str() {
            "name" => keep(&mut self.name, "name", constant(input, key)?, (start, input), errors),
            "level" => {
                keep(&mut self.level, "level", set(input, key, "level = \"info\"")?, (start, input), errors)
            }
            "target" => keep(&mut self.target, "target", constant(input, key)?, (start, input), errors),
            "parent" => {
                keep(&mut self.parent, "parent", expr(input, key, "parent = &span")?, (start, input), errors)
            }
            "follows_from" => {
                let causes = expr(input, key, "follows_from = [&span]")?;
                keep(&mut self.follows_from, "follows_from", causes, (start, input), errors)
            }
            "skip" => keep(&mut self.skip, "skip", skip(input, key)?, (start, input), errors),
            "skip_all" => keep(&mut self.skip_all, "skip_all", (), (start, input), errors),
            "fields" => keep(&mut self.fields, "fields", fields(input, key, errors)?, (start, input), errors),
            "err" => keep(&mut self.err, "err", shown(input, "err", errors)?, (start, input), errors),
            "ret" => keep(&mut self.ret, "ret", shown(input, "ret", errors)?, (start, input), errors),
            "log" => keep(&mut self.log, "log", log(input, key, errors)?, (start, input), errors),
            "metric" => keep(&mut self.metric, "metric", metric(input, key)?, (start, input), errors),
            "profile" => keep(&mut self.profile, "profile", switch(input, key)?, (start, input), errors),
            "crate" => keep(&mut self.runtime, "crate", path(input, key)?, (start, input), errors),
            _ => Err(unknown(key, "#[instrument]", &KEYS)),
        }
    }
}

/// `key = "…"`, or a constant.
fn constant(input: ParseStream<'_>, key: &Ident) -> syn::Result<Expr> {
    let value = expr(input, key, &format!("{key} = \"…\""))?;
    match &value {
        Expr::Lit(literal) if !matches!(literal.lit, Lit::Str(_)) => {
            let message = format!("`{key}` needs a string or a constant; write `{key} = \"…\"`");
            Err(syn::Error::new_spanned(literal, message))
        }
        _ => Ok(value),
    }
}

/// `skip(a, b)`.
fn skip(input: ParseStream<'_>, key: &Ident) -> syn::Result<Vec<Ident>> {
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new_spanned(key, "`skip` needs a list; write `skip(a, b)`, or `skip_all`"));
    }
    let names;
    parenthesized!(names in input);
    let names = names.parse_terminated(Ident::parse_any, Token![,])?;
    Ok(names.into_iter().collect())
}

/// Nothing, or `(Debug, level = "…")`.
fn shown(input: ParseStream<'_>, key: &str, errors: &mut Errors) -> syn::Result<Shown> {
    let mut shown = Shown::default();
    if input.peek(Token![=]) {
        let message = format!(
            "`{key}` takes no value but options; write `{key}`, `{key}(Debug)` or `{key}(level = \"warn\")`"
        );
        return Err(input.error(message));
    }
    if !input.peek(syn::token::Paren) {
        return Ok(shown);
    }
    let content;
    parenthesized!(content in input);
    options(content.parse()?, key, &["Debug", "Display", "level"], errors, |choice, errors| {
        let Choice { word, start, input } = choice;
        match word.to_string().as_str() {
            "Debug" => keep(&mut shown.format, "format", Format::Debug, (start, input), errors)?,
            "Display" => keep(&mut shown.format, "format", Format::Display, (start, input), errors)?,
            "level" => {
                let level = set(input, word, "level = \"warn\"")?;
                keep(&mut shown.level, "level", level, (start, input), errors)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    });
    Ok(shown)
}

impl Parse for SpanLevel {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        const BY_NUMBER: [&str; 5] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];
        let ahead = input.fork();
        let mut written: Expr = input.parse()?;
        // A `$level:expr` stands in an invisible group.
        while let Expr::Group(group) = written {
            written = *group.expr;
        }
        let found = match &written {
            Expr::Path(path) if path.qself.is_none() => Some(SpanLevel::Path(path.path.clone())),
            Expr::Lit(literal) => {
                let named = |name: &&&'static str| match &literal.lit {
                    Lit::Str(text) => name.eq_ignore_ascii_case(&text.value()),
                    _ => false,
                };
                let index = match &literal.lit {
                    Lit::Int(number) => number.base10_parse::<usize>().ok().and_then(|n| n.checked_sub(1)),
                    _ => None,
                };
                let by_number = index.and_then(|index| BY_NUMBER.get(index));
                by_number.or_else(|| BY_NUMBER.iter().find(named)).map(|name| SpanLevel::Named(name))
            }
            _ => None,
        };
        found.ok_or_else(|| {
            let remedy = "write `level = \"trace\"`, `\"debug\"`, `\"info\"`, `\"warn\"` or `\"error\"`, \
                          a path to a `tracing::Level`, or 1 (trace) to 5 (error)";
            let place = ahead.parse::<TokenTree>().map_or_else(|_| Span::call_site(), |token| token.span());
            syn::Error::new(place, format!("not a level; {remedy}"))
        })
    }
}

impl SpanLevel {
    /// As an expression of the type `tracing::Level`.
    pub(crate) fn tokens(&self, runtime: &TokenStream) -> TokenStream {
        match self {
            SpanLevel::Named(name) => {
                let name = Ident::new(name, Span::mixed_site());
                quote_spanned!(Span::mixed_site()=> #runtime::__private::tracing::Level::#name)
            }
            SpanLevel::Path(path) => quote::quote!(#path),
        }
    }
}
