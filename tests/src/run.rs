//! One run of `emit`, and what it has left.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of a finished run; deleted with it, but kept for a look where the test has failed.
#[derive(Debug)]
pub struct Run {
    folder: PathBuf,
}

impl Run {
    /// Runs `emit` for the test of that name; panics if it complains.
    pub fn of(emit: &str, test: &str) -> Run {
        Run::with(emit, test, &[])
    }

    /// The same with spans, lines and metrics sent to an OTLP collector, too.
    pub fn of_protocol(emit: &str, test: &str, endpoint: &str, protocol: &str) -> Run {
        Run::with(emit, test, &[endpoint, protocol])
    }

    fn with(emit: &str, test: &str, arguments: &[&str]) -> Run {
        let folder = std::env::temp_dir().join(format!("feagi-observability-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder below the temporary one");
        let ran = Command::new(emit).arg(&folder).args(arguments).output().expect("emit starts");
        let run = Run { folder };
        let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(ran.status.success(), "{}: {err}", ran.status);
        assert_eq!((&*out, &*err), ("", ""), "the library prints nothing");
        run
    }

    /// A file of the run.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A file's text.
    pub fn text(&self, name: &str) -> String {
        read(&self.path(name))
    }

    /// The log's lines.
    pub fn log(&self) -> Vec<Value> {
        self.text("log.jsonl").lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect()
    }

    /// The events of the trace file.
    pub fn trace(&self) -> Vec<Value> {
        serde_json::from_str(&self.text("trace.json")).expect("strict JSON, an array")
    }

    /// The final counts.
    pub fn stats(&self) -> Value {
        serde_json::from_str(&self.text("stats.json")).expect("strict JSON")
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the run's files are in {}", self.folder.display());
        } else {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// The texts that stand at `pointer` (RFC 6901) in `values`, where there is one.
pub fn texts_at(values: &[Value], pointer: &str) -> BTreeSet<String> {
    values.iter().filter_map(|value| Some(value.pointer(pointer)?.as_str()?.to_owned())).collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
