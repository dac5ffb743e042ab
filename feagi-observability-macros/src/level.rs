//! Severity as it can be written: a word, a path that ends in the word, or a number as `tracing` counts them.

use proc_macro2::{Ident, Span};
use syn::parse::{Parse, ParseStream};
use syn::{Expr, ExprLit, ExprPath, Lit, Path};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// In the order of their numbers, from 1.
const NAMED: [(&str, Level); 5] = [
    ("trace", Level::Trace),
    ("debug", Level::Debug),
    ("info", Level::Info),
    ("warn", Level::Warn),
    ("error", Level::Error),
];

impl Level {
    fn by_name(name: &str) -> Option<Level> {
        NAMED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, level)| *level)
    }

    fn by_number(number: usize) -> Option<Level> {
        number.checked_sub(1).and_then(|index| NAMED.get(index)).map(|(_, level)| *level)
    }

    /// Its name.
    pub(crate) fn word(self) -> &'static str {
        NAMED.iter().find(|(_, level)| *level == self).map_or("info", |(name, _)| name)
    }

    /// The variant of the runtime's `Level`.
    pub(crate) fn variant(self) -> Ident {
        let name = match self {
            Level::Trace => "Trace",
            Level::Debug => "Debug",
            Level::Info => "Info",
            Level::Warn => "Warn",
            Level::Error => "Error",
        };
        Ident::new(name, Span::mixed_site())
    }
}

/// A level, and the path by which it was named: the compiler is to see it, so that its import counts as used.
pub(crate) struct WrittenLevel {
    pub(crate) level: Level,
    pub(crate) path: Option<Path>,
}

impl Parse for WrittenLevel {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut written: Expr = input.parse()?;
        // A `$level:expr` stands in an invisible group.
        while let Expr::Group(group) = written {
            written = *group.expr;
        }
        let level = match &written {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Level::by_name(&text.value()),
            Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => {
                number.base10_parse().ok().and_then(Level::by_number)
            }
            Expr::Path(ExprPath { path, .. }) => {
                path.segments.last().and_then(|last| Level::by_name(&last.ident.to_string()))
            }
            _ => None,
        };
        let path = match &written {
            Expr::Path(ExprPath { path, .. }) => Some(path.clone()),
            _ => None,
        };
        level.map(|level| WrittenLevel { level, path }).ok_or_else(|| {
            let remedy = "write `level = \"trace\"`, `\"debug\"`, `\"info\"`, `\"warn\"` or `\"error\"`, \
                          a path such as `Level::INFO`, or 1 (trace) to 5 (error)";
            syn::Error::new_spanned(&written, format!("not a level; {remedy}"))
        })
    }
}
