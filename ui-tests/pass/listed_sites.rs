//! Each site lies in a section of its own kind, which is no unsafe code of the user and needs no lint to be allowed, wherever it stands:
//! in what is never called, never instantiated, or made by a macro.

#![deny(warnings, missing_docs, unused_qualifications, unreachable_pub)]
#![forbid(unsafe_code, unused, nonstandard_style, future_incompatible, rust_2024_compatibility)]

use feagi_observability::{burst_info, catalog, observe};

/// A kind of backend.
pub trait Backend {
    /// Documented.
    #[observe]
    fn run(&self) {
        burst_info!(burst_id = 1_u64);
    }
}

/// Documented.
#[observe(name = "generic")]
#[inline]
pub fn generic<T: Clone, const N: usize>(value: &[T; N]) -> [T; N] {
    value.clone()
}

macro_rules! made {
    ($name:ident) => {
        /// Documented.
        #[observe]
        pub fn $name() {}
    };
}

made!(made);

fn main() {
    #[observe]
    fn inner() {}
    inner();
    drop(catalog());
}
