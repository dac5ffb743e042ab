//! Bodies as gzip.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

/// The fastest level: telemetry repeats itself so much that the others gain little.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::fast());
    // A write to a vector cannot fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn what_is_packed_is_smaller_and_unpacks_to_the_same() {
        let text = "the same words again and again ".repeat(100);
        let packed = gzip(text.as_bytes());
        let mut unpacked = String::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut unpacked).unwrap();
        assert!(packed.len() < text.len() / 10 && unpacked == text);
    }
}
