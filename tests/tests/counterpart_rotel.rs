//! Rotel, a real OTLP receiver, gets a run's spans, lines and metrics over loopback by each protocol, and tells what it has understood.

use feagi_observability_tests::rotel::{Received, Rotel, agent, spans_of_trace_file};
use feagi_observability_tests::run::Run;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Sends a run by this protocol; gives the run, what has arrived, and what each output says that has.
fn sent(protocol: &str) -> Option<(Run, Received, BTreeMap<String, usize>)> {
    let rotel = Rotel::start(&agent(8)?);
    let address = if protocol == "grpc" { rotel.grpc } else { rotel.http };
    let test = format!("rotel-{}", protocol.replace('/', "-"));
    let run = Run::of_protocol(env!("CARGO_BIN_EXE_emit"), &test, &format!("http://{address}"), protocol);
    let stats = run.stats();
    let mut exported = BTreeMap::new();
    for sink in stats["sinks"].as_array().expect("a list of sinks") {
        let count = |key: &str| sink[key].as_u64().and_then(|n| usize::try_from(n).ok()).expect("a count");
        assert_eq!((count("exported"), count("failures")), (count("accepted"), 0), "{stats}");
        exported.insert(sink["name"].as_str().expect("a name").to_owned(), count("exported"));
    }
    // Rotel's reader of JSON takes the strings that 64-bit numbers are for nothing where they are in points of histograms, or beside an
    // exemplar: such metrics are empty to it. Later versions of what it is made of read them: `otlp/tests/reference.rs`.
    let points = if protocol == "http/json" { 0 } else { exported["otlp_metrics"] };
    let received = rotel.received(exported["otlp"] + exported["otlp_logs"] + points);
    Some((run, received, exported))
}

/// What holds for every protocol.
fn judge(protocol: &str) {
    let Some((run, received, exported)) = sent(protocol) else { return };
    let log = &received.log;
    for attribute in
        ["service.name: Str(emit)", "process.executable.name: Str(emit)", "telemetry.sdk.language: Str(rust)"]
    {
        assert!(log.iter().any(|line| line.trim() == format!("-> {attribute}")), "{attribute}: {log:#?}");
    }

    // The trace file went another way, so the two check each other: trace ids, span ids, parents and names.
    let spans = spans_of_trace_file(&run.trace());
    assert_eq!(received.spans.iter().cloned().collect::<BTreeSet<_>>(), spans, "{log:#?}");
    assert_eq!(
        (received.spans.len(), exported["otlp"]),
        (spans.len(), spans.len()),
        "each span once: {log:#?}"
    );
    assert_eq!(received.orphans(), Vec::<&_>::new());
    assert_eq!(received.spans.iter().filter(|span| span.name == "emit::parse").count(), 4);

    // So did the log file.
    let id = |line: &Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
    let mut lines: Vec<_> =
        run.log().iter().map(|line| (id(line, "trace_id"), id(line, "span_id"))).collect();
    let mut records = received.records.clone();
    lines.sort();
    records.sort();
    assert_eq!(records, lines, "{log:#?}");
    assert_eq!(exported["otlp_logs"], lines.len());

    if protocol != "http/json" {
        assert_eq!(
            received.points.values().sum::<usize>(),
            exported["otlp_metrics"],
            "{:#?}",
            received.points
        );
        assert_eq!(received.points.get("emit_think_duration_seconds"), Some(&1), "{:#?}", received.points);
    }
    for (metric, points) in
        [("emit_handles_things_total", 2), ("emit_handles_fill_ratio", 1), ("foreign_things_total", 1)]
    {
        assert_eq!(received.points.get(metric), Some(&points), "{metric}: {:#?}", received.points);
    }
}

#[test]
fn protobuf_over_http_arrives_whole() {
    judge("http/protobuf");
}

#[test]
fn json_over_http_arrives_whole() {
    judge("http/json");
}

#[test]
fn protobuf_over_grpc_arrives_whole() {
    judge("grpc");
}

/// Within each of these a program starts, observes and shuts down; the exporter must not care.
#[test]
fn every_protocol_works_in_every_runtime_and_in_none() {
    let Some(agent) = agent(12) else { return };
    let rotel = Rotel::start(&agent);
    let mut printed = BTreeSet::new();
    let mut runs = 0;
    for protocol in ["http/protobuf", "http/json", "grpc"] {
        for runtime in ["none", "current", "multi", "worker"] {
            let address = if protocol == "grpc" { rotel.grpc } else { rotel.http };
            let ran = std::process::Command::new(env!("CARGO_BIN_EXE_runtimes"))
                .args([&format!("http://{address}"), runtime])
                .env("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
                .output()
                .expect("runtimes starts");
            let told = String::from_utf8_lossy(&ran.stderr);
            assert!(ran.status.success() && told.is_empty(), "{protocol} in {runtime}: {told}");
            let out = String::from_utf8_lossy(&ran.stdout).into_owned();
            printed.extend(out.lines().map(str::to_owned));
            runs += 1;
        }
    }
    assert_eq!(printed.len(), 4 * runs);
    let received = rotel.received(5 * runs);
    assert_eq!(received.spans.len(), 5 * runs);
    assert_eq!(received.orphans(), Vec::<&_>::new());
    let arrived: BTreeSet<_> =
        received.spans.iter().map(|span| format!("{} {}", span.trace, span.id)).collect();
    assert!(printed.is_subset(&arrived), "{printed:#?}\n{arrived:#?}");
}
