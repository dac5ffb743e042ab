//! What the headers' grammars share: optional white space, lower-case hex, tokens.

/// Takes optional white space (RFC 9110, 5.6.3: spaces and tabs) from both ends.
pub(super) fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// Lower-case hex digits, at most 16, as a number; `None` for anything else.
pub(super) fn lower_hex(digits: &[u8]) -> Option<u64> {
    if digits.len() > 16 {
        return None;
    }
    digits.iter().try_fold(0, |number, digit| {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u64::from(value))
    })
}

/// Whether the text is a token (RFC 9110, 5.6.2), as header names and keys of baggage are.
pub(super) fn is_token(text: &[u8]) -> bool {
    let is_mark = |byte: &u8| b"!#$%&'*+-.^_`|~".contains(byte);
    !text.is_empty() && text.iter().all(|byte| byte.is_ascii_alphanumeric() || is_mark(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_taken_from_the_ends_alone() {
        assert_eq!(trim(b" \t a b\t "), b"a b");
        assert_eq!(trim(b"\na"), b"\na", "a line break is no white space of a header");
        assert_eq!(trim(b" \t"), b"");
    }

    #[test]
    fn hex_is_lower_case_and_fits_a_number() {
        assert_eq!(lower_hex(b"00ff"), Some(255));
        assert_eq!(lower_hex(b"ffffffffffffffff"), Some(u64::MAX));
        for refused in [b"0F".as_slice(), b"+1", b" 1", b"0x", b"00000000000000001"] {
            assert_eq!(lower_hex(refused), None);
        }
    }

    #[test]
    fn tokens_have_no_separators() {
        assert!(is_token(b"user-Id.1~"));
        for refused in [b"".as_slice(), b"a b", b"a=b", b"a,b", b"a;b", b"a/b", b"a\"b", "é".as_bytes()] {
            assert!(!is_token(refused), "{refused:?}");
        }
    }
}
