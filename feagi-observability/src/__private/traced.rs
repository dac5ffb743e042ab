//! Values as `tracing` records them. Functions of our own, so that an error about a type is one, and stands at the value: what they
//! return says nothing of the type.

use std::fmt::{Debug, Display};
use tracing::field::{Value, debug, display};

/// As it is.
#[inline(always)]
pub fn traced_value<T: Value + ?Sized>(value: &T) -> impl Value + use<'_, T> {
    value
}

/// `%value`.
#[inline(always)]
pub fn traced_display<T: Display + ?Sized>(value: &T) -> impl Value + use<'_, T> {
    display(value)
}

/// `?value`.
#[inline(always)]
pub fn traced_debug<T: Debug + ?Sized>(value: &T) -> impl Value + use<'_, T> {
    debug(value)
}
