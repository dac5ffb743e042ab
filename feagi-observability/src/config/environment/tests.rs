use super::*;
use crate::config::{Compression, ExportConfig, OtlpProtocol, TelemetryConfig};
use std::collections::BTreeMap;

/// What these variables make of the defaults, and the names of those that were warned of.
fn read(variables: &[(&str, &str)]) -> (TelemetryConfig, Vec<String>) {
    change(ObservabilityConfig::default(), variables)
}

fn change(mut config: ObservabilityConfig, variables: &[(&str, &str)]) -> (TelemetryConfig, Vec<String>) {
    let all: BTreeMap<&str, OsString> = variables.iter().map(|(name, value)| (*name, value.into())).collect();
    let get = |name: &str| all.get(name).cloned();
    let mut environment = Environment::new(&get);
    environment.change(&mut config);
    let name = |warning: &String| warning.split('`').nth(1).unwrap_or_default().to_owned();
    (config.telemetry, environment.warnings.iter().map(name).collect())
}

/// The same where nothing is wrong.
fn good(variables: &[(&str, &str)]) -> TelemetryConfig {
    let (config, warnings) = read(variables);
    assert_eq!(warnings, Vec::<String>::new());
    config
}

fn traces(config: &TelemetryConfig) -> Option<&str> {
    config.tracing_endpoint.as_deref().filter(|_| config.tracing_enabled)
}

#[test]
fn nothing_set_changes_nothing_and_empty_is_not_set() {
    assert_eq!(good(&[]), TelemetryConfig::default());
    let empty =
        [("OTEL_SERVICE_NAME", ""), ("OTEL_EXPORTER_OTLP_ENDPOINT", " "), ("OTEL_BSP_SCHEDULE_DELAY", "")];
    assert_eq!(good(&empty), TelemetryConfig::default());
}

#[test]
fn to_the_endpoint_of_all_signals_the_path_is_appended_and_that_of_a_signal_stays() {
    let base = |value| traces(&good(&[("OTEL_EXPORTER_OTLP_ENDPOINT", value)])).map(str::to_owned);
    assert_eq!(base("http://h:4318").as_deref(), Some("http://h:4318/v1/traces"));
    assert_eq!(base("http://h:4318/").as_deref(), Some("http://h:4318/v1/traces"));
    assert_eq!(base("https://h/otlp/").as_deref(), Some("https://h/otlp/v1/traces"));
    let own = |value| {
        let of_all = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://base:1");
        traces(&good(&[("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", value), of_all])).map(str::to_owned)
    };
    assert_eq!(own("http://h:4318").as_deref(), Some("http://h:4318/"));
    assert_eq!(own("http://h/ingest").as_deref(), Some("http://h/ingest"));
    assert_eq!(own("http://h/ingest/").as_deref(), Some("http://h/ingest/"));
}

#[test]
fn logs_and_metrics_have_endpoints_of_their_own_and_are_sent_when_asked_for() {
    let base = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://h/otlp");
    let config = good(&[base]);
    assert!(!config.otlp_logs && !config.otlp_metrics);
    let config = good(&[
        base,
        ("OTEL_LOGS_EXPORTER", "otlp"),
        ("OTEL_METRICS_EXPORTER", "prometheus, otlp"),
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://m"),
    ]);
    assert!(config.otlp_logs && config.otlp_metrics);
    assert_eq!(config.otlp_logs_endpoint.as_deref(), Some("http://h/otlp/v1/logs"));
    assert_eq!(config.otlp_metrics_endpoint.as_deref(), Some("http://m/"));
    let alone = good(&[("OTEL_LOGS_EXPORTER", "otlp")]);
    assert_eq!(alone.otlp_logs_endpoint.as_deref(), Some("http://localhost:4318/v1/logs"));
    assert!(alone.otlp_logs && !alone.tracing_enabled);
}

