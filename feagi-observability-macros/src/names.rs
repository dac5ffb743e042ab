//! Names: which ones Prometheus takes, and which known one an unknown one was meant to be.

/// Endings that the exposition formats or our own names put behind a metric's name.
///
/// `_total`, `_bucket`, `_count`, `_sum`, `_created`, `_info`: the reserved suffixes of OpenMetrics 1.0, section "Suffixes".
const APPENDED: [&str; 9] =
    ["_calls", "_duration", "_total", "_seconds", "_bucket", "_count", "_sum", "_created", "_info"];

/// `[a-zA-Z_:][a-zA-Z0-9_:]*`, the grammar of Prometheus' data model.
pub(crate) fn is_metric_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let starts = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || byte == b':';
    bytes.next().is_some_and(starts) && bytes.all(|byte| starts(byte) || byte.is_ascii_digit())
}

/// The closest name that the grammar takes, if any part of `name` can stay.
pub(crate) fn as_metric_name(name: &str) -> Option<String> {
    let fixed: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == ':' { c } else { '_' }).collect();
    let fixed = fixed.trim_matches('_');
    let digit = if fixed.starts_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
    is_metric_name(&format!("{digit}{fixed}")).then(|| format!("{digit}{fixed}"))
}

/// `name` without every ending that would be put behind it again; `None` when there is none.
pub(crate) fn without_appended(name: &str) -> Option<&str> {
    let mut stem = name;
    while let Some(shorter) = APPENDED.iter().find_map(|ending| stem.strip_suffix(ending)) {
        stem = shorter;
    }
    (stem != name).then_some(stem)
}

/// The known name that takes the fewest edits to reach, if it is close enough to be a slip.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let (edits, nearest) = known.iter().map(|candidate| (edits(name, candidate), *candidate)).min()?;
    (edits <= 1 + name.chars().count().min(nearest.len()) / 4).then_some(nearest)
}

/// `` `a`, `b` and `c` ``.
pub(crate) fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
fn edits(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows = vec![vec![0; to.len() + 1]; from.len() + 1];
    for i in 0..=from.len() {
        for j in 0..=to.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
                let swapped = if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                    rows[i - 2][j - 2] + 1
                } else {
                    usize::MAX
                };
                replaced.min(swapped).min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1)
            };
        }
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metric_names_follow_the_data_model() {
        for good in ["a", "_a", ":a", "a1", "feagi:burst_x9"] {
            assert!(is_metric_name(good), "{good}");
        }
        for bad in ["", "1a", "a.b", "a-b", "ä", "a b"] {
            assert!(!is_metric_name(bad), "{bad}");
        }
    }

    #[test]
    fn a_bad_name_is_mended_where_something_can_stay() {
        assert_eq!(as_metric_name("http.server-x"), Some("http_server_x".to_owned()));
        assert_eq!(as_metric_name("2nd"), Some("_2nd".to_owned()));
        assert_eq!(as_metric_name("-"), None);
    }

    #[test]
    fn every_appended_ending_is_taken_off() {
        assert_eq!(without_appended("burst_calls_total"), Some("burst"));
        assert_eq!(without_appended("burst"), None);
        assert_eq!(without_appended("burst_totals"), None);
    }

    #[test]
    fn slips_find_their_word_and_other_words_find_none() {
        let known = ["level", "metric", "err", "fields"];
        assert_eq!(nearest("levle", &known), Some("level"));
        assert_eq!(nearest("metrics", &known), Some("metric"));
        assert_eq!(nearest("field", &known), Some("fields"));
        assert_eq!(nearest("budget", &known), None);
    }
}
