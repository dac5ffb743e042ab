//! Configuration: defaults of 0.0.53, TOML files, and what is said about bad ones.

use feagi_observability::{
    LogFormat, LogOutput, LoggingConfig, ObservabilityConfig, ProfilingConfig, SinkConfig, TelemetryConfig,
    init_observability,
};
use std::fs;
use std::path::PathBuf;

fn file(name: &str, text: &str) -> PathBuf {
    let path =
        std::env::temp_dir().join(format!("feagi-observability-config-{}-{name}.toml", std::process::id()));
    fs::write(&path, text).unwrap();
    path
}

fn refused(name: &str, text: &str) -> String {
    let path = file(name, text);
    let error = ObservabilityConfig::load(&path).unwrap_err().to_string();
    fs::remove_file(&path).unwrap();
    assert!(
        error.contains(path.to_str().unwrap()) && !error.contains('\n'),
        "one sentence with the file: {error}"
    );
    error
}

#[test]
fn defaults_are_those_of_the_version_that_feagi_links() {
    let config = ObservabilityConfig::default();
    assert_eq!((&*config.logging.level, config.logging.format), ("info", LogFormat::Text));
    assert_eq!((config.logging.output, config.logging.file_path), (LogOutput::Stdout, None));
    let telemetry = config.telemetry;
    assert!(telemetry.metrics_enabled && !telemetry.tracing_enabled && telemetry.tracing_endpoint.is_none());
    assert_eq!((&*telemetry.metrics_path, &*telemetry.health_check_path), ("/metrics", "/health"));
    assert_eq!(telemetry.system_metrics_interval, 5);
    let profiling = config.profiling;
    assert!(!profiling.cpu_profiling && !profiling.memory_profiling && !profiling.chrome_tracing);
    assert_eq!((profiling.output_dir, profiling.sample_rate), (PathBuf::from("./profiles"), 1.0));
}

#[test]
fn a_file_changes_what_it_names_and_leaves_the_rest() {
    let path = file(
        "good",
        "[logging]\nlevel = \"warn\"\nformat = \"json\"\noutput = { file = \"a.log\" }\n[telemetry]\nlisten = \"127.0.0.1:0\"\n",
    );
    let config = ObservabilityConfig::load(&path).unwrap();
    fs::remove_file(path).unwrap();
    let expected = ObservabilityConfig {
        logging: LoggingConfig {
            level: "warn".to_owned(),
            format: LogFormat::Json,
            output: LogOutput::File("a.log".to_owned()),
            ..Default::default()
        },
        telemetry: TelemetryConfig { listen: Some("127.0.0.1:0".to_owned()), ..Default::default() },
        profiling: ProfilingConfig::default(),
    };
    assert_eq!(config, expected);
}

#[test]
fn a_key_that_does_not_exist_is_named_with_its_line_and_the_keys_that_do() {
    let error = refused("unknown", "[logging]\nformat = \"json\"\nlevl = \"info\"\n");
    assert!(error.contains("line 3") && error.contains("`levl`") && error.contains("`level`"), "{error}");
}

#[test]
fn a_value_of_another_type_and_broken_toml_are_named_with_their_lines() {
    let error = refused("type", "[telemetry]\nmetrics_enabled = 3\n");
    assert!(error.contains("line 2") && error.contains("boolean"), "{error}");
    let error = refused("broken", "[telemetry\n");
    assert!(error.contains("line 1"), "{error}");
    let error = ObservabilityConfig::load("/does/not/exist.toml").unwrap_err().to_string();
    assert!(error.contains("/does/not/exist.toml") && error.contains("readable"), "{error}");
}

