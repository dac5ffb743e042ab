//! Families as a page: which of the two text formats, and its writing down.
//!
//! Receives [`Family`]s from every source of a scrape, gives one text. The formats: Prometheus text 0.0.4
//! (prometheus.io, "Exposition formats") and OpenMetrics 1.0.0.
//!
//! Invariant: whatever the families hold, the page can be read; what would spoil it is left out and counted.

mod merge;
mod negotiate;
mod text;

#[cfg(test)]
mod tests;

use super::family::Family;

/// A text format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exposition {
    /// Prometheus text 0.0.4.
    Classic,
    /// OpenMetrics 1.0.0; the only one with exemplars.
    OpenMetrics,
}

/// A page, and what could not stand on it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) text: String,
    /// Families whose name is no name, or is taken by an earlier family.
    pub(crate) dropped_families: u64,
    /// Series with impossible labels or values.
    pub(crate) dropped_series: u64,
}

/// What of these families may stand on a page, for formats that are none of ours.
pub(super) fn merge(families: Vec<Family>) -> Vec<Family> {
    merge::merge(families).families
}

impl Exposition {
    /// The media type to send the page under.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Exposition::Classic => "text/plain; version=0.0.4; charset=utf-8",
            Exposition::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// Chooses by the request's `Accept`: OpenMetrics for those who ask for it by name and like it no less,
    /// classic for everyone else. Nothing acceptable still gets the classic page, as every exporter does.
    pub(crate) fn negotiate(accept: Option<&str>) -> Exposition {
        if accept.is_some_and(negotiate::prefers_openmetrics) {
            Exposition::OpenMetrics
        } else {
            Exposition::Classic
        }
    }

    /// Writes the page. Earlier families win: hand over our own before foreign ones.
    pub(crate) fn encode(self, families: Vec<Family>) -> Page {
        let merged = merge::merge(families);
        let mut out = String::with_capacity(4096);
        for family in &merged.families {
            text::write_family(&mut out, family, self);
        }
        if self == Exposition::OpenMetrics {
            out.push_str("# EOF\n");
        }
        Page { text: out, dropped_families: merged.dropped_families, dropped_series: merged.dropped_series }
    }
}
