//! Events on captured signals: lines, spans and metrics of the families that are built in and of a user's own.

use feagi_observability::{
    Event, LabelValue, LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, ProfilingConfig,
    TelemetryConfig, api_debug, api_error, api_info, api_trace, api_warn, burst_debug, burst_error,
    burst_info, burst_trace, burst_warn, feagi_debug, feagi_error, feagi_warn, genome_debug, genome_error,
    genome_info, genome_trace, genome_warn, init_observability, observe,
};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

#[derive(LabelValue)]
enum Phase {
    Inject,
    Propagate,
}

/// Jobs of the test.
#[derive(Event)]
#[event(name = "job", level = "warn", target = "events.job", message = "Job done", macros)]
struct Job<'a> {
    job_id: u64,
    /// Units of work.
    #[event(gauge, counter)]
    units: u64,
    #[event(histogram, unit = "seconds", buckets = [0.01, 0.1, 1])]
    duration: Duration,
    #[event(label)]
    phase: Phase,
    #[event(label)]
    retried: bool,
    #[event(redact)]
    owner: &'a str,
    #[event(debug)]
    parts: &'a [u8],
    #[event(display, rename = "job.kind")]
    kind: char,
}

impl Job<'_> {
    fn new(job_id: u64, phase: Phase) -> Self {
        Job {
            job_id,
            units: job_id * 10,
            duration: Duration::from_millis(50 * job_id),
            phase,
            retried: false,
            owner: "somebody's secret",
            parts: &[1, 2],
            kind: 'k',
        }
    }
}

/// An event without fields.
#[derive(Event)]
struct BareStart;

#[derive(Event)]
#[event(name = "quiet", metric = false)]
struct Quiet {
    a: Option<u8>,
}

fn panics() -> &'static str {
    panic!("what is redacted is never computed")
}

#[observe]
fn around() {
    Job::new(1, Phase::Inject).emit();
    Job::new(2, Phase::Inject).emit();
    Job::new(30, Phase::Propagate).emit();
    job_error!(
        job_id = 4,
        units = 40,
        duration = Duration::from_millis(20),
        phase = Phase::Propagate,
        retried = true,
        owner = panics(),
        extra = "e",
        "job {}",
        4
    );
    job_info!(phase = &Phase::Propagate, retried = true);
    BareStart.emit();
    Quiet { a: None }.emit();
}

fn families() {
    burst_trace!(burst_id = 1);
    burst_debug!(burst_id = 2);
    burst_info!(
        burst_id = 3,
        neurons_fired = 10,
        synapses_activated = 200,
        duration = Duration::from_millis(4)
    );
    burst_warn!(burst_id = 4, neurons_fired = 30, synapses_activated = 100, duration = 0.3);
    burst_error!(burst_id = 5; "burst {} failed", 5);
    genome_trace!("genome read");
    genome_debug!(genome_id = 1);
    genome_info!(
        cortical_areas = 12,
        neurons = 3_000_u32,
        synapses = 90_000_u64,
        duration = Duration::from_secs(3)
    );
    genome_warn!(genome_id = 2);
    genome_error!(genome_id = 3, "genome broken");
    let method = "PUT".to_owned();
    api_trace!("GET", "/trace");
    api_debug!(method, "/debug", status = 204);
    api_info!("GET", "/v1/burst", status = 200, duration = 0.00390625);
    api_warn!(%method, format!("/v1/{}", 1), status = 404, duration = Duration::from_micros(62_500), "gone");
    api_error!("POST", "/v1/genome", status = 500_u16; "failed for {}", "good");
    feagi_error!(component = "agent", code = 7; "lost {}", "it");
    feagi_warn!(component = "agent", "by a comma");
    feagi_debug!(component = "agent");
}

fn ad_hoc() {
    for n in 1..=3_u64 {
        burst_info!(
            counter.spikes = n,
            gauge.load = n as f64 / 2.0,
            histogram.lag_seconds = Duration::from_millis(n)
        );
        feagi_warn!(counter.warned = 2; "ad hoc");
        job_debug!(phase = Phase::Inject, retried = true, gauge.depth = n);
    }
    burst_info!(histogram.lag_seconds = f64::NAN);
}

