//! Finds out what a returned value says about its call, without asking anything of its type.
//!
//! Method lookup takes off one reference after the other and stops at the first trait that fits: `(&&&&Probe(&value)).judge(…)`
//! records the error of a `Result` by `Display`, else by `Debug`, else only that there is one; any other value is `ok`.
//! In a generic function it is the bounds that decide, not the types at the call.

use super::judgement::Judgement;
use std::fmt::{Debug, Display};

/// A returned value under the lookup.
pub struct Probe<'a, T>(pub &'a T);

/// First: an error that can be shown to users.
pub trait ByDisplay {
    /// Says how the call ended.
    fn judge(&self, judgement: &mut Judgement<'_>);
}

impl<T, E: Display> ByDisplay for &&&Probe<'_, Result<T, E>> {
    fn judge(&self, judgement: &mut Judgement<'_>) {
        if let Err(error) = self.0 {
            judgement.error_display(error);
        }
    }
}

/// Second: an error that can be shown to developers.
pub trait ByDebug {
    /// Says how the call ended.
    fn judge(&self, judgement: &mut Judgement<'_>);
}

impl<T, E: Debug> ByDebug for &&Probe<'_, Result<T, E>> {
    fn judge(&self, judgement: &mut Judgement<'_>) {
        if let Err(error) = self.0 {
            judgement.error_debug(error);
        }
    }
}

/// Third: an error that cannot be shown.
pub trait ByKind {
    /// Says how the call ended.
    fn judge(&self, judgement: &mut Judgement<'_>);
}

impl<T, E> ByKind for &Probe<'_, Result<T, E>> {
    fn judge(&self, judgement: &mut Judgement<'_>) {
        if self.0.is_err() {
            judgement.error();
        }
    }
}

/// Last: everything else.
pub trait NoResult {
    /// Leaves the call as it is.
    fn judge(&self, judgement: &mut Judgement<'_>);
}

impl<T> NoResult for Probe<'_, T> {
    fn judge(&self, _: &mut Judgement<'_>) {}
}

/// A returned value under the lookup for what a caller gets when all is well: `(&&Success(&value)).get()` is that of an `Ok`, else
/// the value itself.
pub struct Success<'a, T>(pub &'a T);

/// First: of a `Result`, if it is one.
pub trait OfResult<'a> {
    /// The type of an `Ok`.
    type Value;

    /// `None` for an `Err`.
    fn get(&self) -> Option<&'a Self::Value>;
}

impl<'a, T, E> OfResult<'a> for &Success<'a, Result<T, E>> {
    type Value = T;

    #[inline]
    fn get(&self) -> Option<&'a T> {
        self.0.as_ref().ok()
    }
}

/// Last: everything else.
pub trait OfValue<'a> {
    /// The type of the value.
    type Value;

    /// The value.
    fn get(&self) -> Option<&'a Self::Value>;
}

impl<'a, T> OfValue<'a> for Success<'a, T> {
    type Value = T;

    #[inline]
    fn get(&self) -> Option<&'a T> {
        Some(self.0)
    }
}

/// Asks a predicate of the author about a value.
#[inline]
pub fn holds<T: ?Sized>(value: &T, predicate: impl FnOnce(&T) -> bool) -> bool {
    predicate(value)
}

/// A type whose value can be an error.
#[diagnostic::on_unimplemented(
    message = "`err` needs a function that returns a `Result`, not `{Self}`",
    label = "not a `Result`",
    note = "remove `err`, or return a `Result`"
)]
pub trait IsResult {}

impl<T, E> IsResult for Result<T, E> {}

/// Refuses, when compiling, a type whose value cannot be an error.
pub fn require_result<T: IsResult>() {}
