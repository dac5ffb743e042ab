//! Samples as `perf script` prints them: a head line, then a function per line, leaf first.

use super::capture::Moment;
use super::profile::{THREAD, label};
use std::fmt::Write;

/// One paragraph for each sample.
pub(super) fn text(moments: &[Moment]) -> String {
    let process = std::process::id();
    let mut text = String::new();
    for moment in moments {
        let thread = label(&moment.labels, THREAD).unwrap_or_default();
        let (seconds, micros) = (moment.at / 1_000_000_000, moment.at % 1_000_000_000 / 1000);
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{} {process}/{} {seconds}.{micros:06}: {} cpu-clock:u: ",
            one_word(thread),
            moment.thread,
            moment.cpu
        );
        for frame in &*moment.stack {
            let file = if frame.file.is_empty() { "unknown" } else { &*frame.file };
            let _ = writeln!(text, "\t{:16x} {} ({file})", frame.address, one_line(&frame.function));
        }
        text.push('\n');
    }
    text
}

/// Whoever reads the text takes the first word for the name.
fn one_word(name: &str) -> String {
    let name: String =
        name.chars().map(|c| if c.is_whitespace() || c.is_control() { '_' } else { c }).collect();
    if name.is_empty() { "unknown".to_owned() } else { name }
}

fn one_line(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::profile::Frame;
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_sample_is_a_paragraph() {
        let frame = |function: &str, address| Frame {
            function: function.into(),
            system_name: "".into(),
            file: "src/a.rs".into(),
            line: 1,
            address,
            inlined: false,
        };
        let moment = Moment {
            at: 12_000_345_678,
            cpu: 1_000_000,
            thread: 7,
            weight: 1,
            stack: Arc::new([frame("leaf", 0x10), frame("main", 0x2000)]),
            labels: Arc::new([(THREAD, "a worker".into())]),
        };
        let expected = format!(
            "a_worker {}/7 12.000345: 1000000 cpu-clock:u: \n\t{:16x} leaf (src/a.rs)\n\t{:16x} main (src/a.rs)\n\n",
            std::process::id(),
            0x10,
            0x2000
        );
        assert_eq!(text(&[moment]), expected);
    }
}
