//! `baggage` (W3C Baggage, 3): what callers hand to those that they call, as keys, values and properties.
//!
//! A member that is none, or has no room, is left out by itself and counted; the others stay.

use super::grammar::{is_token, trim};
use super::refused::{Header, Refusal, count};
use std::borrow::Cow;
use std::fmt::Write;

/// What everybody passes on (3.3.2), and so what we take and send.
const MOST_MEMBERS: usize = 64;
/// All members with the commas between them.
const MOST_BYTES: usize = 8192;

/// One member, as it was found.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Member<'a> {
    pub(crate) key: &'a str,
    /// Decoded.
    pub(crate) value: Cow<'a, str>,
    /// As they came, without white space around them: `a=1;b`.
    pub(crate) properties: String,
}

/// Gives the members of all headers in their order to `take`.
pub(crate) fn read<'a>(values: impl IntoIterator<Item = &'a [u8]>, mut take: impl FnMut(Member<'a>)) {
    let (mut members, mut bytes) = (0, 0);
    let (mut malformed, mut oversized) = (0, 0);
    let texts = values.into_iter().flat_map(|value| value.split(|byte| *byte == b','));
    for text in texts.map(trim).filter(|text| !text.is_empty()) {
        if members == MOST_MEMBERS || bytes + text.len() > MOST_BYTES {
            oversized += 1;
        } else if let Some(member) = member(text) {
            members += 1;
            bytes += text.len() + 1;
            take(member);
        } else {
            malformed += 1;
        }
    }
    count(Header::Baggage, Refusal::Malformed, malformed);
    count(Header::Baggage, Refusal::Oversized, oversized);
}

fn member(text: &[u8]) -> Option<Member<'_>> {
    let mut parts = text.split(|byte| *byte == b';').map(trim);
    let (key, value) = pair(parts.next()?)?;
    let mut properties = String::new();
    for property in parts {
        append_property(property, &mut properties)?;
    }
    Some(Member { key, value: decode(value), properties })
}

/// Adds a property, still encoded; `None` if it is none.
fn append_property(property: &[u8], properties: &mut String) -> Option<()> {
    if !properties.is_empty() {
        properties.push(';');
    }
    if let Some((key, value)) = pair(property) {
        properties.extend([key, "=", value]);
    } else if is_token(property) {
        properties.push_str(std::str::from_utf8(property).ok()?);
    } else {
        return None;
    }
    Some(())
}

/// A key and a value that is still encoded.
fn pair(text: &[u8]) -> Option<(&str, &str)> {
    let equals = text.iter().position(|byte| *byte == b'=')?;
    let (key, value) = (trim(text.get(..equals)?), trim(text.get(equals + 1..)?));
    if !is_token(key) || !value.iter().all(is_octet) {
        return None;
    }
    Some((std::str::from_utf8(key).ok()?, std::str::from_utf8(value).ok()?))
}

/// `baggage-octet` (3.3.1).
fn is_octet(byte: &u8) -> bool {
    matches!(byte, b'!'..=b'~') && !b"\",;\\".contains(byte)
}

