//! The one escaper for every position in which foreign text stands in a line, in every format.
//!
//! What could end a line, steer a terminal or reorder what is read becomes visible ASCII, spelled as JSON spells it:
//! C0 and C1 controls, DEL, U+2028, U+2029, the bidirectional controls and the byte order mark.

use super::number::HEX;

/// Whether the text stands between quotes, and so quotes and backslashes in it are escaped as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quotes {
    /// Bare: a backslash stays as it is.
    Outside,
    /// Between quotes.
    Inside,
}

const PLAIN: u8 = 0;
/// A C0 control or DEL.
const CONTROL: u8 = 1;
/// Escaped between quotes only.
const QUOTED: u8 = 2;
/// The first byte of a character that may have to be escaped.
const LEAD: u8 = 3;

const CLASS: [u8; 256] = {
    let mut class = [PLAIN; 256];
    let mut byte = 0;
    while byte < 0x20 {
        class[byte] = CONTROL;
        byte += 1;
    }
    class[0x7f] = CONTROL;
    class[b'"' as usize] = QUOTED;
    class[b'\\' as usize] = QUOTED;
    class[0xc2] = LEAD;
    class[0xd8] = LEAD;
    class[0xe2] = LEAD;
    class[0xef] = LEAD;
    class
};

/// Appends `text` escaped; allocates only to grow `out`.
pub(crate) fn escape(text: &str, quotes: Quotes, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let (mut copied, mut at) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        let class = CLASS[usize::from(byte)];
        if class == PLAIN || (class == QUOTED && quotes == Quotes::Outside) {
            at += 1;
            continue;
        }
        let (code, len) = match class {
            LEAD => match hidden(bytes, at) {
                Some(found) => found,
                None => {
                    at += 1;
                    continue;
                }
            },
            _ => (u16::from(byte), 1),
        };
        out.extend_from_slice(bytes.get(copied..at).unwrap_or_default());
        append_code(code, out);
        at += len;
        copied = at;
    }
    out.extend_from_slice(bytes.get(copied..).unwrap_or_default());
}

/// Whether `text` can stand outside quotes as the value of `key=value`.
pub(crate) fn is_bare(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'=' | b'\\'))
}

/// The character and its length in bytes, if the one that starts at `at` must not be seen raw.
fn hidden(bytes: &[u8], at: usize) -> Option<(u16, usize)> {
    let byte = |offset: usize| bytes.get(at + offset).copied().unwrap_or_default();
    match (byte(0), byte(1), byte(2)) {
        (0xc2, low @ 0x80..=0x9f, _) => Some((u16::from(low), 2)),
        (0xd8, 0x9c, _) => Some((0x061c, 2)),
        (0xe2, 0x80, low @ (0x8e | 0x8f | 0xa8..=0xae)) => Some((0x2000 + u16::from(low - 0x80), 3)),
        (0xe2, 0x81, low @ 0xa6..=0xa9) => Some((0x2040 + u16::from(low - 0x80), 3)),
        (0xef, 0xbb, 0xbf) => Some((0xfeff, 3)),
        _ => None,
    }
}

fn append_code(code: u16, out: &mut Vec<u8>) {
    let short = match code {
        0x08 => b'b',
        0x09 => b't',
        0x0a => b'n',
        0x0c => b'f',
        0x0d => b'r',
        0x22 => b'"',
        0x5c => b'\\',
        _ => {
            let digit = |shift: u16| HEX[usize::from(code >> shift & 15)];
            out.extend_from_slice(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str, quotes: Quotes) -> String {
        let mut out = Vec::new();
        escape(text, quotes, &mut out);
        String::from_utf8(out).unwrap()
    }

    /// The characters that the module's header lists.
    fn must_hide(c: char) -> bool {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    }

    #[test]
    fn every_character_of_unicode_is_either_untouched_or_ascii_that_json_reads_back() {
        for c in '\0'..=char::MAX {
            let text = format!("a{c}b");
            let (bare, quoted) = (escaped(&text, Quotes::Outside), escaped(&text, Quotes::Inside));
            assert_eq!(bare == text, !must_hide(c), "{c:?} became {bare}");
            assert_eq!(serde_json::from_str::<String>(&format!("\"{quoted}\"")).unwrap(), text);
            assert!(!quoted.chars().any(must_hide));
        }
    }

    #[test]
    fn quotes_and_backslashes_are_escaped_between_quotes_only() {
        assert_eq!(escaped(r#"C:\x "y""#, Quotes::Outside), r#"C:\x "y""#);
        assert_eq!(escaped(r#"C:\x "y""#, Quotes::Inside), r#"C:\\x \"y\""#);
    }

    #[test]
    fn only_plain_words_stand_bare() {
        assert!(is_bare("a/b:c-1"));
        for text in ["", "a b", "a=b", "\"", "\\", "ä", "\n"] {
            assert!(!is_bare(text), "{text:?}");
        }
    }
}
