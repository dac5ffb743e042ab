//! Numbers as digits, without the formatting machinery of `core::fmt` where it would be felt.

use std::io::Write;

pub(super) const HEX: &[u8; 16] = b"0123456789abcdef";

/// `00` to `99`, one after the other.
const PAIRS: [u8; 200] = {
    let mut pairs = [0; 200];
    let mut n = 0;
    while n < 100 {
        pairs[2 * n] = b'0' + (n / 10) as u8;
        pairs[2 * n + 1] = b'0' + (n % 10) as u8;
        n += 1;
    }
    pairs
};

/// The two digits of a number below 100.
pub(super) fn pair(n: u64) -> [u8; 2] {
    let at = 2 * (n % 100) as usize;
    [PAIRS[at], PAIRS[at + 1]]
}

/// Appends `n` in decimal.
pub(crate) fn append_u64(n: u64, out: &mut Vec<u8>) {
    // u64::MAX has 20 digits: ten pairs, filled from the end.
    let mut digits = [[b'0'; 2]; 10];
    let (mut rest, mut used) = (n, 0);
    for slot in digits.iter_mut().rev() {
        *slot = pair(rest);
        rest /= 100;
        used += 2;
        if rest == 0 {
            break;
        }
    }
    let digits = digits.as_flattened();
    let start = digits.len() - used;
    let leading_zero = usize::from(digits.get(start) == Some(&b'0') && used > 1);
    out.extend_from_slice(digits.get(start + leading_zero..).unwrap_or_default());
}

/// Appends `n` in decimal, with a sign if it is negative.
pub(crate) fn append_i64(n: i64, out: &mut Vec<u8>) {
    if n < 0 {
        out.push(b'-');
    }
    append_u64(n.unsigned_abs(), out);
}

/// Appends nanoseconds as thousands with three decimals: microseconds as milliseconds, and so on.
pub(crate) fn append_thousandths(n: u64, out: &mut Vec<u8>) {
    append_u64(n / 1000, out);
    let rest = n % 1000;
    let [tens, ones] = pair(rest % 100);
    out.extend_from_slice(&[b'.', b'0' + (rest / 100) as u8, tens, ones]);
}

/// Appends a finite number, shortest form that reads back the same, with an exponent where it is large or small.
/// A number that is not finite becomes the word that protobuf's JSON uses for it; the caller adds quotes if it needs them.
pub(crate) fn append_f64(n: f64, out: &mut Vec<u8>) {
    if n.is_nan() {
        out.extend_from_slice(b"NaN");
    } else if n.is_infinite() {
        out.extend_from_slice(if n > 0.0 { b"Infinity" } else { b"-Infinity" });
    } else {
        // A write to a vector cannot fail; `{:?}` writes 1e300 where `{}` writes 301 digits.
        let _ = write!(out, "{n:?}");
    }
}

/// Appends bytes as lower-case hex.
pub(crate) fn append_hex(bytes: &[u8], out: &mut Vec<u8>) {
    for byte in bytes {
        out.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn integers_are_written_as_the_standard_library_writes_them() {
        let powers = (0..20).map(|power| 10u64.pow(power));
        let near = powers.flat_map(|n| [n - 1, n, n + 1]);
        for n in near.chain([u64::MAX, i64::MAX as u64, 42, 1234, 100_100]) {
            assert_eq!(written(|out| append_u64(n, out)), n.to_string());
        }
        for n in [0, -1, 1, i64::MIN, i64::MAX] {
            assert_eq!(written(|out| append_i64(n, out)), n.to_string());
        }
    }

    #[test]
    fn floats_read_back_the_same_and_stay_short() {
        for n in [0.0, -0.0, 1.0, 0.1, 1e300, f64::MIN_POSITIVE, f64::MAX, 123_456.789] {
            let text = written(|out| append_f64(n, out));
            assert_eq!(text.parse::<f64>().unwrap().to_bits(), n.to_bits());
            assert!(text.len() < 26, "{text}");
        }
        assert_eq!(written(|out| append_f64(f64::NAN, out)), "NaN");
        assert_eq!(written(|out| append_f64(f64::NEG_INFINITY, out)), "-Infinity");
    }

    #[test]
    fn thousandths_keep_their_leading_zeros() {
        assert_eq!(written(|out| append_thousandths(1_000_007, out)), "1000.007");
        assert_eq!(written(|out| append_thousandths(999, out)), "0.999");
        assert_eq!(written(|out| append_hex(&[0, 0xff, 0x1a], out)), "00ff1a");
    }
}