/// Percent-decoded; what is no UTF-8 then is U+FFFD. A percent sign that begins no such sequence stands for itself.
fn decode(value: &str) -> Cow<'_, str> {
    if !value.contains('%') {
        return Cow::Borrowed(value);
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, more @ ..] = rest {
        let digit = |at: usize| more.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        if let (b'%', Some(high), Some(low)) = (first, digit(0), digit(1)) {
            bytes.push((high << 4 | low) as u8);
            rest = more.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = more;
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// Puts a header together.
#[derive(Default)]
pub(crate) struct Writer {
    text: String,
    members: usize,
}

impl Writer {
    /// Adds a member at the end. One that could not be read again, or for which there is no room, is left out and counted.
    pub(crate) fn push(&mut self, key: &str, value: &str, properties: &str) {
        let are_properties = properties.bytes().all(|byte| is_octet(&byte) || byte == b';');
        if !is_token(key.as_bytes()) || !are_properties {
            return count(Header::Baggage, Refusal::Malformed, 1);
        }
        let before = self.text.len();
        if before > 0 {
            self.text.push(',');
        }
        self.text.push_str(key);
        self.text.push('=');
        encode(value, &mut self.text);
        if !properties.is_empty() {
            self.text.push(';');
            self.text.push_str(properties);
        }
        if self.members == MOST_MEMBERS || self.text.len() > MOST_BYTES {
            self.text.truncate(before);
            return count(Header::Baggage, Refusal::Oversized, 1);
        }
        self.members += 1;
    }

    /// The header's value; empty if nothing is in it.
    pub(crate) fn finish(self) -> String {
        self.text
    }
}

fn encode(value: &str, out: &mut String) {
    for byte in value.bytes() {
        if is_octet(&byte) && byte != b'%' {
            out.push(char::from(byte));
        } else {
            // Writing into a text does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(values: &[&str]) -> Vec<(String, String, String)> {
        let mut members = Vec::new();
        read(values.iter().map(|value| value.as_bytes()), |Member { key, value, properties }| {
            members.push((key.to_owned(), value.into_owned(), properties));
        });
        members
    }

    fn member(key: &str, value: &str, properties: &str) -> (String, String, String) {
        (key.to_owned(), value.to_owned(), properties.to_owned())
    }

    fn header(members: &[(String, String, String)]) -> String {
        let mut writer = Writer::default();
        members.iter().for_each(|(key, value, properties)| writer.push(key, value, properties));
        writer.finish()
    }

    #[test]
    fn members_of_all_headers_are_read_in_order_with_their_properties() {
        let values = ["key1 \t= value1 ; p1; p2 = x\t , key2=a=b", "", " key1=again ,,"];
        let expected =
            [member("key1", "value1", "p1;p2=x"), member("key2", "a=b", ""), member("key1", "again", "")];
        assert_eq!(members(&values), expected);
        assert_eq!(members(&["empty="]), [member("empty", "", "")]);
    }

    #[test]
    fn values_are_decoded_and_what_is_no_utf8_is_replaced() {
        assert_eq!(members(&["userId=Am%C3%A9lie"]), [member("userId", "Amélie", "")]);
        assert_eq!(members(&["serverNode=DF%2028"]), [member("serverNode", "DF 28", "")]);
        assert_eq!(
            members(&["a=%ff%41,b=50%,c=%zz%2"]),
            [member("a", "\u{fffd}A", ""), member("b", "50%", ""), member("c", "%zz%2", ""),]
        );
    }

    #[test]
    fn a_member_that_is_none_is_left_out_by_itself() {
        for refused in [
            "novalue",
            "=v",
            "a b=v",
            "k=a b",
            "k=\"v\"",
            "k=a\\b",
            "k=é",
            "é=v",
            "k=v;",
            "k=v;a b",
            "k=v;=x",
            "k=v;p=a b",
            "k=\u{7f}",
            "k=\nv",
        ] {
            assert_eq!(
                members(&[&format!("a=1,{refused},b=2")]),
                [member("a", "1", ""), member("b", "2", "")]
            );
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let all: String = (0..=0x2ff).filter_map(char::from_u32).collect();
        let written =
            [member("a", &all, ""), member("b", "", "p;q=1"), member("a", "100 %, \"yes\"\r\n", "")];
        let header = header(&written);
        assert!(header.bytes().all(|byte| is_octet(&byte) || b",;".contains(&byte)), "{header}");
        assert_eq!(members(&[&header]), written);
    }

    #[test]
    fn what_could_not_be_read_again_is_not_written() {
        let written =
            [member("a b", "1", ""), member("", "1", ""), member("c", "1", "x\r\ny"), member("d", "1", "")];
        assert_eq!(header(&written), "d=1");
    }

    #[test]
    fn there_are_64_members_of_8192_bytes_at_most_and_none_is_cut() {
        let many: Vec<_> = (0..70).map(|n| member(&format!("k{n}"), "v", "")).collect();
        assert_eq!(members(&[&header(&many)]), many[..64]);
        let texts: Vec<String> = many.iter().map(|(key, value, _)| format!("{key}={value}")).collect();
        assert_eq!(members(&[&texts.join(",")]), many[..64]);

        let full = member("k", &"v".repeat(MOST_BYTES - 2), "");
        assert_eq!(header(std::slice::from_ref(&full)).len(), MOST_BYTES);
        let [first] = members(&[&header(&[full.clone(), member("a", "1", "")])]).try_into().unwrap();
        assert_eq!(first, full);
        let larger = member("k", &"v".repeat(MOST_BYTES - 1), "");
        assert_eq!(header(&[larger.clone(), member("a", "1", "")]), "a=1", "the next one may fit");
        let text = format!("k={},a=1", larger.1);
        assert_eq!(members(&[&text]), [member("a", "1", "")]);
    }
}
