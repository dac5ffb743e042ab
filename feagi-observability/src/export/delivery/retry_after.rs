//! `Retry-After`, RFC 9110 section 10.2.3: seconds, or the date until which to wait.

use chrono::{DateTime, Utc};
use std::time::Duration;

/// How long to wait. A date is measured against `date`, the time at which the collector says it has answered: its clock is then compared
/// with itself, and ours may be wrong.
pub(super) fn wait(retry_after: &str, date: Option<&str>) -> Option<Duration> {
    let retry_after = retry_after.trim();
    if let Ok(seconds) = retry_after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = http_date(retry_after)?;
    let now = date.and_then(http_date).unwrap_or_else(Utc::now);
    // A date that has passed says to come at once.
    Some((until - now).to_std().unwrap_or_default())
}

/// The form that all senders must use; the two obsolete ones are not read.
fn http_date(text: &str) -> Option<DateTime<Utc>> {
    Some(DateTime::parse_from_rfc2822(text.trim()).ok()?.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_waits_and_anything_else_is_none() {
        let seconds = |text, date| wait(text, date).map(|wait| wait.as_secs());
        assert_eq!(seconds(" 7 ", None), Some(7));
        assert_eq!(seconds("0", None), Some(0));
        let date = Some("Wed, 21 Oct 2015 07:27:30 GMT");
        assert_eq!(seconds("Wed, 21 Oct 2015 07:28:00 GMT", date), Some(30));
        assert_eq!(seconds("Wed, 21 Oct 2015 07:00:00 GMT", date), Some(0), "it has passed");
        assert_eq!(seconds("Wed, 21 Oct 2015 07:28:00 GMT", None), Some(0), "against our own clock");
        for garbage in ["", "-1", "soon", "1.5", "99999999999999999999999", "Wed, 99 Oct 2015 07:28:00 GMT"] {
            assert_eq!(seconds(garbage, None), None, "{garbage}");
        }
        assert!(wait(&(Utc::now() + Duration::from_secs(60)).to_rfc2822(), Some("garbage")).is_some());
    }
}
