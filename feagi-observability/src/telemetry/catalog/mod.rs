//! The catalog: every annotated function and event of the program, called or not, and whether their metrics can stand side by side.
//!
//! Receives the sites that the linker has gathered and those that have been called, and the handles that have been registered; gives
//! entries to whoever asks, and the first clash to init.

mod clash;
mod entry;
mod families;
mod list;

pub(crate) use clash::check;
pub use entry::{CatalogEntry, CatalogKind, CatalogLabel, CatalogMetric, CatalogSlo};
pub use list::catalog;
