//! The name of a site's spans.

use std::sync::OnceLock;

/// The name of a site's spans, known from its first call on: contexts point here, and so take one word for it.
#[derive(Debug)]
pub(crate) struct SpanName(OnceLock<&'static str>);

impl SpanName {
    pub(crate) const fn new() -> Self {
        SpanName(OnceLock::new())
    }

    /// The first name stays.
    pub(crate) fn set(&self, name: &'static str) {
        let _ = self.0.set(name);
    }

    /// Empty before the site's first call; fit for a signal handler.
    pub(crate) fn get(&self) -> &'static str {
        self.0.get().copied().unwrap_or_default()
    }
}
