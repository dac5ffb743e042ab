//! A label's type is bounded; the error stands at the field's type and says what to do.

use feagi_observability::{Counter, Labels};

#[derive(Labels)]
struct Unbounded<'a> {
    path: String,
    text: &'a str,
    count: u64,
    perhaps: Option<bool>,
}

#[derive(Labels)]
struct Bounded<T> {
    value: T,
}

struct NotLabels;

struct Handles {
    not_labels: Counter<NotLabels>,
    not_a_struct: Counter<bool>,
    unbounded_parameter: Counter<Bounded<u8>>,
}

fn main() {}
