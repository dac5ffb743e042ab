//! `key=value,key=value` with values in percent encoding, as headers and resource attributes are written.

/// The pairs, in their order; an error is the position, from 1, of one that is none.
pub(super) fn pairs(text: &str) -> impl Iterator<Item = Result<(String, String), usize>> {
    let parts = text.split(',').map(str::trim).enumerate().filter(|(_, part)| !part.is_empty());
    parts.map(|(index, part)| pair(part).ok_or(index + 1))
}

fn pair(part: &str) -> Option<(String, String)> {
    let (key, value) = part.split_once('=')?;
    let (key, value) = (percent_decoded(key.trim())?, percent_decoded(value.trim())?);
    (!key.is_empty()).then_some((key, value))
}

/// RFC 3986, section 2.1; `None` if a `%` begins no byte, or the bytes are no text.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut parts = text.split('%');
    bytes.extend_from_slice(parts.next().unwrap_or_default().as_bytes());
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        // `from_str_radix` takes a sign, an encoding does not.
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        bytes.push(u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded_and_what_is_none_is_told_by_its_position() {
        let all: Vec<_> = pairs(" a=1 ,b = x%20y%3D%C3%A9,, =1,c,d=%zz,e=%+1,f=%ff,g=,h=1=2,%2c=3").collect();
        let pair = |key: &str, value: &str| Ok((key.to_owned(), value.to_owned()));
        let expected = [
            pair("a", "1"),
            pair("b", "x y=é"),
            Err(4),
            Err(5),
            Err(6),
            Err(7),
            Err(8),
            pair("g", ""),
            pair("h", "1=2"),
            pair(",", "3"),
        ];
        assert_eq!(all, expected);
        assert_eq!(pairs(" , ").count(), 0);
        assert_eq!(pairs("a=%é1").next(), Some(Err(1)), "cut within a letter");
    }
}
