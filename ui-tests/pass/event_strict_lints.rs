//! What events expand to needs no lint to be allowed.

#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, unused_lifetimes, let_underscore_drop)]
#![deny(elided_lifetimes_in_paths, single_use_lifetimes, trivial_casts, unused_results, variant_size_differences)]
#![deny(missing_debug_implementations, missing_copy_implementations, non_ascii_idents, unit_bindings)]
#![forbid(unsafe_code, unused, nonstandard_style, future_incompatible, rust_2024_compatibility)]

use feagi_observability::{Event, LabelValue, api_info, burst_info, feagi_error};

/// Documented.
#[derive(Debug, Clone, Copy, LabelValue)]
pub enum Phase {
    /// Documented.
    Inject,
}

/// Documented.
#[derive(Debug, Clone, Copy, Event)]
#[event(name = "strict", macros)]
pub struct Strict<'a> {
    /// Documented.
    #[event(gauge, counter)]
    pub units: u64,
    /// Documented.
    #[event(label)]
    pub phase: &'a Phase,
    /// Documented.
    #[event(redact)]
    pub owner: &'a str,
}

/// Nobody makes one: only its macros are used, and not all of them.
#[derive(Event)]
#[event(name = "unmade", macros)]
struct Unmade {
    a: u8,
}

/// Nobody uses its macros.
#[derive(Event)]
#[event(macros)]
struct Unused<'a> {
    a: &'a str,
}

/// Other crates may use them.
#[derive(Event)]
#[event(macros(info, export))]
struct Exported;

fn main() {
    Strict { units: 1, phase: &Phase::Inject, owner: "o" }.emit();
    let owner = String::from("o");
    strict_info!(phase = Phase::Inject, owner, units = 2, "message {}", 1);
    unmade_info!(a = 1);
    exported_info!("exported");
    burst_info!(burst_id = 1, counter.x = 2);
    api_info!("GET", "/p", status = 200);
    feagi_error!(code = 7; "lost");
}
