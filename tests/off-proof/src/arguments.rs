//! The arguments that an annotation can have: none of them leaves anything of itself.
//!
//! The strings of [`observed_named`] occur nowhere else; the test looks for them in the program.

use crate::pair;
use feagi_observability::{Context, LabelValue, current_context, observe};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A label.
#[derive(Clone, Copy, LabelValue)]
pub enum Phase {
    /// The first.
    Inject,
    /// The second.
    Propagate,
}

pair! {
    #[observe(metric = "labelled", labels(phase = if n > 9 { Phase::Inject } else { Phase::Propagate }, odd = n % 2 == 1))]
    plain_labels, observed_labels(n: u64) -> u64 { n.rotate_left(5) ^ 3 }
}

pair! {
    #[observe(ret, fields(ret.is_some = ret.is_some()))]
    plain_ret, observed_ret(n: u64) -> Option<u64> { n.checked_add(9) }
}

pair! {
    #[observe(budget = "33ms", in_flight, metric = "promised", buckets = [1e-6, 1.0], help = "What is promised", heartbeat = "1s")]
    plain_budget, observed_budget(n: u64) -> u64 { n.rotate_left(7) ^ 5 }
}

pair! {
    #[observe(sample = 1/16, log(on = "error", rate = "1/s"))]
    plain_sample, observed_sample(n: u64) -> u64 { n.rotate_left(9) ^ 7 }
}

pair! {
    #[observe(rayon, labels(odd = n % 2 == 1))]
    plain_rayon, observed_rayon(n: u64) -> u64 { n.rotate_left(10) ^ 9 }
}

pair! {
    #[observe(parent = origin, follows_from = current_context(), args(n), profile(cpu, alloc))]
    plain_parent, observed_parent(n: u64, origin: Option<Context>) -> u64 { n.rotate_left(11) ^ u64::from(origin.is_some()) }
}

pair! {
    #[observe(error_if = |found| found.is_ok(), err)]
    plain_judged, observed_judged(n: u64) -> Result<u64, u8> { if n == 7 { Err(3) } else { Ok(n ^ 11) } }
}

pair! {
    #[observe(metric = "unbounded", dynamic(area = n % 1000, cap = 10), slo(latency = "250ms", p = 99, success = 99.9))]
    plain_dynamic, observed_dynamic(n: u64) -> u64 { n.rotate_left(13) ^ 13 }
}

/// A help that zorilla_help names.
#[observe(name = "zorilla_name", target = "zorilla_target", metric = "zorilla_metric", fields(zorilla_key = n))]
#[inline(never)]
pub fn observed_named(n: u64) -> u64 {
    n.rotate_left(15) ^ 17
}

/// How often an argument of [`observed_argument`] was evaluated.
pub static EVALUATED: AtomicU64 = AtomicU64::new(0);

/// What an argument would do if it were evaluated.
pub fn evaluate<T>(value: T) -> T {
    EVALUATED.fetch_add(1, Relaxed);
    value
}

/// A field alone does something.
#[observe(fields(seen = evaluate(n)))]
#[inline(never)]
pub fn observed_argument(n: u64) -> u64 {
    n.rotate_left(17) ^ 19
}

/// Everything that is taken before a call does something.
#[observe(labels(odd = evaluate(n % 2 == 1)), parent = evaluate(current_context()), fields(ret.double = evaluate(ret * 2)))]
#[inline(never)]
pub fn observed_arguments(n: u64) -> u64 {
    n.rotate_left(19) ^ 23
}
