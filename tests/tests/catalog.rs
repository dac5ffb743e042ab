//! The catalog lists every site of this executable before any of them is called, with the facts of its annotation; and what it says
//! of metrics is what stands on the page.

use feagi_observability::{
    CatalogEntry, CatalogKind, HealthCheck, LabelValue, Level, LogOutput, LoggingConfig, ObservabilityConfig,
    burst_info, catalog, init_observability, observe,
};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

#[derive(LabelValue, Clone, Copy)]
enum Backend {
    Cpu,
    Gpu,
}

/// Steps the engine.
///
/// More of it.
#[observe(
    name = "engine::step",
    metric = "catalog_step",
    level = "debug",
    target = "engine",
    fields(burst = burst),
    labels(backend = backend),
    buckets = ["1ms", "2.5ms", "1s"],
    in_flight,
    profile,
    budget = "33ms",
    slo(latency = "250ms", p = 99.5, success = 99.9)
)]
fn step(burst: u64, backend: Backend) -> u64 {
    burst + backend as u64
}

/// The same of another backend: one metric, told apart by its label.
#[observe(metric = "catalog_step", labels(backend = Backend::Gpu), buckets = ["1ms", "2.5ms", "1s"])]
fn step_elsewhere() {}

#[observe(sample = 1 / 16, slo(success = 99))]
async fn later() {}

#[observe(metric = false)]
fn unmeasured() {}

#[observe(dynamic(tenant = tenant, cap = 5), metric = "catalog_tenant", labels(urgent = true))]
fn tenant(tenant: &str) {}

#[allow(dead_code, reason = "that is what it is for")]
#[observe(name = "nobody's")]
fn generic<T>(_: T) {}

#[observe(metric = "catalog_pulse", heartbeat = "5ms")]
fn pulse() {}

/// Never called: only the list knows that it is missing.
#[allow(dead_code, reason = "that is what it is for")]
#[observe(name = "catalog::silent", heartbeat = "5ms")]
fn silent() {}

#[allow(dead_code, reason = "that is what it is for")]
#[observe(name = "catalog::patient", heartbeat = "1h")]
fn patient() {}

/// One of several backends that share a check; another is called.
#[allow(dead_code, reason = "that is what it is for")]
#[observe(metric = "catalog_backend", labels(backend = Backend::Gpu), heartbeat = "1h")]
fn unused_backend() {}

#[observe(metric = "catalog_backend", labels(backend = Backend::Cpu), heartbeat = "1h")]
fn used_backend() {}

fn event() {
    burst_info!(burst_id = 1, neurons_fired = 2, synapses_activated = 3);
}

fn entry(name: &str) -> CatalogEntry {
    let found: Vec<CatalogEntry> = catalog().into_iter().filter(|entry| entry.name == name).collect();
    let [entry] = found.as_slice() else { panic!("{name}: {found:?}") };
    entry.clone()
}

fn metrics(entry: &CatalogEntry) -> Vec<(&str, &str, Option<&str>)> {
    entry.metrics.iter().map(|metric| (&*metric.name, metric.kind, metric.unit)).collect()
}

fn facts_stand_there_before_any_call() {
    let names: Vec<String> = catalog().into_iter().map(|entry| entry.name).collect();
    assert!(names.is_sorted(), "{names:?}");
    for name in ["engine::step", "catalog::later", "nobody's", "catalog::unmeasured", "burst"] {
        assert!(names.iter().any(|known| known == name), "{name} is not in {names:?}");
    }
    let step = entry("engine::step");
    assert_eq!((step.kind, step.level, step.target), (CatalogKind::Call, Level::Debug, "engine"));
    assert_eq!((step.module, step.help), (module_path!(), "Steps the engine."));
    assert!(step.file.ends_with("catalog.rs") && step.line > 10);
    let families = [
        ("catalog_step_calls_total", "counter", None),
        ("catalog_step_duration_seconds", "histogram", Some("seconds")),
        ("catalog_step_in_flight", "gauge", None),
        ("catalog_step_over_budget_total", "counter", None),
    ];
    assert_eq!(metrics(&step), families);
    assert_eq!((step.labels[0].key, step.labels[0].values.len()), ("backend", 0));
    assert_eq!(step.buckets, [0.001, 0.0025, 1.0]);
    assert_eq!((step.budget, step.heartbeat), (Some(Duration::from_millis(33)), None));
    assert_eq!(step.fields, ["burst", "backend"]);
    assert!(step.profile && !step.is_async && step.sample == 1);
    let slo = step.slo.unwrap();
    assert_eq!(
        (slo.latency, slo.percentile, slo.success),
        (Some(Duration::from_millis(250)), 99.5, Some(99.9))
    );

    let later = entry("catalog::later");
    assert!(later.is_async && later.sample == 16 && later.buckets.len() == 22);
    assert_eq!(later.slo.map(|slo| (slo.latency, slo.success)), Some((None, Some(99.0))));
    assert_eq!(later.metrics[0].name, "observed_calls_total");
    let unmeasured = entry("catalog::unmeasured");
    assert!(unmeasured.metrics.is_empty() && unmeasured.buckets.is_empty());
    let tenant = entry("catalog::tenant");
    let labels: Vec<_> = tenant.labels.iter().map(|label| (label.key, label.cap)).collect();
    assert_eq!(labels, [("urgent", None), ("tenant", Some(5))]);
    let burst = entry("burst");
    assert_eq!(burst.kind, CatalogKind::Event);
    assert!(metrics(&burst).contains(&("feagi_neurons_fired", "gauge", None)));
}

