//! `buckets`, `dynamic`, `profile`, `budget`, `heartbeat`, `slo`, `sample`: what is measured of a call, and against what.

use crate::duration;
use crate::errors::Errors;
use crate::field::{Field, Recording};
use crate::form::{Choice, bare, keep, list, options, set, set_with, switch, text_like};
use crate::pieces;
use crate::slot::Slot;
use proc_macro2::Ident;
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Expr, ExprArray, ExprLit, Lit, LitStr};

/// Upper bounds in nanoseconds, as they were written, ascending or not.
pub(crate) struct Buckets {
    pub(crate) bounds: Vec<(u64, Expr)>,
}

impl Buckets {
    /// The bounds alone.
    pub(crate) fn nanos(&self) -> Vec<u64> {
        self.bounds.iter().map(|(nanos, _)| *nanos).collect()
    }
}

/// `"33ms"` in nanoseconds.
pub(crate) struct Duration {
    pub(crate) nanos: u64,
}

/// `dynamic(key = value, cap = 100)`.
pub(crate) struct Dynamic {
    pub(crate) label: Field,
    pub(crate) cap: usize,
}

/// `profile`, `profile(cpu, alloc)`, `profile = false`.
#[derive(Clone, Copy, Default)]
pub(crate) struct Profile {
    pub(crate) cpu: bool,
    pub(crate) alloc: bool,
}

/// `slo(latency = "250ms", p = 99, success = 99.9)`.
#[derive(Default)]
pub(crate) struct Slo {
    pub(crate) latency: Option<Slot<Duration>>,
    pub(crate) p: Option<Slot<f64>>,
    pub(crate) success: Option<Slot<f64>>,
}

/// `sample = 1/16`.
pub(crate) struct Sample {
    pub(crate) every: u32,
}

/// Seconds as numbers, or durations as strings.
pub(super) fn buckets(input: ParseStream<'_>, key: &Ident, errors: &mut Errors) -> syn::Result<Buckets> {
    let example = "buckets = [0.001, 0.01, 0.1]";
    let array: ExprArray = set_with(input, key, example, |input| {
        input.parse().map_err(|error: syn::Error| {
            syn::Error::new(error.span(), format!("`buckets` needs a list; write `{example}`"))
        })
    })?;
    if array.elems.is_empty() {
        errors.push(&array, "`buckets` is empty; write at least one bound, or leave it out for the default");
    }
    let mut bounds = Vec::new();
    for bound in array.elems {
        match bound_nanos(&bound) {
            Ok(nanos) => bounds.push((nanos, bound)),
            Err(error) => errors.absorb(error),
        }
    }
    Ok(Buckets { bounds })
}

fn bound_nanos(bound: &Expr) -> syn::Result<u64> {
    let nanos = match bound {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => duration::nanos(&text.value()),
        Expr::Lit(ExprLit { lit: Lit::Float(number), .. }) => {
            number.base10_parse::<f64>().ok().and_then(seconds)
        }
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => {
            number.base10_parse::<f64>().ok().and_then(seconds)
        }
        _ => None,
    };
    nanos.ok_or_else(|| {
        let message =
            "not a bound of a duration; write seconds above zero (`0.005`) or a duration (`\"5ms\"`)";
        syn::Error::new_spanned(bound, message)
    })
}

fn seconds(seconds: f64) -> Option<u64> {
    let nanos = (seconds * 1e9).round();
    (nanos >= 1.0 && nanos < u64::MAX as f64).then_some(nanos as u64)
}

pub(super) fn duration(input: ParseStream<'_>, key: &Ident) -> syn::Result<Duration> {
    let text = text_like(input, key, &format!("{key} = \"33ms\""))?;
    duration_of(&text)
}

fn duration_of(text: &LitStr) -> syn::Result<Duration> {
    duration::nanos(&text.value()).map(|nanos| Duration { nanos }).ok_or_else(|| {
        let message = format!("`{}` is not a duration; {}", text.value(), duration::REMEDY);
        syn::Error::new_spanned(text, message)
    })
}

