//! Log lines: what is captured, what is wanted, how a line looks.

mod capture;
mod filter;
mod filtered;
pub(crate) mod format;

pub(crate) use capture::Capture;
pub(crate) use filter::Filter;
pub(crate) use filtered::Filtered;