fn it_is_data(step: &CatalogEntry) {
    let json = serde_json::to_value(step).unwrap();
    assert_eq!((&json["kind"], &json["level"]), (&"call".into(), &"DEBUG".into()));
    assert_eq!(json["budget"], 0.033);
    assert_eq!((&json["slo"]["latency"], &json["slo"]["percentile"]), (&0.25.into(), &99.5.into()));
    assert_eq!(json["labels"][0]["values"], serde_json::json!(["cpu", "gpu"]));
}

/// The families of a page that are not the library's or the system's own.
fn families(page: &str) -> BTreeSet<(String, String)> {
    let types = page.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let pairs = types.filter_map(|line| line.split_once(' '));
    let ours = ["catalog_", "feagi_burst", "feagi_neurons", "feagi_synapses", "observed_"];
    pairs
        .filter(|(name, _)| ours.iter().any(|prefix| name.starts_with(prefix)))
        .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
        .collect()
}

#[test]
fn every_site_is_known_before_it_is_called() {
    facts_stand_there_before_any_call();
    let config = ObservabilityConfig {
        logging: LoggingConfig { level: "off".to_owned(), output: LogOutput::Stderr, ..Default::default() },
        ..Default::default()
    };
    let observability = init_observability(&config).unwrap();
    step(1, Backend::Cpu);
    step(1, Backend::Gpu);
    step_elsewhere();
    drop(std::thread::spawn(|| block_on(later())).join());
    unmeasured();
    tenant("a");
    pulse();
    used_backend();
    event();

    it_is_data(&entry("engine::step"));
    let page = observability.telemetry().export_metrics();
    let listed: BTreeSet<(String, String)> = catalog()
        .into_iter()
        .filter(|entry| !["nobody's", "catalog::silent", "catalog::patient"].contains(&&*entry.name))
        .flat_map(|entry| entry.metrics)
        .map(|metric| (metric.name, metric.kind.to_owned()))
        .collect();
    assert_eq!(families(&page), listed, "{page}");

    let checks = wait_for_silence(&observability);
    let of = |name: &str| checks.iter().find(|check| check.name == name).map(|check| &*check.status);
    assert_eq!(of("catalog::silent"), Some("degraded"));
    assert_eq!(of("catalog_pulse"), Some("degraded"), "called once, and then no more");
    assert_eq!(of("catalog::patient"), Some("healthy"), "its time is not up");
    assert_eq!(of("catalog_backend"), Some("healthy"));
    let silent = checks.iter().find(|check| check.name == "catalog::silent").unwrap();
    assert!(silent.message.ends_with("; expected every 5ms"), "{}", silent.message);
    observability.shutdown(Duration::from_secs(10));
}

/// The checks once both short heartbeats are missed.
fn wait_for_silence(observability: &feagi_observability::ObservabilityManager) -> Vec<HealthCheck> {
    let limit = Instant::now() + Duration::from_secs(20);
    loop {
        let checks = observability.telemetry().get_health().checks;
        let missed = checks.iter().filter(|check| check.status == "degraded").count();
        if missed == 2 || Instant::now() > limit {
            return checks;
        }
        std::thread::yield_now();
    }
}

fn block_on(future: impl Future<Output = ()>) {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    while future.as_mut().poll(&mut context).is_pending() {}
}
