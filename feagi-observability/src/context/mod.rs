//! Who is calling: ids, and the context that a thread is in. Imports no signal.

mod baggage;
mod carried;
mod carrying;
mod entered;
mod fate;
mod fresh;
mod ids;
#[cfg(all(target_os = "linux", target_arch = "x86_64", feature = "profiling"))]
pub(crate) mod labelled;
#[cfg(feature = "rayon")]
mod pool;
#[cfg(not(feature = "rayon"))]
#[path = "pool_absent.rs"]
mod pool;
pub(crate) mod propagation;
mod region;
pub(crate) mod sampling;
#[cfg(all(target_os = "linux", target_arch = "x86_64", feature = "profiling"))]
pub(crate) mod seats;
#[cfg(not(all(target_os = "linux", target_arch = "x86_64", feature = "profiling")))]
#[path = "seats_absent.rs"]
pub(crate) mod seats;
#[cfg(all(target_os = "linux", target_arch = "x86_64", feature = "profiling"))]
mod seen;
mod shared;
mod slot;
mod span_name;

/// Which signals this program has. What a cfg has taken out is `false` here, and what only that signal needs is code that the compiler
/// removes; what `feagi_observability_off` without a value takes out besides are the expansions, see `__private`.
pub(crate) mod compiled {
    pub(crate) const LOG: bool = !cfg!(any(feagi_observability_off, feagi_observability_off = "log"));
    pub(crate) const TRACE: bool = !cfg!(any(feagi_observability_off, feagi_observability_off = "trace"));
    pub(crate) const METRICS: bool = !cfg!(any(feagi_observability_off, feagi_observability_off = "metrics"));
    pub(crate) const PROFILE: bool = !cfg!(any(feagi_observability_off, feagi_observability_off = "profile"));
    /// Whether anything goes over the rings.
    pub(crate) const RECORDS: bool = LOG || TRACE;
    /// Whether anyone wants ids: lines, spans, samples of a profile.
    pub(crate) const IDS: bool = RECORDS || PROFILE;
}

pub use baggage::Baggage;
pub(crate) use carried::Carried;
pub(crate) use entered::Key as GuardKey;
pub(crate) use fate::Fate;
pub use ids::{SpanId, TraceId};
pub use region::Region;
#[cfg(all(target_os = "linux", target_arch = "x86_64", feature = "profiling"))]
pub(crate) use seen::seen_here;
pub(crate) use shared::SharedContext;
pub use slot::{Context, current_context};
pub(crate) use slot::{ThreadSlot, set_thread_slot, thread_slot};
pub(crate) use span_name::SpanName;
