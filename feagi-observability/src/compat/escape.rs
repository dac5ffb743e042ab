//! Keeps a record on one physical line and a terminal out of the reach of what is logged.

/// Whether `c` ends a line for some reader, moves a terminal's cursor or turns the direction of text.
pub(super) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Appends `text` to `line` with its unsafe characters as Rust escapes.
pub(super) fn push_text(line: &mut String, text: &str) {
    for c in text.chars() {
        if is_unsafe(c) { line.extend(c.escape_default()) } else { line.push(c) }
    }
}
