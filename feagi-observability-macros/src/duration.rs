//! A span of time as it is written: a number and a unit, as in `33ms`.

/// What a mistake in one is answered with.
pub(crate) const REMEDY: &str =
    "write a number and a unit (`ns`, `us`, `ms`, `s`, `m`, `h`), as in `\"33ms\"`";

/// Nanoseconds of each unit.
const UNITS: [(&str, f64); 7] =
    [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9)];

/// Longer ones are slips.
const MAX_NANOS: f64 = 366.0 * 24.0 * 3600e9;

/// The nanoseconds, at least one and at most a year.
pub(crate) fn nanos(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: f64 = number.parse().ok()?;
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit.trim())?;
    let nanos = (number * factor).round();
    (1.0..=MAX_NANOS).contains(&nanos).then_some(nanos as u64)
}

#[cfg(test)]
mod tests {
    use super::nanos;

    #[test]
    fn a_number_and_a_unit_make_nanoseconds() {
        for (text, expected) in [
            ("1ns", 1),
            ("33ms", 33_000_000),
            ("1.5s", 1_500_000_000),
            ("250 us", 250_000),
            ("2µs", 2_000),
            ("1m", 60_000_000_000),
            ("1h", 3_600_000_000_000),
        ] {
            assert_eq!(nanos(text), Some(expected), "{text}");
        }
        for bad in ["", "33", "ms", "0ms", "0.1ns", "-1s", "1d", "1.2.3s", "99999h"] {
            assert_eq!(nanos(bad), None, "{bad}");
        }
    }
}
