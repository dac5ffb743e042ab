//! `log(on = "exit", rate = "10/s")`: when a call writes its line, and how often it may.

use crate::errors::Errors;
use crate::form::{Choice, keep, list, options, text_like};
use crate::names::{listed, nearest};
use crate::slot::Slot;
use proc_macro2::Ident;
use syn::LitStr;
use syn::parse::ParseStream;

#[derive(Default)]
pub(crate) struct Log {
    pub(crate) on: Option<Slot<LogWhen>>,
    pub(crate) rate: Option<Slot<Rate>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogWhen {
    Exit,
    Error,
    Never,
}

/// So many lines in so many seconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Rate {
    pub(crate) lines: u32,
    pub(crate) seconds: u32,
}

const EXAMPLE: &str = "log(on = \"error\", rate = \"10/s\")";
const WHEN: [&str; 3] = ["exit", "error", "never"];

pub(crate) fn log(input: ParseStream<'_>, key: &Ident, errors: &mut Errors) -> syn::Result<Log> {
    let mut log = Log::default();
    options(list(input, key, EXAMPLE)?, "log", &["on", "rate"], errors, |choice, errors| {
        let Choice { word, start, input } = choice;
        match word.to_string().as_str() {
            "on" => {
                let when = when(&text_like(input, word, "on = \"error\"")?)?;
                keep(&mut log.on, "on", when, (start, input), errors)?;
            }
            "rate" => {
                let rate = rate(&text_like(input, word, "rate = \"10/s\"")?)?;
                keep(&mut log.rate, "rate", rate, (start, input), errors)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    });
    Ok(log)
}

/// No line, no rate.
pub(crate) fn check(log: &Log, errors: &mut Errors) {
    if let (Some(on), Some(rate)) = (&log.on, &log.rate)
        && on.value == LogWhen::Never
    {
        errors.push(
            rate,
            format!("`{}` writes no line that `rate` could limit; remove one of the two", on.text()),
        );
    }
}

fn when(text: &LitStr) -> syn::Result<LogWhen> {
    match text.value().as_str() {
        "exit" => Ok(LogWhen::Exit),
        "error" => Ok(LogWhen::Error),
        "never" => Ok(LogWhen::Never),
        other => {
            let meant = nearest(other, &WHEN).map_or(String::new(), |when| format!("write `\"{when}\"`; "));
            let message = format!("`{other}` is no moment for a line; {meant}`on` takes {}", listed(&WHEN));
            Err(syn::Error::new_spanned(text, message))
        }
    }
}

fn rate(text: &LitStr) -> syn::Result<Rate> {
    Rate::parse(&text.value()).ok_or_else(|| {
        let message = format!(
            "`{}` is not a rate; write lines for each second, minute or hour, as in `\"10/s\"`, `\"100/m\"`, `\"5/h\"`",
            text.value()
        );
        syn::Error::new_spanned(text, message)
    })
}

impl Rate {
    fn parse(text: &str) -> Option<Self> {
        let (lines, unit) = text.split_once('/')?;
        let seconds = match unit.trim() {
            "s" => 1,
            "m" => 60,
            "h" => 3600,
            _ => return None,
        };
        let lines = lines.trim().parse().ok().filter(|lines| *lines > 0)?;
        Some(Rate { lines, seconds })
    }
}

#[cfg(test)]
mod tests {
    use super::Rate;

    #[test]
    fn a_rate_is_lines_for_each_second_minute_or_hour() {
        assert_eq!(Rate::parse("10/s"), Some(Rate { lines: 10, seconds: 1 }));
        assert_eq!(Rate::parse("1 / m"), Some(Rate { lines: 1, seconds: 60 }));
        for bad in ["", "10", "10/d", "0/s", "-1/s", "1.5/s", "99999999999/s"] {
            assert_eq!(Rate::parse(bad), None, "{bad}");
        }
    }
}
