//! Functions that do nothing but ask for what recording a value asks for. Off arms name them in `if false`; each is named by the
//! word that the macro crate writes in front of the value.

use crate::instrument::{Field, LabelValue, Measure, Parent};
use std::fmt::{Debug, Display};

/// Asks for what recording a value as it is needs.
pub fn field<T: Field + ?Sized>(_: &T) {}

/// Asks for what `%value` needs.
pub fn display<T: Display + ?Sized>(_: &T) {}

/// Asks for what `?value` needs.
pub fn debug<T: Debug + ?Sized>(_: &T) {}

/// Asks for what a label needs.
pub fn label<T: LabelValue + ?Sized>(_: &T) {}

/// Asks for what a label with any number of values needs.
pub fn dynamic<T: Display + ?Sized>(_: &T) {}

/// Asks for what a parent needs.
pub fn parent<T: Parent + ?Sized>(_: &T) {}

/// Asks for what `follows_from` needs.
pub fn follows_from<T: Parent>(_: impl IntoIterator<Item = T>) {}

/// Asks for what a counter needs.
pub fn count<T: Measure + ?Sized>(_: &T) {}

/// Asks for what a histogram needs.
pub fn histogram<T: Measure + ?Sized>(_: &T) {}

/// Asks for what a gauge needs.
pub fn gauge<T: Measure + ?Sized>(_: &T) {}

/// Asks for what names a `tracing` span: a parent, or what another span follows from.
pub fn span_id(_: impl Into<Option<tracing::span::Id>>) {}