#[test]
fn an_event_stands_on_every_signal() {
    let folder = std::env::temp_dir().join(format!("feagi-observability-events-{}", std::process::id()));
    let log_file = folder.join("log.jsonl");
    let config = ObservabilityConfig {
        logging: LoggingConfig {
            level: "trace".to_owned(),
            format: LogFormat::Json,
            output: LogOutput::File(log_file.to_string_lossy().into_owned()),
            ..Default::default()
        },
        telemetry: TelemetryConfig { tracing_enabled: true, ..Default::default() },
        profiling: ProfilingConfig { chrome_tracing: true, output_dir: folder.clone(), ..Default::default() },
    };
    Job::new(1, Phase::Inject).emit();
    let observability = init_observability(&config).unwrap();
    around();
    families();
    ad_hoc();
    // Another thread has cells of its own.
    std::thread::spawn(|| Job::new(1, Phase::Inject).emit()).join().unwrap();
    assert!(observability.flush(Duration::from_secs(10)));
    let page = observability.telemetry().export_openmetrics();
    let classic = observability.telemetry().export_metrics();
    observability.shutdown(Duration::from_secs(10));
    Job::new(1, Phase::Inject).emit();

    let lines = json_lines(&log_file);
    check_job_lines(&lines);
    check_family_lines(&lines);
    check_spans(&folder.join("trace.json"));
    for page in [&page, &classic] {
        check_job_metrics(page);
        check_family_metrics(page);
        check_ad_hoc_metrics(page);
    }
    check_exemplars(&page, &lines);
    std::fs::remove_dir_all(folder).unwrap();
}

fn json_lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(!text.contains("secret"), "what is redacted stands nowhere");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn of<'a>(lines: &'a [Value], target: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["target"] == target).collect()
}

fn check_job_lines(lines: &[Value]) {
    let around = lines.iter().find(|line| line["message"] == "events::around").unwrap();
    let jobs = of(lines, "events.job");
    assert_eq!(jobs.len(), 5 + 3 + 1);
    let first = jobs[0];
    assert_eq!((&first["message"], &first["level"]), (&"Job done".into(), &"WARN".into()));
    assert_eq!((&first["trace_id"], &first["parent_id"]), (&around["trace_id"], &around["span_id"]));
    let expected = serde_json::json!({
        "job_id": 1, "units": 10, "duration": 0.05, "phase": "inject", "retried": "false",
        "owner": "[redacted]", "parts": "[1, 2]", "job.kind": "k"
    });
    assert_eq!(first["fields"], expected);
    let fourth = jobs[3];
    assert_eq!((&fourth["message"], &fourth["level"]), (&"job 4".into(), &"ERROR".into()));
    assert_eq!((&fourth["fields"]["owner"], &fourth["fields"]["extra"]), (&"[redacted]".into(), &"e".into()));
    assert_eq!(
        (&fourth["fields"]["phase"], &fourth["fields"]["retried"]),
        (&"propagate".into(), &"true".into())
    );
    assert!(lines.iter().any(|line| line["message"] == "bare_start" && line["target"] == "events"));
    let quiet = lines.iter().find(|line| line["message"] == "quiet").unwrap();
    assert!(quiet["fields"].get("a").is_none());
}

fn check_family_lines(lines: &[Value]) {
    let all = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];
    for (target, levels) in [
        ("feagi.burst", &all[..]),
        ("feagi.genome", &all[..]),
        ("feagi.api", &all[..]),
        ("feagi", &["ERROR", "WARN", "DEBUG"][..]),
    ] {
        let lines = of(lines, target);
        let found: Vec<&str> =
            lines.iter().take(levels.len()).map(|line| line["level"].as_str().unwrap()).collect();
        assert_eq!(found, levels, "{target}");
    }
    let message = |target, at: usize| of(lines, target)[at]["message"].as_str().unwrap();
    assert_eq!((message("feagi.burst", 0), message("feagi.burst", 4)), ("Burst executed", "burst 5 failed"));
    assert_eq!((message("feagi.genome", 0), message("feagi.genome", 1)), ("genome read", "Genome handled"));
    assert_eq!((message("feagi.api", 2), message("feagi.api", 4)), ("Request answered", "failed for good"));
    assert_eq!([0, 1, 2].map(|at| message("feagi", at)), ["lost it", "by a comma", "feagi"]);
    let api = of(lines, "feagi.api");
    assert_eq!(
        api[3]["fields"],
        serde_json::json!({"method": "PUT", "path": "/v1/1", "status": 404, "duration": 0.0625})
    );
    assert_eq!(of(lines, "feagi")[0]["fields"], serde_json::json!({"component": "agent", "code": 7}));
    assert_eq!(
        of(lines, "feagi.burst")[5]["fields"],
        serde_json::json!({"spikes": 1, "load": 0.5, "lag_seconds": 0.001})
    );
}

fn check_spans(path: &Path) {
    let events: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for name in ["job", "bare_start", "quiet", "burst", "genome", "api", "feagi"] {
        let found: Vec<_> = events.iter().filter(|event| event["name"] == name).collect();
        assert!(!found.is_empty(), "no span `{name}`");
    }
    let job = events.iter().find(|event| event["name"] == "job").unwrap();
    assert_eq!(
        (&job["args"]["fields"]["units"], &job["args"]["fields"]["owner"]),
        (&10.into(), &"[redacted]".into())
    );
}

#[track_caller]
fn check_page(page: &str, expected: &[&str]) {
    for expected in expected {
        let found = page.lines().any(|line| line.split(" # ").next() == Some(*expected));
        assert!(found, "{expected} in {page}");
    }
}

