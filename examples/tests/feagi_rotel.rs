//! A run of FEAGI's engine, and a real OTLP receiver that gets its spans by each protocol.
//!
//! Built like `feagi_burst.rs`: with the whole package, or after `--example feagi_burst`.

use feagi_observability_tests::rotel::{Rotel, agent, spans_of_trace_file};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// `<target>/<profile>/examples/feagi_burst`, next to the folder that this test runs from.
fn example() -> PathBuf {
    let test = std::env::current_exe().expect("a running test has a path");
    let profile = test.parent().and_then(Path::parent).expect("tests live in <profile>/deps");
    profile.join("examples").join(format!("feagi_burst{}", std::env::consts::EXE_SUFFIX))
}

#[test]
fn all_spans_of_a_run_arrive_by_each_protocol_with_their_parents_and_the_ids_of_the_log() {
    let Some(agent) = agent(15) else { return };
    for protocol in ["grpc", "http/protobuf", "http/json"] {
        let rotel = Rotel::start(&agent);
        let address = if protocol == "grpc" { rotel.grpc } else { rotel.http };
        let out = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("feagi_rotel-{}", protocol.replace('/', "-")));
        let ran = Command::new(example())
            .args([
                "--neurons",
                "2000",
                "--hz",
                "0",
                "--bursts",
                "100",
                "--phases",
                "--otlp",
                &format!("http://{address}"),
            ])
            .arg("--out")
            .arg(&out)
            .env("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
            .output()
            .expect("the example starts");
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        let text = |name: &str| std::fs::read_to_string(out.join(name)).expect("a file of the run");
        let summary: Value = serde_json::from_str(&text("summary.json")).expect("JSON");
        assert_eq!(summary["dropped"], serde_json::json!({}), "nothing was lost: {summary}");

        let trace: Vec<Value> = serde_json::from_str(&text("trace.json")).expect("JSON");
        let sent = spans_of_trace_file(&trace);
        assert!(sent.len() > 500, "{} spans", sent.len());
        let received = rotel.received(sent.len());
        assert_eq!(received.spans.len(), sent.len(), "count sent = count received over {protocol}");
        assert_eq!(received.orphans(), Vec::<&_>::new(), "parents resolve over {protocol}");
        let arrived: BTreeSet<_> = received.spans.iter().cloned().collect();
        assert!(arrived == sent, "the same spans over {protocol}");

        let ids: BTreeSet<_> = arrived.iter().map(|span| (&*span.trace, &*span.id)).collect();
        let log: Vec<Value> =
            text("burst.log.jsonl").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let lines: Vec<_> = log.iter().filter(|line| line["trace_id"].is_string()).collect();
        assert!(!lines.is_empty());
        for line in lines {
            let id =
                (line["trace_id"].as_str().unwrap_or_default(), line["span_id"].as_str().unwrap_or_default());
            assert!(ids.contains(&id), "{line}");
        }
    }
}
