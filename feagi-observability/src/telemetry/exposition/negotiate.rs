//! Content negotiation by `Accept` (RFC 9110, section 12.5.1), for the two media types that there are.

/// How much a client wants each of the two.
#[derive(Clone, Copy, Default)]
struct Wish {
    /// Thousandths; the most specific range decides, so each is kept.
    exact: Option<u16>,
    family: Option<u16>,
    any: Option<u16>,
}

impl Wish {
    fn quality(self) -> u16 {
        self.exact.or(self.family).or(self.any).unwrap_or(0)
    }
}

/// Whether OpenMetrics is acceptable and wanted more than the classic text. Between equals the one that was
/// asked for by name wins: `*/*` is a person with a browser or curl.
pub(super) fn prefers_openmetrics(accept: &str) -> bool {
    let (mut open, mut classic) = (Wish::default(), Wish::default());
    for range in accept.split(',') {
        let Some((media, version, quality)) = media_range(range) else { continue };
        match media.as_str() {
            "application/openmetrics-text" if version.is_none_or(|v| v == "1.0.0") => {
                raise(&mut open.exact, quality);
            }
            "text/plain" if version.is_none_or(|v| v == "0.0.4") => raise(&mut classic.exact, quality),
            "application/*" => raise(&mut open.family, quality),
            "text/*" => raise(&mut classic.family, quality),
            "*/*" => {
                raise(&mut open.any, quality);
                raise(&mut classic.any, quality);
            }
            _ => {}
        }
    }
    let (wanted, other) = (open.quality(), classic.quality());
    wanted > other || (wanted > 0 && wanted == other && open.exact.is_some())
}

fn raise(slot: &mut Option<u16>, quality: u16) {
    *slot = Some(slot.map_or(quality, |old| old.max(quality)));
}

/// `type/subtype;version=x;q=y`; `None` where the weight is no weight.
fn media_range(range: &str) -> Option<(String, Option<&str>, u16)> {
    let mut parts = range.split(';').map(str::trim);
    let media = parts.next()?.to_ascii_lowercase();
    let (mut version, mut quality) = (None, 1000);
    for part in parts {
        let Some((key, value)) = part.split_once('=') else { continue };
        let value = value.trim().trim_matches('"');
        match key.trim() {
            key if key.eq_ignore_ascii_case("q") => quality = weight(value)?,
            key if key.eq_ignore_ascii_case("version") => version = Some(value),
            _ => {}
        }
    }
    Some((media, version, quality))
}

/// `0` to `1` with at most three decimals, in thousandths.
fn weight(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::prefers_openmetrics as open;

    #[test]
    fn prometheus_gets_openmetrics() {
        assert!(open(
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
             text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
        ));
        assert!(open(
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
             application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;q=0.3,\
             text/plain;version=0.0.4;q=0.2,*/*;q=0.1"
        ));
    }

    #[test]
    fn browsers_curl_and_nonsense_get_the_classic_page() {
        for accept in [
            "",
            "*/*",
            "text/html,application/xhtml+xml,*/*;q=0.8",
            "application/json",
            "text/*",
            ",;q=,=;;",
            "application/openmetrics-text;q=0",
            "application/openmetrics-text;q=abc",
            "application/openmetrics-text;q=0.1234",
            "application/openmetrics-text;q=2",
            "application/openmetrics-text;version=2.0.0",
        ] {
            assert!(!open(accept), "{accept}");
        }
    }

    #[test]
    fn the_higher_weight_wins_and_the_more_specific_range_decides() {
        assert!(!open("application/openmetrics-text;q=0.4, text/plain;q=0.5"));
        assert!(open("application/openmetrics-text; Q=0.5 , text/plain ; q=0.499"));
        assert!(open("text/plain, Application/OpenMetrics-Text; version=\"1.0.0\""));
        assert!(open("application/*"));
        assert!(!open("application/openmetrics-text;q=0.2,*/*;q=0.9"));
        assert!(!open("application/openmetrics-text;q=0,*/*"));
        assert!(open("application/openmetrics-text;q=0.2,text/plain;q=0,*/*;q=0.9"));
    }
}
