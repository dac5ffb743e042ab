//! The rules of `#[observe]`, one function each. They look and report; they change nothing.

mod fields;
mod function;
mod judged;
mod measured;

use super::args::Args;
use super::function::Function;
use super::recorded::Recorded;
use crate::errors::Errors;
pub(crate) use fields::{MAX_FIELDS, check_field_count, check_field_keys};

/// Every rule. `is_future`: what is observed is one, `async fn` or made by hand.
pub(crate) fn all(
    args: &Args,
    recorded: &Recorded,
    function: &Function,
    is_future: bool,
    errors: &mut Errors,
) {
    function::all(args, function, is_future, errors);
    fields::all(recorded, function, args, errors);
    measured::all(args, recorded, errors);
    judged::all(args, function, errors);
}
