//! Whatever has headers: where a context is read from, and what it is written to.

use std::collections::HashMap;
use std::hash::BuildHasher;

/// Headers that a context is read from: those of a request, or what a message has in their place.
///
/// ```
/// use feagi_observability::propagation::{HeaderSource, extract};
///
/// /// The first line of a message of our own.
/// struct Line(String);
///
/// impl HeaderSource for Line {
///     fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
///         let pairs = self.0.split_whitespace().filter_map(|pair| pair.split_once(':'));
///         pairs.filter(move |(key, _)| *key == name).map(|(_, value)| value.as_bytes())
///     }
/// }
///
/// let line = Line("traceparent:00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 size:12".to_owned());
/// let caller = extract(&line).context().unwrap();
/// assert_eq!(caller.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
/// ```
pub trait HeaderSource {
    /// The values of all headers with this name, which is in lower case, in their order. Names of HTTP are compared without regard
    /// to case.
    fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]>;
}

/// Headers that a context is written to.
///
/// ```
/// use feagi_observability::propagation::{HeaderSink, inject};
///
/// /// A message that knows the caller and nothing else.
/// struct Message {
///     caller: Option<String>,
/// }
///
/// impl HeaderSink for Message {
///     fn set(&mut self, name: &'static str, value: String) {
///         if name == "traceparent" {
///             self.caller = Some(value);
///         }
///     }
///
///     fn unset(&mut self, _: &'static str) {}
/// }
///
/// let mut message = Message { caller: None };
/// inject(&mut message);
/// assert!(message.caller.is_none(), "nobody is calling here");
/// ```
pub trait HeaderSink {
    /// Says `value` under this name, which is in lower case, in place of whatever was said there. The value is printable ASCII.
    fn set(&mut self, name: &'static str, value: String);

    /// Says nothing under this name any more.
    fn unset(&mut self, name: &'static str);
}

impl<S: BuildHasher> HeaderSource for HashMap<String, String, S> {
    fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_bytes())
    }
}

impl<S: BuildHasher> HeaderSink for HashMap<String, String, S> {
    fn set(&mut self, name: &'static str, value: String) {
        self.unset(name);
        self.insert(name.to_owned(), value);
    }

    fn unset(&mut self, name: &'static str) {
        self.retain(|key, _| !key.eq_ignore_ascii_case(name));
    }
}

impl HeaderSource for Vec<(String, String)> {
    fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_bytes())
    }
}

impl HeaderSink for Vec<(String, String)> {
    fn set(&mut self, name: &'static str, value: String) {
        self.unset(name);
        self.push((name.to_owned(), value));
    }

    fn unset(&mut self, name: &'static str) {
        self.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
    }
}
