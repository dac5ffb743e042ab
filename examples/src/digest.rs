//! One number that says whether two runs fired the same neurons in the same bursts.
//!
//! Instrumentation must not change what a brain does: a run with it and a run without it have the same digest.

use std::fmt;

/// FNV-1a, 64 bits (Fowler, Noll and Vo; the constants are those of RFC 9923), over each burst's number, how many
/// neurons fired in it, and their ids in ascending order.
///
/// The engine keeps what fired in hash maps whose order depends on memory addresses, so the order it reports means
/// nothing and differs from run to run; that is why ids are sorted first.
///
/// ```
/// use feagi_observability_examples::digest::FiredDigest;
/// let (mut one, mut two) = (FiredDigest::default(), FiredDigest::default());
/// one.burst(1, &mut [7, 3]);
/// two.burst(1, &mut [3, 7]);
/// assert_eq!(one.to_string(), two.to_string());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiredDigest(u64);

impl Default for FiredDigest {
    fn default() -> Self {
        FiredDigest(0xcbf2_9ce4_8422_2325)
    }
}

impl FiredDigest {
    /// Adds one burst; sorts `fired` in place.
    pub fn burst(&mut self, number: u64, fired: &mut [u32]) {
        fired.sort_unstable();
        self.bytes(&number.to_le_bytes());
        self.bytes(&(fired.len() as u64).to_le_bytes());
        for id in fired {
            self.bytes(&id.to_le_bytes());
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

/// Sixteen lower-case hexadecimal digits.
impl fmt::Display for FiredDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::FiredDigest;

    fn digest(bursts: &[(u64, &[u32])]) -> String {
        let mut digest = FiredDigest::default();
        for (number, fired) in bursts {
            digest.burst(*number, &mut fired.to_vec());
        }
        digest.to_string()
    }

    #[test]
    fn the_bytes_are_hashed_as_fnv_1a_does() {
        // Published test vectors for the empty string, "a" and "foobar".
        let of = |text: &str| {
            let mut digest = FiredDigest::default();
            digest.bytes(text.as_bytes());
            digest.to_string()
        };
        assert_eq!(of(""), "cbf29ce484222325");
        assert_eq!(of("a"), "af63dc4c8601ec8c");
        assert_eq!(of("foobar"), "85944171f73967e8");
    }

    #[test]
    fn the_order_within_a_burst_does_not_count() {
        assert_eq!(digest(&[(1, &[5, 1, 9])]), digest(&[(1, &[9, 5, 1])]));
    }

    #[test]
    fn one_neuron_more_less_or_other_changes_it() {
        let base = digest(&[(1, &[1, 2, 3])]);
        assert_ne!(base, digest(&[(1, &[1, 2])]));
        assert_ne!(base, digest(&[(1, &[1, 2, 3, 4])]));
        assert_ne!(base, digest(&[(1, &[1, 2, 4])]));
    }

    #[test]
    fn a_neuron_that_fires_one_burst_later_changes_it() {
        assert_ne!(digest(&[(1, &[1, 2]), (2, &[3])]), digest(&[(1, &[1]), (2, &[2, 3])]));
        assert_ne!(digest(&[(1, &[1]), (2, &[])]), digest(&[(1, &[]), (2, &[1])]));
        assert_ne!(digest(&[(1, &[1])]), digest(&[(1, &[1]), (2, &[])]));
    }
}
