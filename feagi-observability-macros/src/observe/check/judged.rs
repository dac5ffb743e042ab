//! Rules about what is asked of the returned value. With `#[track_caller]` the body stays where it is, so the value is not seen: a
//! closure around it would be the caller.

use super::super::args::Args;
use super::super::function::Function;
use super::super::model::returns_value;
use crate::errors::Errors;
use quote::ToTokens;

pub(super) fn all(args: &Args, function: &Function, errors: &mut Errors) {
    check_predicates(args, errors);
    let outcome = "a function that returns a `Result`";
    let value = "a function that returns a value";
    let asked: [(&str, Option<&dyn ToTokens>, &str); 4] = [
        ("err", args.err.as_ref().map(|slot| slot as _), outcome),
        ("ret", args.ret.as_ref().map(|slot| slot as _), value),
        ("ok_if", args.ok_if.as_ref().map(|slot| slot as _), value),
        ("error_if", args.error_if.as_ref().map(|slot| slot as _), value),
    ];
    for (key, place, needs) in asked {
        if let Some(place) = place {
            check_returned(key, place, needs, function, errors);
        }
    }
}

/// Something can be seen only in a value that the function returns. Whether that value is a `Result` only its type tells.
fn check_returned(key: &str, place: &dyn ToTokens, needs: &str, function: &Function, errors: &mut Errors) {
    if !returns_value(&function.sig.output) {
        errors.push(place, format!("`{key}` needs {needs}; this one returns nothing"));
    } else if function.has_attribute("track_caller") {
        let message = format!(
            "`{key}` cannot look at the value of a `#[track_caller]` function; remove one of the two"
        );
        errors.push(place, message);
    }
}

/// One question decides what is an error.
fn check_predicates(args: &Args, errors: &mut Errors) {
    if let (Some(ok_if), Some(error_if)) = (&args.ok_if, &args.error_if) {
        let message = format!("`error_if` asks the opposite of `{}`; keep one of the two", ok_if.text());
        errors.push(error_if, message);
    }
}
