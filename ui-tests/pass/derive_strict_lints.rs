//! What the derives expand to needs no lint to be allowed.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, unused_lifetimes, let_underscore_drop)]
#![deny(elided_lifetimes_in_paths, single_use_lifetimes, trivial_casts, unused_results, variant_size_differences)]
#![deny(missing_debug_implementations, missing_copy_implementations, non_ascii_idents, unit_bindings)]
#![forbid(unsafe_code, unused, nonstandard_style, future_incompatible, rust_2024_compatibility)]

use feagi_observability::{Counter, Gauge, Histogram, LabelValue, Labels, Metrics};

/// Documented.
#[derive(Debug, Clone, Copy, LabelValue)]
pub enum Phase {
    /// Documented.
    Inject,
    /// Documented.
    Fire,
}

/// Documented.
#[derive(Debug, Clone, Copy, Labels)]
pub struct Step<'a> {
    /// Documented.
    pub phase: &'a Phase,
    /// Documented.
    pub done: bool,
}

/// Documented.
#[derive(Debug, Clone, Metrics)]
#[metrics(prefix = "strict")]
pub struct Handles {
    /// Documented.
    pub jobs: Counter<Step<'static>>,
    /// Documented.
    pub depth: Gauge,
    /// Documented.
    #[metric(unit = "seconds", buckets = [-0.5, 1, 2e9])]
    pub wait: Histogram,
}

fn main() {
    let handles = Handles::register();
    for phase in [Phase::Inject, Phase::Fire] {
        handles.jobs.with(&Step { phase: &phase, done: false }).increment(1);
    }
}
