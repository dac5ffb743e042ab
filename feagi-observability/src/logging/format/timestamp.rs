//! RFC 3339 in UTC with microseconds, from nanoseconds since the Unix epoch.
//!
//! The calendar repeats every 400 years of 146,097 days; counting years from March puts the leap day at a year's end.

use super::number::pair;

const DAY: u64 = 86_400;
const DAYS_OF_400_YEARS: u64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: u64 = 719_468;

/// Appends `2026-11-23T22:26:00.123456Z`. A `u64` of nanoseconds ends in the year 2554: four digits are enough.
pub(crate) fn append(unix_nanos: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(&digits(unix_nanos));
}

/// Appends `2026-11-23T22:26:00.123Z`.
pub(super) fn append_millis(unix_nanos: u64, out: &mut Vec<u8>) {
    let [millis @ .., _, _, _, z] = digits(unix_nanos);
    let _: [u8; 23] = millis;
    out.extend_from_slice(&millis);
    out.push(z);
}

/// Appends `Nov 23 22:26:00`, the day two wide: RFC 3164, section 4.1.2.
pub(crate) fn append_calendar(unix_nanos: u64, out: &mut Vec<u8>) {
    const MONTHS: [&[u8; 3]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    let (_, month, day) = date(unix_nanos / 1_000_000_000 / DAY);
    let [tens, ones] = pair(day);
    let digits = digits(unix_nanos);
    out.extend_from_slice(MONTHS[month as usize - 1]);
    out.extend_from_slice(&[b' ', if tens == b'0' { b' ' } else { tens }, ones, b' ']);
    out.extend_from_slice(digits.get(11..19).unwrap_or_default());
}

fn digits(unix_nanos: u64) -> [u8; 27] {
    let (seconds, nanos) = (unix_nanos / 1_000_000_000, unix_nanos % 1_000_000_000);
    let (year, month, day) = date(seconds / DAY);
    let second = seconds % DAY;
    let micros = nanos / 1000;
    let [c1, c2] = pair(year / 100);
    let [y1, y2] = pair(year);
    let [m1, m2] = pair(month);
    let [d1, d2] = pair(day);
    let [h1, h2] = pair(second / 3600);
    let [n1, n2] = pair(second / 60 % 60);
    let [s1, s2] = pair(second % 60);
    let [f1, f2] = pair(micros / 10_000);
    let [f3, f4] = pair(micros / 100);
    let [f5, f6] = pair(micros);
    [
        c1, c2, y1, y2, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'.', f1, f2,
        f3, f4, f5, f6, b'Z',
    ]
}

/// Year, month and day of the month, of a day since the Unix epoch.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + EPOCH;
    let (era, day) = (days / DAYS_OF_400_YEARS, days % DAYS_OF_400_YEARS);
    // Leap days before this one: every fourth year has one, every hundredth none, the last day of the era is one.
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    // March to July and August to December repeat the same 153 days.
    let from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (400 * era + year + u64::from(month <= 2), month, day_of_month)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(unix_nanos: u64) -> String {
        let mut out = Vec::new();
        append(unix_nanos, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_day_until_the_last_is_the_day_that_chrono_says() {
        for day in 0..=u64::MAX / 1_000_000_000 / DAY {
            let nanos = day * DAY * 1_000_000_000 + 1_000;
            let theirs = chrono::DateTime::from_timestamp((day * DAY) as i64, 1_000).unwrap();
            assert_eq!(shown(nanos), theirs.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string());
        }
    }

    #[test]
    fn the_old_form_has_the_months_name_and_a_day_of_two_places() {
        let shown = |unix_nanos| {
            let mut out = Vec::new();
            append_calendar(unix_nanos, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(shown(1_795_472_760_123_456_789), "Nov 23 22:26:00");
        assert_eq!(shown(0), "Jan  1 00:00:00");
    }

    #[test]
    fn the_ends_of_a_day_and_of_time_are_right() {
        assert_eq!(shown(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(shown(951_868_799_999_999_999), "2000-02-29T23:59:59.999999Z");
        assert_eq!(shown(u64::MAX), "2554-07-21T23:34:33.709551Z");
    }
}
