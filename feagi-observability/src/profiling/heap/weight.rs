//! What one sampled block stands for.
//!
//! Samples are so many bytes apart in the mean, at distances that are exponentially distributed. So a block of `s` bytes is sampled
//! with probability `1 - exp(-s / mean)`, and stands for as many blocks as the reciprocal says. Sums of that are right in the mean,
//! whatever the sizes are.

/// Objects are counted in fractions of this.
pub(super) const ONE: u64 = 1 << 10;

/// Objects, times [`ONE`], and bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Weight {
    pub(super) objects: u64,
    pub(super) bytes: u64,
}

impl Weight {
    /// That of a block of this size, which is also what it has when it is freed.
    pub(super) fn of(size: usize, mean: u64) -> Self {
        let (size, mean) = (size.max(1) as f64, mean.max(1) as f64);
        let blocks = 1.0 / -(-size / mean).exp_m1();
        // From floats the casts saturate.
        Weight { objects: (blocks * ONE as f64).round() as u64, bytes: (blocks * size).round() as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_block_stands_for_many_and_a_large_one_for_itself() {
        let small = Weight::of(64, 512 << 10);
        assert_eq!(small.objects / ONE, 8192);
        assert!(small.bytes.abs_diff(512 << 10) < 64);
        assert_eq!(Weight::of(64 << 20, 512 << 10), Weight { objects: ONE, bytes: 64 << 20 });
        let even = Weight::of(1000, 1000);
        assert_eq!(even.bytes, 1582, "1000 / (1 - 1/e)");
    }

    #[test]
    fn no_size_and_no_mean_is_too_small() {
        assert_eq!(Weight::of(0, 0).bytes, 2);
        assert!(Weight::of(1, u64::MAX).objects > 0);
    }
}
