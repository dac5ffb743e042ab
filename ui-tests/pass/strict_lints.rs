//! Expansions need no lint to be allowed.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, unused_lifetimes, let_underscore_drop)]
#![deny(elided_lifetimes_in_paths, single_use_lifetimes, trivial_casts, unused_results, variant_size_differences)]
#![deny(missing_debug_implementations, missing_copy_implementations, non_ascii_idents, unit_bindings)]
#![forbid(unsafe_code, unused, nonstandard_style, future_incompatible, rust_2024_compatibility)]

use feagi_observability::{burst_info, observe};
use std::fmt::Display;

/// A thing.
#[derive(Debug, Clone, Copy)]
pub struct Thing(u8);

impl Thing {
    /// Documented.
    #[observe(fields(inner = self.0, name), metric = "thing")]
    #[must_use]
    pub fn method(self, name: &str) -> Result<usize, String> {
        Ok(name.len() + usize::from(self.0))
    }

    /// Documented.
    #[observe(err, profile)]
    pub async fn later(&self, mut parts: Vec<impl Display>) -> Result<String, std::fmt::Error> {
        parts.truncate(1);
        parts.first().map(ToString::to_string).ok_or(std::fmt::Error)
    }
}

fn main() {
    let thing = Thing(1);
    drop(thing.method("x"));
    drop(thing.later(vec![1]));
    burst_info!(burst_id = thing.0, neurons_fired = 3, synapses_activated = 4, ?thing, "message {thing:?}");
}
