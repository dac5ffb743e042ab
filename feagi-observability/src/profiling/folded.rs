//! Folded stacks: `root;caller;leaf 42`, the text that flamegraph tools and speedscope read.
//!
//! Receives samples from a `Profile` or a file; gives sorted, aggregated lines to `svg`.

use std::collections::BTreeMap;

use super::profile::{OBSERVE, Profile, THREAD};

/// What stands for a stack that could not be walked.
const UNKNOWN: &str = "[unknown]";

/// Stacks, root first, with their weights; equal stacks are one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Folded {
    stacks: BTreeMap<String, u64>,
}

impl Folded {
    /// One tower for each observed function, and in it one per thread; outside of observed functions one per thread. Weighted by the
    /// first value.
    pub(super) fn of(profile: &Profile) -> Self {
        let mut folded = Self::default();
        for sample in &profile.samples {
            let frames = sample.stack.iter().rev().map(|frame| &*frame.function);
            let roots = [OBSERVE, THREAD].map(|key| sample.label(key).unwrap_or_default());
            folded.add(&roots, frames, sample.values.first().copied().unwrap_or_default());
        }
        folded
    }

    /// Counts a stack below `roots`, the outermost first; empty ones are left out.
    pub(super) fn add<'a>(&mut self, roots: &[&str], frames: impl Iterator<Item = &'a str>, weight: u64) {
        let mut stack = String::new();
        for root in roots.iter().filter(|root| !root.is_empty()) {
            push(&mut stack, root);
        }
        let mut depth = 0_usize;
        for frame in frames {
            push(&mut stack, frame);
            depth += 1;
        }
        if depth == 0 {
            push(&mut stack, UNKNOWN);
        }
        if weight > 0 {
            let total = self.stacks.entry(stack).or_default();
            *total = total.saturating_add(weight);
        }
    }

    /// Reads folded text; the error names the line that is not `stack weight`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut folded = Self::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let parsed =
                line.rsplit_once(' ').and_then(|(stack, weight)| Some((stack, weight.parse().ok()?)));
            let Some((stack, weight)) = parsed else {
                return Err(format!("line {} is not `stack;frames weight`", number + 1));
            };
            folded.add(&[], stack.trim_end().split(';'), weight);
        }
        Ok(folded)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.stacks.is_empty()
    }

    /// One line per stack, sorted.
    pub(super) fn lines(&self) -> Vec<String> {
        self.stacks.iter().map(|(stack, weight)| format!("{stack} {weight}")).collect()
    }
}

/// Appends a frame. `;` separates frames but stands in Rust's array types too; control characters are not allowed in XML.
fn push(stack: &mut String, frame: &str) {
    if !stack.is_empty() {
        stack.push(';');
    }
    let frame = if frame.is_empty() { UNKNOWN } else { frame };
    stack.extend(frame.chars().map(|c| match c {
        ';' => ',',
        c if c.is_control() => '?',
        c => c,
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_stacks_are_added_up_and_separators_inside_names_replaced() {
        let mut folded = Folded::default();
        for weight in [1, 2] {
            folded.add(&["main"], ["app::run", "<[u8; 4] as Hash>::hash"].into_iter(), weight);
        }
        folded.add(&["worker\n1"], [].into_iter(), 5);
        assert_eq!(folded.lines(), ["main;app::run;<[u8, 4] as Hash>::hash 3", "worker?1;[unknown] 5"]);
    }

    #[test]
    fn text_is_read_back_as_it_was_written() {
        let mut folded = Folded::default();
        folded.add(&["main"], ["a b", "c"].into_iter(), 7);
        folded.add(&["main"], ["d"].into_iter(), 1);
        assert_eq!(Folded::parse(&folded.lines().join("\n")), Ok(folded));
    }

    #[test]
    fn a_line_without_a_weight_is_refused_with_its_number() {
        let problem = Folded::parse("a;b 1\n\n# note\nno weight\n").unwrap_err();
        assert!(problem.contains("line 4"), "{problem}");
    }

    #[test]
    fn stacks_of_no_weight_leave_nothing_to_draw() {
        assert_eq!(Folded::parse("a;b 0\n").map(|folded| folded.is_empty()), Ok(true));
    }
}