#[test]
fn the_exporter_of_traces_is_chosen_by_name() {
    let base = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://h");
    let chosen = |value| {
        let config = good(&[base, ("OTEL_TRACES_EXPORTER", value)]);
        (traces(&config).map(str::to_owned), config.zipkin_endpoint)
    };
    let (otlp, zipkin) = ("http://h/v1/traces".to_owned(), "http://localhost:9411/api/v2/spans".to_owned());
    assert_eq!(chosen("otlp"), (Some(otlp.clone()), None));
    assert_eq!(chosen("none"), (None, None));
    assert_eq!(chosen("zipkin"), (None, Some(zipkin.clone())));
    assert_eq!(chosen("zipkin,otlp"), (Some(otlp), Some(zipkin)));
    let defaults = |protocol| {
        let config = good(&[("OTEL_TRACES_EXPORTER", "otlp"), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)]);
        traces(&config).map(str::to_owned)
    };
    assert_eq!(defaults("grpc").as_deref(), Some("http://localhost:4317/v1/traces"));
    assert_eq!(defaults("http/json").as_deref(), Some("http://localhost:4318/v1/traces"));
    let config = good(&[("OTEL_EXPORTER_ZIPKIN_ENDPOINT", "http://z:9411/api/v2/spans")]);
    assert_eq!(config.zipkin_endpoint.as_deref(), Some("http://z:9411/api/v2/spans"));
    assert!(config.tracing_enabled);
}

#[test]
fn what_a_signal_has_of_its_own_stands_before_what_all_have() {
    let config = good(&[
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20b, x = 1=2,"),
        ("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "api-key=of-logs"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "2500"),
        ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "700"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "none"),
        ("OTEL_EXPORTER_ZIPKIN_TIMEOUT", "800"),
    ]);
    let export = &config.export;
    let protocols = [export.traces.protocol, export.logs.protocol, config.tracing_protocol];
    assert_eq!(protocols, [Some(OtlpProtocol::HttpJson), None, Some(OtlpProtocol::Grpc)]);
    let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    assert_eq!(config.headers, map(&[("api-key", "a b"), ("x", "1=2")]));
    assert_eq!(
        (&export.logs.headers, &export.traces.headers),
        (&Some(map(&[("api-key", "of-logs")])), &None)
    );
    let timeouts = [&export.traces, &export.logs, &export.metrics].map(|own| own.timeout_ms(export));
    assert_eq!((timeouts, export.zipkin_timeout_ms), ([2500, 2500, 700], Some(800)));
    let packed = [&export.traces, &export.logs, &export.metrics].map(|own| own.compression(export));
    assert_eq!(packed, [Compression::None, Compression::Gzip, Compression::Gzip]);
}

