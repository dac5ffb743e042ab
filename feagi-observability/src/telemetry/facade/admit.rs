//! Keys as the exporter's text can carry them without loss.
//!
//! Runs on the host's thread at each `counter!` and its like; a key that is fine already costs one look at its bytes.

use crate::telemetry::family::{Kind, is_label_name, is_metric_name, is_reserved_label};
use metrics::{Key, Label};
use std::borrow::Cow;

/// Stands for a backslash in the recorder, whose text does not tell `\` from `\\`. Private use: no script needs it;
/// where it does occur it is doubled by a code of its own.
const MARK: char = '\u{e05c}';
const BACKSLASH: char = 'b';
const ITSELF: char = 'm';

/// The key to register under; `None` if it can have no series.
///
/// Characters outside the grammar become `_`, as the exporter would write them, but before registration: `a.b` and
/// `a-b` then share one value instead of hiding each other by chance.
pub(super) fn admit(kind: Kind, key: &Key) -> Option<Cow<'_, Key>> {
    let is_plain = is_metric_name(key.name())
        && key.labels().all(|label| is_label_name(label.key()) && !needs_marks(label.value()));
    let key = if is_plain { Cow::Borrowed(key) } else { Cow::Owned(rewritten(key)) };
    (is_metric_name(key.name()) && labels_are_possible(kind, &key)).then_some(key)
}

fn rewritten(key: &Key) -> Key {
    let label = |label: &Label| Label::new(fold(label.key(), false), with_marks(label.value()));
    Key::from_parts(fold(key.name(), true), key.labels().map(label).collect::<Vec<_>>())
}

/// No name twice, none that the format writes itself, none that Prometheus keeps for itself.
fn labels_are_possible(kind: Kind, key: &Key) -> bool {
    key.labels().enumerate().all(|(index, label)| {
        is_label_name(label.key())
            && !is_reserved_label(kind, label.key())
            && key.labels().take(index).all(|earlier| earlier.key() != label.key())
    })
}

/// What the exporter would make of a name.
fn fold(name: &str, colon: bool) -> String {
    let fold = |(index, c): (usize, char)| match c {
        ':' if colon => c,
        c if c.is_ascii_alphabetic() || (index > 0 && c.is_ascii_digit()) => c,
        _ => '_',
    };
    name.chars().enumerate().map(fold).collect()
}

fn needs_marks(value: &str) -> bool {
    value.contains(['\\', MARK])
}

fn with_marks(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 8);
    for c in value.chars() {
        match c {
            '\\' => out.extend([MARK, BACKSLASH]),
            MARK => out.extend([MARK, ITSELF]),
            c => out.push(c),
        }
    }
    out
}

/// Undoes the marks of a label value.
pub(super) fn without_marks(value: String) -> String {
    if !value.contains(MARK) {
        return value;
    }
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            MARK => out.push(if chars.next() == Some(BACKSLASH) { '\\' } else { MARK }),
            c => out.push(c),
        }
    }
    out
}