/// One process, no start that succeeds: each refused configuration leaves the next one its chance.
#[test]
fn what_cannot_be_used_is_refused_with_field_value_and_remedy_and_nothing_is_started() {
    let folder = std::env::temp_dir().join(format!("feagi-observability-config-{}", std::process::id()));
    let log = folder.join("log.txt");
    let with = |change: fn(&mut ObservabilityConfig)| {
        let mut config = ObservabilityConfig::default();
        config.logging.output = LogOutput::File(log.to_string_lossy().into_owned());
        change(&mut config);
        init_observability(&config).expect_err("a bad configuration").to_string()
    };
    let expect = |error: String, parts: &[&str]| {
        for part in parts {
            assert!(error.contains(part), "`{part}` in: {error}");
        }
    };
    expect(
        with(|c| c.logging.level = "loud=very".to_owned()),
        &["`logging.level`", "loud=very", "write a level"],
    );
    expect(with(|c| c.profiling.sample_rate = 1.5), &["`profiling.sample_rate`", "1.5", "0.0 to 1.0"]);
    expect(with(|c| c.profiling.sample_rate = f64::NAN), &["`profiling.sample_rate`", "NaN"]);
    expect(
        with(|c| c.telemetry.metrics_path = "metrics".to_owned()),
        &["`telemetry.metrics_path`", "`metrics`", "absolute"],
    );
    expect(with(|c| c.telemetry.metrics_path = "/health".to_owned()), &["`/health`", "each its own"]);
    expect(
        with(|c| c.telemetry.listen = Some("0.0.0.0:0".to_owned())),
        &["`telemetry.listen`", "0.0.0.0:0", "loopback"],
    );
    let syslog = with(|c| {
        c.logging.output = LogOutput::Syslog;
        c.logging.syslog.facility = "loud".to_owned();
    });
    expect(syslog, &["`logging.syslog.facility`", "`loud`", "local7"]);
    let level = |c: &mut ObservabilityConfig| {
        let level = Some("loud=very".to_owned());
        c.logging.sinks = vec![SinkConfig::default(), SinkConfig { level, ..Default::default() }];
    };
    expect(with(level), &["`logging.sinks[1].level`", "`loud=very`", "write a level"]);
    expect(
        with(|c| c.logging.output = LogOutput::File(String::new())),
        &["`logging.output`", "`logging.file_path`"],
    );
    expect(
        with(|c| c.logging.output = LogOutput::File("/proc/none/log".to_owned())),
        &["`logging.output`", "/proc/none"],
    );
    let otlp = with(|c| {
        c.telemetry.tracing_enabled = true;
        c.telemetry.tracing_endpoint = Some("ftp://host".to_owned());
    });
    expect(otlp, &["`telemetry.tracing_endpoint`", "ftp://host"]);
    let sent = |change: fn(&mut TelemetryConfig)| {
        let mut config = ObservabilityConfig::default();
        config.logging.output = LogOutput::File(log.to_string_lossy().into_owned());
        change(&mut config.telemetry);
        init_observability(&config).expect_err("a bad configuration").to_string()
    };
    expect(sent(|c| c.otlp_logs = true), &["`telemetry.otlp_logs`", "`telemetry.tracing_endpoint`"]);
    expect(
        sent(|c| c.otlp_metrics = true),
        &["`telemetry.otlp_metrics`", "`telemetry.otlp_metrics_endpoint`"],
    );
    let without_metrics = sent(|c| (c.otlp_metrics, c.metrics_enabled) = (true, false));
    expect(without_metrics, &["`telemetry.otlp_metrics`", "`telemetry.metrics_enabled`"]);
    let zipkin = sent(|c| {
        c.tracing_enabled = true;
        c.zipkin_endpoint = Some("http://user:hush@:9411".to_owned());
    });
    expect(zipkin.clone(), &["`telemetry.zipkin_endpoint`", "http or https"]);
    assert!(!zipkin.contains("hush"), "{zipkin}");
    let empty_batch = sent(|c| {
        c.otlp_logs_endpoint = Some("http://127.0.0.1:4318/v1/logs".to_owned());
        (c.otlp_logs, c.export.batch_records) = (true, 0);
    });
    expect(empty_batch, &["`telemetry.export.batch_records`", "0", "from 1"]);
    assert!(!log.exists(), "nothing is opened before all is checked");

    fs::create_dir_all(folder.join("trace.json")).unwrap();
    fs::write(&log, "of an earlier run\n").unwrap();
    let mut config = ObservabilityConfig::default();
    config.logging.output = LogOutput::File(log.to_string_lossy().into_owned());
    config.logging.file.truncate = true;
    config.profiling.chrome_tracing = true;
    config.profiling.output_dir = folder.clone();
    let error =
        init_observability(&config).expect_err("a folder stands where the trace is to be").to_string();
    expect(error, &["trace.json", "`profiling.output_dir`"]);
    assert_eq!(fs::read_to_string(&log).unwrap(), "of an earlier run\n", "a refused start empties no log");
    fs::remove_dir_all(folder).unwrap();
}