fn check_job_metrics(page: &str) {
    check_page(
        page,
        &[
            "job_total{phase=\"inject\",retried=\"false\"} 3",
            "job_total{phase=\"propagate\",retried=\"false\"} 1",
            "job_total{phase=\"propagate\",retried=\"true\"} 2",
            "job_units_total{phase=\"inject\",retried=\"false\"} 40",
            "job_units_total{phase=\"propagate\",retried=\"false\"} 300",
            "job_last_units{phase=\"propagate\",retried=\"false\"} 300",
            "job_last_units{phase=\"inject\",retried=\"false\"} 10",
            "job_duration_seconds_bucket{phase=\"inject\",retried=\"false\",le=\"0.01\"} 0",
            "job_duration_seconds_bucket{phase=\"inject\",retried=\"false\",le=\"0.1\"} 3",
            "job_duration_seconds_bucket{phase=\"propagate\",retried=\"false\",le=\"1.0\"} 0",
            "job_duration_seconds_bucket{phase=\"propagate\",retried=\"false\",le=\"+Inf\"} 1",
            "job_duration_seconds_sum{phase=\"inject\",retried=\"false\"} 0.2",
            "job_duration_seconds_count{phase=\"propagate\",retried=\"true\"} 1",
            "bare_start_total 1",
        ],
    );
    assert!(page.contains("Units of work.") && page.contains("Jobs of the test."));
    assert!(!page.contains("quiet") && !page.contains("_overflow") && !page.contains("job_id"));
}

fn check_family_metrics(page: &str) {
    check_page(
        page,
        &[
            "feagi_burst_total 9",
            "feagi_neurons_fired 30",
            "feagi_synapses_activated 100",
            "feagi_burst_neurons_fired_total 40",
            "feagi_burst_synapses_activated_total 300",
            "feagi_burst_duration_seconds_bucket{le=\"0.001\"} 0",
            "feagi_burst_duration_seconds_bucket{le=\"0.005\"} 1",
            "feagi_burst_duration_seconds_bucket{le=\"0.5\"} 2",
            "feagi_burst_duration_seconds_bucket{le=\"1.0\"} 2",
            "feagi_burst_duration_seconds_sum 0.304",
            "feagi_genome_total 5",
            "feagi_cortical_areas 12",
            "feagi_connectome_neurons 3000",
            "feagi_connectome_synapses 90000",
            "feagi_genome_load_duration_seconds_bucket{le=\"1.0\"} 0",
            "feagi_genome_load_duration_seconds_bucket{le=\"5.0\"} 1",
            "feagi_genome_load_duration_seconds_bucket{le=\"60.0\"} 1",
            "feagi_api_requests_total 5",
            "feagi_api_request_duration_seconds_bucket{le=\"0.005\"} 1",
            "feagi_api_request_duration_seconds_bucket{le=\"0.1\"} 2",
            "feagi_api_request_duration_seconds_bucket{le=\"5.0\"} 2",
            "feagi_api_request_duration_seconds_sum 0.06640625",
        ],
    );
    assert!(!page.contains("feagi_total"), "{page}");
}

fn check_ad_hoc_metrics(page: &str) {
    check_page(
        page,
        &[
            "feagi_burst_spikes_total 6",
            "feagi_burst_last_load 1.5",
            "feagi_burst_lag_seconds_count 3",
            "feagi_burst_lag_seconds_sum 0.006",
            "feagi_warned_total 6",
            "job_last_depth{phase=\"inject\",retried=\"true\"} 3",
            "obs_refused_values_total 1",
        ],
    );
}

/// The id behind a number leads to the event that it came from.
fn check_exemplars(page: &str, lines: &[Value]) {
    for (sample, target, value) in [
        ("job_total{phase=\"propagate\",retried=\"false\"}", "events.job", "1"),
        (
            "job_duration_seconds_bucket{phase=\"propagate\",retried=\"false\",le=\"+Inf\"}",
            "events.job",
            "1.5",
        ),
        ("feagi_burst_duration_seconds_bucket{le=\"0.5\"}", "feagi.burst", "0.3"),
        ("feagi_api_request_duration_seconds_bucket{le=\"0.1\"}", "feagi.api", "0.0625"),
        ("feagi_burst_total", "feagi.burst", "1"),
        ("feagi_burst_neurons_fired_total", "feagi.burst", "30"),
    ] {
        let line = page.lines().find(|line| line.starts_with(&format!("{sample} "))).unwrap();
        let (_, exemplar) = line.split_once(" # ").unwrap_or_else(|| panic!("no exemplar: {line}"));
        let span_id = exemplar.split("span_id=\"").nth(1).unwrap().split('"').next().unwrap();
        let record = lines.iter().find(|line| line["span_id"] == span_id).unwrap();
        assert_eq!(record["target"], target);
        assert!(exemplar.contains(record["trace_id"].as_str().unwrap()));
        assert_eq!(exemplar.split("} ").nth(1).unwrap().split(' ').next(), Some(value), "{line}");
    }
}
