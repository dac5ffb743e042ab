//! Expansions need no lint to be allowed but those that `tracing`'s own macros allow: `forbid(unused)` refuses them, too.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, unused_lifetimes, let_underscore_drop)]
#![deny(elided_lifetimes_in_paths, single_use_lifetimes, trivial_casts, unused_results, variant_size_differences)]
#![deny(missing_debug_implementations, missing_copy_implementations, non_ascii_idents, unit_bindings)]
#![deny(unused)]
#![forbid(unsafe_code, nonstandard_style, future_incompatible, rust_2024_compatibility)]

use feagi_observability::instrument;
use std::fmt::Display;
use tracing::Span;

/// A thing.
#[derive(Debug, Clone, Copy)]
pub struct Thing(u8);

impl Thing {
    /// Documented.
    #[instrument(fields(inner = self.0, late), metric = "thing", follows_from = [Span::current()])]
    #[must_use]
    pub fn method(self, name: &str) -> Result<usize, String> {
        Ok(name.len() + usize::from(self.0))
    }

    /// Documented.
    #[instrument(skip(parts), err, ret, profile, parent = Span::current(), log(on = "never"))]
    pub async fn later(&self, mut parts: Vec<impl Display>) -> Result<String, std::fmt::Error> {
        parts.truncate(1);
        parts.first().map(ToString::to_string).ok_or(std::fmt::Error)
    }
}

#[instrument(ret)]
fn nothing() {}

fn main() {
    let thing = Thing(1);
    drop(thing.method("x"));
    drop(thing.later(vec![1]));
    nothing();
}
