//! Rules about the function itself, and about what it is called.

use super::super::args::Args;
use super::super::function::{Body, Function};
use crate::errors::Errors;
use syn::LitStr;

pub(super) fn all(args: &Args, function: &Function, is_future: bool, errors: &mut Errors) {
    check_constness(function, errors);
    check_body(function, errors);
    check_not_empty(args.name.as_ref().map(|slot| &slot.value), "name", errors);
    check_not_empty(args.target.as_ref().map(|slot| &slot.value), "target", errors);
    check_skip(args, errors);
    check_region(args, is_future, errors);
}

/// A `const fn` may run in the compiler, where there is neither clock nor static state.
fn check_constness(function: &Function, errors: &mut Errors) {
    if let Some(constness) = &function.sig.constness {
        let message = "`#[observe]` cannot observe a `const fn`, which may run at compile time; \
                       remove `const`, or observe the function that calls it";
        errors.push(constness, message);
    }
}

/// There is something to observe only where there is a body.
fn check_body(function: &Function, errors: &mut Errors) {
    if let Body::Missing(semicolon) = &function.body {
        let message = "a method without a body has nothing to observe; \
                       put `#[observe]` on its implementations, or give it a default body";
        errors.push(semicolon, message);
    }
}

/// An empty name would leave spans and lines without one.
fn check_not_empty(text: Option<&LitStr>, key: &str, errors: &mut Errors) {
    if let Some(text) = text
        && text.value().trim().is_empty()
    {
        errors.push(text, format!("`{key}` is empty; write something, or leave it out for the default"));
    }
}

/// A function is left out of what is annotated around it; here nothing is.
fn check_skip(args: &Args, errors: &mut Errors) {
    if let Some(skip) = &args.skip {
        let message = "`skip` leaves a function out of the annotated impl, trait or module that it stands in, \
                       and this one stands in none; remove the annotation";
        errors.push(skip, message);
    }
}

/// A guess about who works for whom holds while the caller waits for the pool. A future does not wait: it goes away between polls, which is
/// when the pool works for it, and many of its kind are under way at once.
fn check_region(args: &Args, is_future: bool, errors: &mut Errors) {
    if let Some(rayon) = args.rayon.as_ref().filter(|_| is_future) {
        let message = "`rayon` needs a call that waits for its pool, and a future is suspended meanwhile; put it on a `fn` around \
                       the parallel part, or carry the context there: `carry(closure)`, `.in_current_context()`";
        errors.push(rayon, message);
    }
}
