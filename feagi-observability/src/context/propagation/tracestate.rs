//! `tracestate` (W3C Trace Context Level 2, 3.3): what tracing systems on the way say to themselves. We say nothing, and pass on what is
//! there.

use super::grammar::trim;
use super::refused::Refusal;

const MOST_MEMBERS: usize = 32;
/// Of a key, and of a value.
const LONGEST: usize = 256;
/// Bytes of all headers together. The longest list that the grammar allows has half of that, without white space.
const MOST_BYTES: usize = 32 * 1024;

/// Combines the headers in their order into one list without white space and empty members; empty if nothing is in them. Keys that
/// stand twice are another's matter and stay (3.5 lets anyone remove them, and nobody has to). Whatever fits the grammar is passed on: the
/// specification asks for at least 512 characters and sets no limit.
///
/// # Errors
/// One member that is none spoils all.
pub(crate) fn read<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Result<String, Refusal> {
    let (mut list, mut members, mut bytes) = (String::new(), 0, 0);
    for value in values {
        bytes += value.len();
        if bytes > MOST_BYTES {
            return Err(Refusal::Oversized);
        }
        for member in value.split(|byte| *byte == b',').map(trim).filter(|member| !member.is_empty()) {
            members += 1;
            if members > MOST_MEMBERS {
                return Err(Refusal::Oversized);
            }
            let member = text_of(member).ok_or(Refusal::Malformed)?;
            if !list.is_empty() {
                list.push(',');
            }
            list.push_str(member);
        }
    }
    Ok(list)
}

/// The text of a member; `None` if it is none.
fn text_of(member: &[u8]) -> Option<&str> {
    let equals = member.iter().position(|byte| *byte == b'=')?;
    let (key, value) = (member.get(..equals)?, member.get(equals + 1..)?);
    (is_key(key) && is_value(value)).then(|| std::str::from_utf8(member).ok()).flatten()
}

fn is_key(key: &[u8]) -> bool {
    let is_first = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_later = |byte: &u8| is_first(byte) || b"_-*/@".contains(byte);
    key.first().is_some_and(is_first) && key.iter().all(is_later) && key.len() <= LONGEST
}

/// That it does not end in a space is seen to by whoever trims the member.
fn is_value(value: &[u8]) -> bool {
    let fits = |byte: &u8| matches!(byte, b' '..=b'~') && !b",=".contains(byte);
    !value.is_empty() && value.iter().all(fits) && value.len() <= LONGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    fn combined(values: &[&str]) -> Result<String, Refusal> {
        read(values.iter().map(|value| value.as_bytes()))
    }

    #[test]
    fn headers_are_combined_in_order_without_white_space_and_empty_members() {
        assert_eq!(combined(&["foo=1,bar=2", "rojo=1"]).unwrap(), "foo=1,bar=2,rojo=1");
        assert_eq!(combined(&["", " foo=1 \t , \t ,bar=2 ", "\t"]).unwrap(), "foo=1,bar=2");
        assert_eq!(combined(&["", ","]).unwrap(), "");
        assert_eq!(combined(&[]).unwrap(), "");
    }

    #[test]
    fn leading_spaces_belong_to_a_value_and_trailing_ones_do_not() {
        assert_eq!(combined(&["foo=  a b  ,bar=2"]).unwrap(), "foo=  a b,bar=2");
    }

    #[test]
    fn a_key_that_stands_twice_is_passed_on_as_it_is() {
        assert_eq!(combined(&["foo=1,foo=2", "foo=1"]).unwrap(), "foo=1,foo=2,foo=1");
    }

    #[test]
    fn every_allowed_character_is_allowed() {
        let value: String = (' '..='~').filter(|c| !",=".contains(*c)).collect();
        let member = format!("abcdefghijklmnopqrstuvwxyz0123456789_-*/@={value}");
        assert_eq!(combined(&[&member]).unwrap(), member);
        assert_eq!(
            combined(&["0@=1,fw529a3039@dt=FfAA,a@@b@c=1"]).unwrap(),
            "0@=1,fw529a3039@dt=FfAA,a@@b@c=1"
        );
    }

    #[test]
    fn one_member_that_is_none_spoils_all() {
        let long = "z".repeat(257);
        for refused in [
            "FOO=1",
            "foo =1",
            "foo.bar=1",
            "@foo=1",
            "_foo=1",
            "=1",
            "foo",
            "foo=",
            "foo= ",
            "foo=a=b",
            "foo=\t1",
            "foo=é",
            "é=1",
            "foo=a\u{7f}",
            &format!("{long}=1"),
            &format!("foo={long}"),
        ] {
            assert_eq!(combined(&["bar=2", refused]), Err(Refusal::Malformed), "{refused}");
        }
    }

    #[test]
    fn there_may_be_32_members_of_512_characters_each() {
        let member = |n: usize| format!("{n:0256}={}", "v".repeat(256));
        let list: Vec<String> = (0..32).map(member).collect();
        assert_eq!(combined(&[&list.join(" , ")]).unwrap(), list.join(","));
        let more = [list.join(","), member(32)];
        assert_eq!(combined(&[&more[0], &more[1]]), Err(Refusal::Oversized));
        assert_eq!(combined(&[&",".repeat(MOST_BYTES), "a=1"]), Err(Refusal::Oversized));
    }
}