#[test]
fn a_variable_of_all_signals_stands_over_what_a_file_says_of_one() {
    let file = "[telemetry.export.logs]\nprotocol = \"http/json\"\ntimeout_ms = 1\ncompression = \"none\"\n\
                headers = { a = \"file\", b = \"file\" }\n[telemetry.export.logs.tls]\nca_file = \"/file\"\n";
    let file = || toml::from_str::<ObservabilityConfig>(file).unwrap();
    let certificate = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let (config, _) = change(
        file(),
        &[
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "2500"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=environment"),
            ("OTEL_EXPORTER_OTLP_CERTIFICATE", certificate),
        ],
    );
    let logs = &config.export.logs;
    assert_eq!((logs.protocol, logs.timeout_ms, logs.compression), (None, None, None));
    let headers =
        [("a", "environment"), ("b", "file")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(logs.headers, Some(BTreeMap::from(headers)));
    assert_eq!((&logs.tls.ca_file, &config.export.tls.ca_file), (&None, &Some(certificate.into())));
    let (config, _) = change(file(), &[("OTEL_EXPORTER_OTLP_LOGS_TIMEOUT", "9")]);
    assert_eq!((config.export.logs.timeout_ms, config.export.timeout_ms), (Some(9), 10_000));
    assert_eq!(config.export.logs.protocol, Some(OtlpProtocol::HttpJson), "the rest of the file stays");
}

#[test]
fn certificates_are_files_that_are_there_of_each_signal_or_of_all() {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let there = concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs");
    let config = good(&[
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", here),
        ("OTEL_EXPORTER_OTLP_CLIENT_KEY", here),
        ("OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE", there),
        ("OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE", there),
    ]);
    let ExportConfig { tls, metrics, logs, .. } = config.export;
    assert_eq!((tls.ca_file, tls.client_key_file), (Some(here.into()), Some(here.into())));
    assert_eq!(
        (metrics.tls.ca_file, logs.tls.client_certificate_file),
        (Some(there.into()), Some(there.into()))
    );
}

#[test]
fn what_changes_nothing_is_told_unless_it_says_what_is_so_anyway() {
    let said = |name, value| read(&[(name, value)]).1.len();
    assert_eq!(said("OTEL_PROPAGATORS", "tracecontext, baggage"), 0);
    assert_eq!(said("OTEL_PROPAGATORS", "b3"), 1);
    assert_eq!(said("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "Cumulative"), 0);
    assert_eq!(said("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta"), 1);
    assert_eq!(said("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "5"), 1);
    assert_eq!(said("OTEL_EXPORTER_OTLP_INSECURE", "true"), 0);
}

#[test]
fn the_service_name_of_its_own_variable_wins_over_attributes_and_files() {
    let attributes = ("OTEL_RESOURCE_ATTRIBUTES", "service.name=a,service.version=1%2E2,site=lab");
    let config = good(&[attributes]);
    assert_eq!(config.service_name, "a");
    assert_eq!(config.resource["service.version"], "1.2");
    let mut file = ObservabilityConfig::default();
    file.telemetry.resource.insert("service.name".to_owned(), "of the file".to_owned());
    let (config, _) = change(file, &[attributes, ("OTEL_SERVICE_NAME", "b")]);
    assert_eq!((&*config.service_name, config.resource.get("service.name")), ("b", None));
}

#[test]
fn sizes_and_times_are_numbers_from_one() {
    let config = good(&[
        ("OTEL_BSP_SCHEDULE_DELAY", "200"),
        ("OTEL_BSP_EXPORT_TIMEOUT", "30000"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "2048"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "256"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "5000"),
    ]);
    let export = config.export;
    assert_eq!((export.batch_age_ms, export.give_up_ms), (200, 30_000));
    assert_eq!((export.queue_records, export.batch_records, export.metrics_interval_ms), (2048, 256, 5000));
    // What a batch holds by default is more than such a queue.
    assert_eq!(good(&[("OTEL_BSP_MAX_QUEUE_SIZE", "100")]).export.batch_records, 100);
    let (config, warnings) =
        read(&[("OTEL_BSP_MAX_QUEUE_SIZE", "100"), ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "200")]);
    assert_eq!((config.export.batch_records, warnings.len()), (100, 1));
}

#[test]
fn samplers_are_ratios() {
    let ratio = |sampler, argument| {
        let (config, warnings) =
            read(&[("OTEL_TRACES_SAMPLER", sampler), ("OTEL_TRACES_SAMPLER_ARG", argument)]);
        (config.sample_ratio, warnings.len())
    };
    assert_eq!(ratio("always_on", "0.5"), (1.0, 0));
    assert_eq!(ratio("always_off", ""), (0.0, 0));
    assert_eq!(ratio("parentbased_always_off", ""), (0.0, 0));
    assert_eq!(ratio("traceidratio", "0.25"), (0.25, 0));
    assert_eq!(ratio("parentbased_traceidratio", "0.25"), (0.25, 0));
    assert_eq!(ratio("traceidratio", ""), (1.0, 0));
    for bad in ["1.5", "-1", "NaN", "x"] {
        assert_eq!(ratio("traceidratio", bad), (1.0, 1), "{bad}");
    }
    assert_eq!(ratio("xray", "0.5"), (1.0, 1));
}

#[test]
fn a_disabled_sdk_makes_and_sends_nothing() {
    let on = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://h"), ("OTEL_LOGS_EXPORTER", "otlp")];
    let with = |value| read(&[on[0], on[1], ("OTEL_SDK_DISABLED", value)]);
    for value in ["true", "TRUE"] {
        let (config, _) = with(value);
        assert!(
            !config.tracing_enabled && !config.metrics_enabled && !config.otlp_logs && !config.otlp_metrics
        );
    }
    for (value, warnings) in [("false", 0), ("1", 1), ("yes", 1)] {
        let (config, warned) = with(value);
        assert!(config.tracing_enabled && config.metrics_enabled && config.otlp_logs, "{value}");
        assert_eq!(warned.len(), warnings, "{value}");
    }
}

#[test]
fn what_cannot_be_used_is_warned_of_without_its_value_and_changes_nothing() {
    let long = "x".repeat(LONGEST + 1);
    for (name, value) in [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "hush:4317"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://hush"),
        ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://h ush"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "hush"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "hush"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "key=%hush"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "hush"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/hush"),
        ("OTEL_RESOURCE_ATTRIBUTES", "a=1,hush"),
        ("OTEL_TRACES_EXPORTER", "hush"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "-1"),
        ("OTEL_BSP_SCHEDULE_DELAY", "0"),
        ("OTEL_SERVICE_NAME", &long),
    ] {
        let (config, warnings) = read(&[(name, value)]);
        assert_eq!(config, TelemetryConfig::default(), "{name}={value}");
        assert_eq!(warnings, [name], "{name}={value}");
    }
    let get = |name: &str| (name == "OTEL_EXPORTER_OTLP_HEADERS").then(|| OsString::from("hush,a=%hush"));
    let mut environment = Environment::new(&get);
    environment.change(&mut ObservabilityConfig::default());
    assert_eq!(environment.warnings.len(), 2);
    assert!(
        environment.warnings.iter().all(|warning| !warning.contains("hush")),
        "{:?}",
        environment.warnings
    );
}

#[cfg(unix)]
#[test]
fn bytes_that_are_no_text_are_warned_of() {
    use std::os::unix::ffi::OsStringExt;
    let get = |name: &str| (name == "OTEL_SERVICE_NAME").then(|| OsString::from_vec(vec![0xff]));
    let mut environment = Environment::new(&get);
    let mut config = ObservabilityConfig::default();
    environment.change(&mut config);
    assert_eq!((config.telemetry.service_name.as_str(), environment.warnings.len()), ("feagi", 1));
}

#[test]
fn the_ring_has_the_capacity_that_the_variable_of_0_0_53_says() {
    let recent = |value: &str| {
        let get = |name: &str| (name == "FEAGI_LOG_RING_BUFFER_CAPACITY").then(|| value.into());
        let (mut environment, mut config) = (Environment::new(&get), ObservabilityConfig::default());
        environment.change(&mut config);
        (config.logging.recent, environment.warnings.len())
    };
    assert_eq!(["12", "0", "many", "-1", ""].map(recent), [(12, 0), (0, 0), (2000, 1), (2000, 1), (2000, 0)]);
}

#[test]
fn the_level_is_that_of_rust_log_unless_it_cannot_be_read() {
    for (value, expected, warnings) in [
        ("info,feagi_api=debug", "info,feagi_api=debug", 0),
        ("off", "off", 0),
        ("", "warn", 0),
        ("loud=very", "warn", 1),
    ] {
        let get = |name: &str| (name == "RUST_LOG").then(|| value.into());
        let mut config = ObservabilityConfig::default();
        config.logging.level = "warn".to_owned();
        let mut environment = Environment::new(&get);
        environment.change(&mut config);
        assert_eq!((config.logging.level.as_str(), environment.warnings.len()), (expected, warnings));
    }
}
