//! Log lines: how a record looks as text.

pub(crate) mod format;
