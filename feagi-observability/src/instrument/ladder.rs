//! Bounds of buckets for those who give none: by the unit of what is measured.

/// 1, 2.5 and 5 of every decade from a microsecond to ten seconds.
pub(crate) const SECONDS: [f64; 22] = [
    1e-6, 2.5e-6, 5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1,
    0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Powers of four from 64 bytes to a gibibyte.
pub(crate) const BYTES: [f64; 13] = [
    64.0,
    256.0,
    1024.0,
    4096.0,
    16384.0,
    65536.0,
    262144.0,
    1048576.0,
    4194304.0,
    16777216.0,
    67108864.0,
    268435456.0,
    1073741824.0,
];

/// Twentieths.
const RATIO: [f64; 20] = [
    0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95,
    1.0,
];

/// 1, 2.5 and 5 of every decade from one to ten million.
const COUNTS: [f64; 22] = [
    1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1e3, 2.5e3, 5e3, 1e4, 2.5e4, 5e4, 1e5, 2.5e5, 5e5,
    1e6, 2.5e6, 5e6, 1e7,
];

/// What the author chose, else what fits the unit.
pub(crate) fn bounds(chosen: &'static [f64], unit: &str) -> &'static [f64] {
    match (chosen, unit) {
        ([], "seconds") => &SECONDS,
        ([], "bytes") => &BYTES,
        ([], "ratio") => &RATIO,
        ([], _) => &COUNTS,
        (bounds, _) => bounds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ladder_ascends_and_the_authors_goes_before() {
        for unit in ["seconds", "bytes", "ratio", ""] {
            assert!(bounds(&[], unit).is_sorted_by(|a, b| a < b), "{unit}");
            assert_eq!(bounds(&[1.0], unit), [1.0]);
        }
    }
}