pub(super) fn dynamic(input: ParseStream<'_>, key: &Ident, errors: &mut Errors) -> syn::Result<Dynamic> {
    let example = "dynamic(key = value, cap = 100)";
    let (mut label, mut cap) = (None, None);
    pieces::read(list(input, key, example)?, errors, |input, errors| {
        let start = &input.fork();
        if input.peek(syn::Ident) && input.fork().parse::<Ident>()? == "cap" {
            let word: Ident = input.parse()?;
            let number: Lit = set(input, &word, "cap = 100")?;
            return keep(&mut cap, "cap", number, (start, input), errors);
        }
        let field: Field = input.parse()?;
        keep(&mut label, "label", Field { recording: Recording::Dynamic, ..field }, (start, input), errors)
    });
    let (Some(label), Some(cap)) = (label, cap) else {
        let message =
            format!("`dynamic` needs a label and the number of values that it may have; write `{example}`");
        return Err(syn::Error::new_spanned(key, message));
    };
    let number = match &cap.value {
        Lit::Int(number) => number.base10_parse().ok().filter(|number| (1..=10_000).contains(number)),
        _ => None,
    };
    number.map(|cap| Dynamic { label: label.value, cap }).ok_or_else(|| {
        let message = format!("`cap` is {}; write a number from 1 to 10000", cap.value.to_token_stream());
        syn::Error::new_spanned(&cap.value, message)
    })
}

pub(super) fn profile(input: ParseStream<'_>, key: &Ident, errors: &mut Errors) -> syn::Result<Profile> {
    if !input.peek(syn::token::Paren) {
        return switch(input, key).map(|cpu| Profile { cpu, alloc: false });
    }
    let (mut cpu, mut alloc) = (None, None);
    options(
        list(input, key, "profile(cpu, alloc)")?,
        "profile",
        &["cpu", "alloc"],
        errors,
        |choice, errors| {
            let Choice { word, start, input } = choice;
            match word.to_string().as_str() {
                "cpu" => keep(&mut cpu, "cpu", bare(input, word)?, (start, input), errors)?,
                "alloc" => keep(&mut alloc, "alloc", bare(input, word)?, (start, input), errors)?,
                _ => return Ok(false),
            }
            Ok(true)
        },
    );
    Ok(Profile { cpu: cpu.is_some(), alloc: alloc.is_some() })
}

pub(super) fn slo(input: ParseStream<'_>, key: &Ident, errors: &mut Errors) -> syn::Result<Slo> {
    let example = "slo(latency = \"250ms\", p = 99, success = 99.9)";
    let mut slo = Slo::default();
    options(list(input, key, example)?, "slo", &["latency", "p", "success"], errors, |choice, errors| {
        let Choice { word, start, input } = choice;
        match word.to_string().as_str() {
            "latency" => {
                let latency = duration_of(&text_like(input, word, "latency = \"250ms\"")?)?;
                keep(&mut slo.latency, "latency", latency, (start, input), errors)?;
            }
            "p" => keep(&mut slo.p, "p", per_cent(input, word)?, (start, input), errors)?,
            "success" => keep(&mut slo.success, "success", per_cent(input, word)?, (start, input), errors)?,
            _ => return Ok(false),
        }
        Ok(true)
    });
    Ok(slo)
}

/// Above 0 and at most 100.
fn per_cent(input: ParseStream<'_>, key: &Ident) -> syn::Result<f64> {
    let value: Lit = set(input, key, &format!("{key} = 99.9"))?;
    let number = match &value {
        Lit::Int(number) => number.base10_parse::<f64>().ok(),
        Lit::Float(number) => number.base10_parse::<f64>().ok(),
        _ => None,
    };
    number.filter(|number| *number > 0.0 && *number <= 100.0).ok_or_else(|| {
        let written = value.to_token_stream();
        let message =
            format!("`{written}` is not a share; write per cent above 0 and up to 100, as in `{key} = 99.9`");
        syn::Error::new_spanned(value, message)
    })
}

pub(super) fn sample(input: ParseStream<'_>, key: &Ident) -> syn::Result<Sample> {
    let fraction: Expr = set(input, key, "sample = 1/16")?;
    sampled(&fraction).map(|every| Sample { every }).ok_or_else(|| {
        let message = "`sample` is one of so many calls; write `sample = 1/N` with N from 1 to 1000000";
        syn::Error::new_spanned(fraction, message)
    })
}

fn sampled(fraction: &Expr) -> Option<u32> {
    let number = |expr: &Expr| match expr {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse::<u32>().ok(),
        _ => None,
    };
    match fraction {
        Expr::Binary(division) if matches!(division.op, syn::BinOp::Div(_)) => {
            let (one, every) = (number(&division.left)?, number(&division.right)?);
            (one == 1 && (1..=1_000_000).contains(&every)).then_some(every)
        }
        _ => None,
    }
}
