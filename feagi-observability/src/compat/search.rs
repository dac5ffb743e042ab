//! What a snapshot of the ring is asked for.

/// The conditions; one that is not given lets everything pass.
pub(super) struct Search<'a> {
    since_ms: Option<i64>,
    min_rank: Option<usize>,
    target_prefix: Option<&'a str>,
    /// In lower case.
    needle: Option<String>,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        since_ms: Option<i64>,
        min_level: Option<&str>,
        target_prefix: Option<&'a str>,
        message_contains: Option<&str>,
    ) -> Self {
        let needle = message_contains.map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
        Search { since_ms, min_rank: min_level.and_then(rank), target_prefix, needle }
    }

    pub(super) fn passes(&self, timestamp_ms: i64, level: &str, target: &str, message: &str) -> bool {
        self.since_ms.is_none_or(|since| timestamp_ms >= since)
            && self.min_rank.is_none_or(|min| rank(level).is_none_or(|rank| rank >= min))
            && self.target_prefix.is_none_or(|prefix| target.starts_with(prefix))
            && self.needle.as_ref().is_none_or(|needle| message.to_lowercase().contains(needle))
    }
}

/// The order of the levels, `None` for a name that is not one.
fn rank(level: &str) -> Option<usize> {
    const ORDER: [&str; 5] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];
    let level = if level.eq_ignore_ascii_case("WARNING") { "WARN" } else { level };
    ORDER.iter().position(|name| level.eq_ignore_ascii_case(name))
}
