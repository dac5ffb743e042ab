//! Header maps of the `http` crate as what a context is read from and written to.

use crate::context::propagation::{HeaderSink, HeaderSource};
use http::{HeaderMap, HeaderName, HeaderValue};

impl HeaderSource for HeaderMap {
    fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        HeaderMap::get_all(self, name).iter().map(HeaderValue::as_bytes)
    }
}

impl HeaderSink for HeaderMap {
    fn set(&mut self, name: &'static str, value: String) {
        // What is written is printable ASCII, so that this does not fail; and a full map (32,768 headers) takes no more.
        if let Ok(value) = HeaderValue::try_from(value) {
            let _ = self.try_insert(HeaderName::from_static(name), value);
        }
    }

    fn unset(&mut self, name: &'static str) {
        self.remove(name);
    }
}
