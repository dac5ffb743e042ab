//! The bounds of a histogram's buckets, as they are written: `buckets = [0.001, 0.01, 0.1]`.

use crate::errors::Errors;
use crate::form;
use crate::pieces;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::{Expr, ExprLit, ExprUnary, Lit, UnOp, bracketed};

/// More would make a series of each histogram for little knowledge: 22 hold 1, 2.5 and 5 of every decade from a microsecond to
/// ten seconds.
pub(crate) const MAX_BOUNDS: usize = 22;

const EXAMPLE: &str = "buckets = [0.001, 0.01, 0.1]";

/// One bound, and how it was written.
struct Bound {
    value: f64,
    written: TokenStream,
}

/// `= [a, b, c]` behind the key: numbers that ascend, in the metric's unit. What breaks a rule is reported at the bound itself.
pub(crate) fn read_buckets(
    input: ParseStream<'_>,
    key: &Ident,
    errors: &mut Errors,
) -> syn::Result<Vec<f64>> {
    form::set_with(input, key, EXAMPLE, |input| {
        if !input.peek(syn::token::Bracket) {
            let wanted = format!("`{key}` needs a list of numbers; write `{EXAMPLE}`");
            return Err(input.error(wanted));
        }
        let list;
        let brackets = bracketed!(list in input);
        let mut bounds = Vec::new();
        let mut broken = false;
        pieces::read(list.parse()?, errors, |input, errors| {
            let written: Expr = input.parse()?;
            match number(&written) {
                Ok(value) => bounds.push(Bound { value, written: written.into_token_stream() }),
                Err(error) => {
                    broken = true;
                    errors.absorb(error);
                }
            }
            Ok(())
        });
        if bounds.is_empty() && !broken {
            let message =
                format!("a histogram needs at least one bound; write `{EXAMPLE}`, or leave `{key}` out");
            errors.absorb(syn::Error::new(brackets.span.join(), message));
        }
        check_order(&bounds, errors);
        check_count(&bounds, errors);
        Ok(bounds.iter().map(|bound| bound.value).collect())
    })
}

/// Each bucket holds what is greater than the bound before it.
fn check_order(bounds: &[Bound], errors: &mut Errors) {
    for pair in bounds.windows(2) {
        let [before, bound] = pair else { continue };
        if before.value >= bound.value {
            let message = format!(
                "bounds ascend, and `{}` is not greater than `{}` before it; sort them and keep each once",
                text(&bound.written),
                text(&before.written)
            );
            errors.push(&bound.written, message);
        }
    }
}

/// The first bound that is too many is pointed at.
fn check_count(bounds: &[Bound], errors: &mut Errors) {
    if let Some(bound) = bounds.get(MAX_BOUNDS) {
        let message = format!(
            "{} bounds are more than the {MAX_BOUNDS} that a histogram takes; each is a series of its own",
            bounds.len()
        );
        errors.push(&bound.written, message);
    }
}

fn number(written: &Expr) -> syn::Result<f64> {
    let value = value(written)?;
    let message = "a bound is finite; the bucket for all that is greater is there anyway";
    if value.is_finite() { Ok(value) } else { Err(syn::Error::new_spanned(written, message)) }
}

fn value(written: &Expr) -> syn::Result<f64> {
    match written {
        Expr::Lit(ExprLit { lit: Lit::Float(number), .. }) => number.base10_parse(),
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse(),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => value(expr).map(|value| -value),
        // What came through `$bound:expr` stands in an invisible group.
        Expr::Group(group) => value(&group.expr),
        Expr::Paren(paren) => value(&paren.expr),
        Expr::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "INFINITY") => {
            Ok(f64::INFINITY)
        }
        _ => {
            let message = "a bound is a number that stands here as such, because it is checked when compiling; \
                           write for instance `0.005`";
            Err(syn::Error::new_spanned(written, message))
        }
    }
}

fn text(written: &TokenStream) -> String {
    written.to_string().replace("- ", "-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;
    use syn::parse::Parser;

    /// The bounds of `buckets = […]` alone, and what is wrong with them.
    fn read(tokens: TokenStream) -> (Vec<f64>, Vec<String>) {
        let mut errors = Errors::default();
        let whole = |input: ParseStream<'_>| {
            let key = input.parse()?;
            read_buckets(input, &key, &mut errors)
        };
        let bounds = whole.parse2(tokens).unwrap_or_else(|error| {
            errors.absorb(error);
            Vec::new()
        });
        let said = errors.finish().err().into_iter().flatten().map(|error| error.to_string()).collect();
        (bounds, said)
    }

    #[test]
    fn numbers_of_every_spelling_are_bounds() {
        let (bounds, said) = read(quote!(buckets = [-1, 0, 1e-3, 0.5f64, 1_000, (2_000.5)]));
        assert_eq!((bounds, said.len()), (vec![-1.0, 0.0, 0.001, 0.5, 1000.0, 2000.5], 0));
    }

    #[test]
    fn every_broken_rule_is_said() {
        for (tokens, said) in [
            (quote!(buckets), "needs a value"),
            (quote!(buckets = 1), "needs a list"),
            (quote!(buckets = []), "at least one bound"),
            (quote!(buckets = [2, 1]), "`1` is not greater than `2`"),
            (quote!(buckets = [1, 1.0]), "`1.0` is not greater than `1`"),
            (quote!(buckets = [1, f64::INFINITY]), "is finite"),
            (quote!(buckets = [1e999]), "is finite"),
            (quote!(buckets = [BOUND]), "stands here as such"),
            (quote!(buckets = [1 2]), "expected `,`"),
        ] {
            let (_, found) = read(tokens.clone());
            assert!(found.len() == 1 && found[0].contains(said), "{tokens}: {found:?}");
        }
        let many = 0..23_i32;
        let (_, found) = read(quote!(buckets = [#(#many),*]));
        assert!(found[0].contains("23 bounds are more than the 22"), "{found:?}");
    }
}
