//! Containers, futures made by hand, and blocks: expansions need no lint to be allowed.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, unused_lifetimes, let_underscore_drop)]
#![deny(elided_lifetimes_in_paths, single_use_lifetimes, trivial_casts, unused_results, variant_size_differences)]
#![deny(missing_debug_implementations, missing_copy_implementations, non_ascii_idents, unit_bindings)]
#![deny(unused, nonstandard_style, future_incompatible, rust_2024_compatibility)]
#![forbid(unsafe_code)]

use async_trait::async_trait;
use feagi_observability::macros::instrument;
use feagi_observability::{Level, observe, observe_block, profile};
use std::future::Future;
use std::pin::Pin;

/// A thing.
#[derive(Debug, Clone, Copy)]
pub struct Thing(u8);

/// Is done later.
#[async_trait]
pub trait Later {
    /// Documented.
    async fn later(&self, text: &str) -> Result<usize, String>;
}

#[observe(level = Level::Debug, profile)]
impl Thing {
    /// Documented.
    #[must_use]
    pub fn method(self, name: &str) -> Result<usize, String> {
        Ok(name.len() + usize::from(self.0))
    }

    /// Documented.
    pub fn made<'a>(&'a self, text: &'a str) -> Pin<Box<dyn Future<Output = usize> + Send + 'a>> {
        Box::pin(async move { text.len() + usize::from(self.0) })
    }
}

#[observe(err)]
#[async_trait]
impl Later for Thing {
    async fn later(&self, text: &str) -> Result<usize, String> {
        Ok(text.len() + usize::from(self.0))
    }
}

#[observe(target = "inside")]
mod inside {
    //! Documented.

    /// Documented.
    pub(crate) fn free(_: u8) {}
}

fn main() {
    let thing = Thing(1);
    drop(thing.method("x"));
    drop(thing.made("x"));
    drop(thing.later("x"));
    inside::free(1);
    for n in [1, 2] {
        let sum: u8 = observe_block! { name = "sum", level = Level::Warn, fields(n); n + thing.0 };
        profile!("shown", { instrument!("summed", sum, ?thing) });
    }
}
