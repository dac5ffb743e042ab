//! `err` and `ret`: how an error and a value are recorded.

use crate::errors::Errors;
use crate::field::Recording;
use crate::form::{Choice, keep, options, set};
use crate::level::WrittenLevel;
use crate::slot::Slot;
use syn::parse::ParseStream;
use syn::{Token, parenthesized};

/// `err`, `err(Debug, level = "warn")`.
#[derive(Default)]
pub(crate) struct Err {
    pub(crate) level: Option<Slot<WrittenLevel>>,
    /// By `Display` if it can be, else by `Debug`, if nothing is said.
    pub(crate) format: Option<Slot<Recording>>,
}

/// `ret`, `ret(Display, level = "debug")`.
#[derive(Default)]
pub(crate) struct Ret {
    pub(crate) level: Option<Slot<WrittenLevel>>,
    /// By `Debug` if nothing is said.
    pub(crate) format: Option<Slot<Recording>>,
}

pub(super) fn err(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Err> {
    let (level, format) = formatted(input, "err", errors)?;
    Ok(Err { level, format })
}

pub(super) fn ret(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Ret> {
    let (level, format) = formatted(input, "ret", errors)?;
    Ok(Ret { level, format })
}

type Formatted = (Option<Slot<WrittenLevel>>, Option<Slot<Recording>>);

fn formatted(input: ParseStream<'_>, key: &str, errors: &mut Errors) -> syn::Result<Formatted> {
    let (mut level, mut format) = (None, None);
    if input.is_empty() || input.peek(Token![,]) {
        return Ok((level, format));
    }
    if !input.peek(syn::token::Paren) {
        let message = format!(
            "`{key}` takes no value but options; write `{key}`, `{key}(Debug)` or `{key}(level = \"warn\")`"
        );
        return Err(input.error(message));
    }
    let content;
    parenthesized!(content in input);
    options(content.parse()?, key, &["Debug", "Display", "level"], errors, |choice, errors| {
        let Choice { word, start, input } = choice;
        match word.to_string().as_str() {
            "Debug" => keep(&mut format, "format", Recording::Debug, (start, input), errors)?,
            "Display" => keep(&mut format, "format", Recording::Display, (start, input), errors)?,
            "level" => {
                let value = set(input, word, "level = \"warn\"")?;
                keep(&mut level, "level", value, (start, input), errors)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    });
    Ok((level, format))
}
