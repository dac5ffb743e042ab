//! Where the time of a burst went, added up from the spans of a trace file.

use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::path::Path;
use std::{fs, io};

/// One span of the trace file, as far as it matters here.
#[derive(Deserialize)]
struct Span {
    name: String,
    ph: String,
    /// Microseconds.
    #[serde(default)]
    dur: f64,
    #[serde(default)]
    args: Ids,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Ids {
    span_id: String,
    parent_id: String,
}

/// All calls of one name under the same chain of callers.
#[derive(Debug, Default, PartialEq)]
pub struct Phase {
    /// How often it was called.
    pub calls: u64,
    /// Microseconds in all calls together.
    pub micros: f64,
    /// What was called from it, by name.
    pub parts: BTreeMap<String, Phase>,
}

impl Phase {
    /// Reads a trace file and adds up the calls of `root` and everything below them.
    ///
    /// # Errors
    /// What the file system or the JSON parser says.
    pub fn read(trace: &Path, root: &str) -> io::Result<Phase> {
        let spans: Vec<Span> = serde_json::from_slice(&fs::read(trace)?)?;
        let spans: Vec<Span> = spans.into_iter().filter(|span| span.ph == "X").collect();
        let by_id: HashMap<&str, usize> =
            spans.iter().enumerate().map(|(index, span)| (span.args.span_id.as_str(), index)).collect();
        let mut whole = Phase::default();
        for span in &spans {
            if let Some(chain) = chain(&spans, &by_id, span, root) {
                whole.at(&chain).add(span.dur);
            }
        }
        Ok(whole)
    }

    /// Microseconds that no part explains.
    pub fn unaccounted(&self) -> f64 {
        self.micros - self.parts.values().map(|part| part.micros).sum::<f64>()
    }

    fn add(&mut self, micros: f64) {
        self.calls += 1;
        self.micros += micros;
    }

    fn at(&mut self, chain: &[&str]) -> &mut Phase {
        let mut phase = self;
        for name in chain {
            phase = phase.parts.entry((*name).to_owned()).or_default();
        }
        phase
    }

    /// A table: share of the whole and microseconds a burst, each phase under its caller.
    pub fn table(&self, name: &str) -> String {
        let mut table = String::new();
        self.write(name, 0, self, &mut table);
        table
    }

    fn write(&self, name: &str, depth: usize, whole: &Phase, table: &mut String) {
        whole.row(name, depth, self.micros, table);
        let mut parts: Vec<_> = self.parts.iter().collect();
        parts.sort_by(|(_, a), (_, b)| b.micros.total_cmp(&a.micros));
        for (name, part) in &parts {
            part.write(name, depth + 1, whole, table);
        }
        if !parts.is_empty() {
            whole.row("unaccounted", depth + 1, self.unaccounted(), table);
        }
    }

    /// One row; `self` is the whole that shares are of.
    fn row(&self, name: &str, depth: usize, micros: f64, table: &mut String) {
        let share = 100.0 * micros / self.micros.max(f64::MIN_POSITIVE);
        let label = format!("{}{name}", "  ".repeat(depth));
        let each = micros / self.calls.max(1) as f64;
        // Writing to a String cannot fail.
        let _ = writeln!(table, "  {label:<40} {each:>9.1} us {share:>5.1} %");
    }
}

/// The names from below `root` down to `span`; `None` if no caller is `root`.
fn chain<'s>(
    spans: &'s [Span],
    by_id: &HashMap<&str, usize>,
    span: &'s Span,
    root: &str,
) -> Option<Vec<&'s str>> {
    let mut names = Vec::new();
    let mut at = span;
    while at.name != root {
        names.push(at.name.as_str());
        at = spans.get(*by_id.get(at.args.parent_id.as_str())?)?;
        // A file that names itself as its own caller is no trace of ours.
        if names.len() > 64 {
            return None;
        }
    }
    names.reverse();
    Some(names)
}
