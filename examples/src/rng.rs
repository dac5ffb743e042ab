//! Random numbers that are the same in every run, on every machine and with every version of every crate.

/// Marsaglia's xorshift with the multiplier of Vigna's `xorshift64*` (ACM TOMS 42, 2016).
///
/// ```
/// use feagi_observability_examples::rng::Rng;
/// assert_eq!(Rng::new(7).below(100), Rng::new(7).below(100));
/// ```
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// A generator that starts from `seed`; a seed of 0 counts as 1, because xorshift cannot leave 0.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Rng(seed.max(1))
    }

    /// The next number from 0 to `bound` - 1; 0 where `bound` is 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        // The high half of the product scales without division; its bias is below 2^-32 for any bound.
        ((u64::from(self.next_u32()) * u64::from(bound)) >> 32) as u32
    }

    fn next_u32(&mut self) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        // The low bits of xorshift are its weak ones.
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::Rng;

    #[test]
    fn the_same_seed_gives_the_same_numbers_and_another_seed_gives_others() {
        let draw = |seed| {
            let mut rng = Rng::new(seed);
            (0..64).map(|_| rng.below(1_000_000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(42), draw(42));
        assert_ne!(draw(42), draw(43));
    }

    #[test]
    fn numbers_stay_below_the_bound_and_reach_every_value() {
        let mut rng = Rng::new(1);
        let mut seen = [0_u32; 10];
        for _ in 0..10_000 {
            seen[rng.below(10) as usize] += 1;
        }
        assert!(seen.iter().all(|&n| (800..1_200).contains(&n)), "uneven: {seen:?}");
        assert_eq!(rng.below(0), 0);
    }

    #[test]
    fn a_seed_of_zero_does_not_get_stuck() {
        let mut rng = Rng::new(0);
        assert!((0..16).map(|_| rng.below(u32::MAX)).any(|n| n != 0));
    }
}
