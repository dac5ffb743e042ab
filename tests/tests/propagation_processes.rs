//! A child process stands in its parent's trace, if the parent says so and the child wants it; whatever else is in its environment, it runs.

use feagi_observability::propagation::PropagateContext;
use feagi_observability::{Baggage, CapturedContext, current_context, observe};
use feagi_observability_tests::captured::Capture;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;

/// What a child has left.
struct Left {
    line: Value,
    refused: BTreeMap<String, u64>,
}

/// Starts a child with the current context and in the folder `name`, and waits for it.
fn child(name: &str, environment: impl FnOnce(&mut Command) -> &mut Command) -> Left {
    let folder =
        std::env::temp_dir().join(format!("feagi-observability-child-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_child"));
    let ran = environment(command.arg(&folder)).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert!(ran.stderr.is_empty() && ran.stdout.is_empty());
    let left = Left::read(&folder);
    std::fs::remove_dir_all(folder).unwrap();
    left
}

impl Left {
    fn read(folder: &Path) -> Left {
        let text = |name| std::fs::read_to_string(folder.join(name)).unwrap();
        let log = text("log.jsonl");
        let [line] = log.lines().collect::<Vec<_>>()[..] else { panic!("one line in {log}") };
        Left {
            line: serde_json::from_str(line).unwrap(),
            refused: serde_json::from_str(&text("refused.json")).unwrap(),
        }
    }
}

#[observe(name = "parent")]
fn start_child() -> (Left, String) {
    let mut baggage = Baggage::new();
    assert!(baggage.insert("tenant", "lab 7"));
    let left = CapturedContext::capture()
        .with_baggage(baggage)
        // What this process may have been started with goes.
        .run(|| child("observed", |command| command.env("TRACESTATE", "stale=1").propagate_context()));
    (left, current_context().unwrap().trace_id().to_string())
}

#[test]
fn a_child_stands_in_its_parents_trace_and_survives_any_environment() {
    let capture = Capture::start("propagation-processes", "info");
    let (left, trace) = start_child();
    assert_eq!(
        (left.line["trace_id"].as_str(), left.line["fields"]["tenant"].as_str()),
        (Some(&*trace), Some("lab 7"))
    );
    assert_eq!(left.refused, BTreeMap::new());

    let alone = child("alone", |command| command.env_remove("TRACEPARENT").propagate_context());
    assert_ne!(alone.line["trace_id"], trace, "in no context there is nothing to hand on");
    let empty = child("empty", |command| command.env("TRACEPARENT", "").env("BAGGAGE", ""));
    assert_eq!(empty.refused, BTreeMap::new(), "an empty variable says nothing");
    let passed = child("passed", |command| {
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        command.env("TRACEPARENT", parent).propagate_context()
    });
    assert_eq!(passed.line["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736", "what is passed on is passed on");

    let huge = "x".repeat(100_000);
    let values = [
        OsStr::new("garbage"),
        OsStr::new(&huge),
        OsStr::from_bytes(b"00-\xff\xfe-\x80-01"),
        OsStr::new("\n"),
    ];
    for (index, value) in values.into_iter().enumerate() {
        let hostile = child(&format!("hostile-{index}"), |command| {
            command.env("TRACEPARENT", value).env("TRACESTATE", value).env("BAGGAGE", value)
        });
        assert_eq!(hostile.line["trace_id"].as_str().map(str::len), Some(32), "a trace of its own");
        let refused: Vec<&str> = hostile.refused.keys().map(|key| key.split('/').next().unwrap()).collect();
        assert_eq!(refused, ["baggage", "traceparent"], "{value:?}");
    }

    let captured = capture.finish();
    let [span] = captured.spans_of("parent")[..] else { panic!("one span") };
    assert_eq!(span["args"]["trace_id"], trace.as_str());
    assert_eq!(
        span["args"]["span_id"], left.line["parent_id"],
        "the parent's call is the parent of the child's"
    );
}
