//! The index that a line goes to, by its time.

use crate::error::ObservabilityError;
use crate::logging::format::append_timestamp;

/// A pattern, taken apart.
#[derive(Clone, Debug)]
pub(super) struct Index {
    parts: Vec<Piece>,
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    /// These characters of a time stamp.
    Time(std::ops::Range<usize>),
}

impl Index {
    /// Reads `logs-{service}-%Y.%m.%d`.
    ///
    /// # Errors
    /// [`ObservabilityError::Config`] for what could not be an index's name:
    /// <https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-create>.
    pub(super) fn parse(pattern: &str, service: &str) -> Result<Self, ObservabilityError> {
        let refused = |why: &str| {
            ObservabilityError::Config(format!(
                "`logging.elasticsearch.index` is `{}`, {why}; write a name such as `logs-feagi-%Y.%m.%d`",
                pattern.escape_debug()
            ))
        };
        let pattern_text = pattern.replace("{service}", &fit(service));
        let mut parts = Vec::new();
        let mut rest = pattern_text.as_str();
        while let Some((text, after)) = rest.split_once('%') {
            parts.push(Piece::Text(text.to_owned()));
            let mut after_it = after.chars();
            parts.push(Piece::Time(match after_it.next() {
                Some('Y') => 0..4,
                Some('m') => 5..7,
                Some('d') => 8..10,
                Some('H') => 11..13,
                _ => return Err(refused("with a `%` that is none of `%Y`, `%m`, `%d` and `%H`")),
            }));
            rest = after_it.as_str();
        }
        parts.push(Piece::Text(rest.to_owned()));
        let index = Index { parts };
        let mut name = Vec::new();
        index.append(0, &mut name);
        let name = String::from_utf8_lossy(&name);
        if !is_name(&name) {
            return Err(refused(
                "which no index may be called: lower case only, no spaces and none of `\\/*?\"<>|,#:`, not with `-`, `_` or `+` at its beginning",
            ));
        }
        Ok(index)
    }

    /// Appends the name for a line of that time.
    pub(super) fn append(&self, unix_nanos: u64, out: &mut Vec<u8>) {
        let mut time = Vec::with_capacity(32);
        if self.parts.len() > 1 {
            append_timestamp(unix_nanos, &mut time);
        }
        for part in &self.parts {
            match part {
                Piece::Text(text) => out.extend_from_slice(text.as_bytes()),
                Piece::Time(range) => out.extend_from_slice(time.get(range.clone()).unwrap_or_default()),
            }
        }
    }
}

/// A service's name as a part of an index's.
fn fit(service: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
    service.chars().map(|c| if fits(c) { c.to_ascii_lowercase() } else { '_' }).collect()
}

fn is_name(name: &str) -> bool {
    let forbidden =
        |c: char| c.is_uppercase() || c.is_whitespace() || c.is_control() || "\\/*?\"<>|,#:".contains(c);
    !matches!(name, "" | "." | "..")
        && name.len() <= 255
        && !name.starts_with(['-', '_', '+'])
        && !name.contains(forbidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(pattern: &str) -> Result<String, String> {
        let index = Index::parse(pattern, "My Brain-1").map_err(|error| error.to_string())?;
        let mut out = Vec::new();
        index.append(1_795_472_760_123_456_789, &mut out);
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn the_time_of_the_line_and_the_service_stand_where_the_pattern_says() {
        assert_eq!(name("logs-{service}-default").unwrap(), "logs-my_brain_1-default");
        assert_eq!(name("a-%Y.%m.%d-%H").unwrap(), "a-2026.11.23-22");
        assert_eq!(name("plain").unwrap(), "plain");
    }

    #[test]
    fn what_no_index_may_be_called_is_refused() {
        for pattern in ["", "Logs", "a b", "-a", "_a", "a*", "a/b", "..", "a-%M", "a%", &"a".repeat(256)] {
            let error = name(pattern).unwrap_err();
            assert!(error.contains("`logging.elasticsearch.index`") && error.contains("%Y.%m.%d"), "{error}");
        }
    }
}
