//! The derives: a struct or an enum in, an implementation out. One file for each.

mod attribute;
pub(crate) mod event;
mod input;
pub(crate) mod label_value;
pub(crate) mod labels;
pub(crate) mod metrics;
#[cfg(test)]
mod tests;
