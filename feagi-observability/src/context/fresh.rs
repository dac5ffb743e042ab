//! New ids, drawn by each thread for itself from what the system has seeded it with.

use super::{SpanId, TraceId};
use std::cell::Cell;

#[repr(C)]
pub(super) struct FreshIds {
    /// Odd.
    next_span: Cell<u64>,
    /// Odd, as its generator wants it.
    trace_random: Cell<u128>,
}

impl FreshIds {
    pub(super) fn new(seed: [u64; 3]) -> Self {
        FreshIds {
            trace_random: Cell::new((u128::from(seed[0]) << 64 | u128::from(seed[1])) | 1),
            next_span: Cell::new(seed[2] | 1),
        }
    }

    /// A fresh trace id: one step of a multiplicative generator of 128 bits (Lehmer; the multiplier is of L'Ecuyer's tables,
    /// 1999), seeded by the system. Its upper half is random, its lower half weak: the one is folded into the other.
    #[inline(always)]
    pub(super) fn trace_id(&self) -> TraceId {
        let next = self.trace_random.get().wrapping_mul(0xda94_2042_e4dd_58b5);
        self.trace_random.set(next);
        let high = (next >> 64) as u64;
        // One bit set: never the invalid id. Not one of the last 56, by whose randomness it is decided what is kept, see `sampling`.
        TraceId { high: high | 1, low: next as u64 ^ high }
    }

    /// A fresh span id: a counter from a random start with a step that leaves no two nearby ids alike (2^64 divided by the golden
    /// ratio, made even). It stays odd, so it is never the invalid id.
    #[inline(always)]
    pub(super) fn span_id(&self) -> SpanId {
        let next = self.next_span.get().wrapping_add(0x9e37_79b9_7f4a_7c16);
        self.next_span.set(next);
        SpanId(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_are_valid_and_do_not_repeat() {
        let fresh = FreshIds::new([0, 0, 0]);
        let traces: HashSet<_> = (0..10_000).map(|_| fresh.trace_id()).collect();
        let spans: HashSet<_> = (0..10_000).map(|_| fresh.span_id()).collect();
        assert_eq!((traces.len(), spans.len()), (10_000, 10_000));
        assert!(traces.iter().all(|id| id.is_valid()) && spans.iter().all(|id| id.is_valid()));
    }

    #[test]
    fn each_bit_of_a_trace_id_is_set_half_of_the_time() {
        let fresh = FreshIds::new([7, 11, 13]);
        let mut set = [0u32; 128];
        for _ in 0..20_000 {
            let id = u128::from_be_bytes(fresh.trace_id().to_bytes());
            set.iter_mut().enumerate().for_each(|(bit, count)| *count += (id >> bit) as u32 & 1);
        }
        // Five standard deviations of a fair coin; one bit is always set.
        assert_eq!(std::mem::replace(&mut set[64], 10_000), 20_000);
        assert!(set.iter().all(|count| count.abs_diff(10_000) < 354), "{set:?}");
    }
}
