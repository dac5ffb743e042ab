//! The run's observability: one configuration, one start, and at the end all its files.

use feagi_observability::{
    LogFormat, LogOutput, ObservabilityConfig, ObservabilityError, ObservabilityManager, SinkConfig,
    init_observability,
};
use feagi_observability_examples::args::Args;
use feagi_observability_examples::summary::Signals;
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

const LOG: &str = "burst.log.jsonl";
const METRICS: &str = "metrics.txt";
const TRACE: &str = "trace.json";

/// How long the end of the run waits for files and collectors.
const PATIENCE: Duration = Duration::from_secs(10);

/// Observability for one run.
pub(crate) struct Observed {
    manager: ObservabilityManager,
    out: PathBuf,
}

impl Observed {
    /// Starts it, and the profiles of CPU and heap.
    pub(crate) fn start(args: &Args) -> Result<Self, ObservabilityError> {
        let manager = init_observability(&config(args)?)?;
        manager.start_profiling()?;
        if let Some(address) = manager.server_address() {
            // Nobody may be there to read it, which is no reason to fail.
            let _ = writeln!(io::stderr(), "metrics and health on http://{address}");
        }
        Ok(Observed { manager, out: args.out.clone() })
    }

    /// Ends it: stops the profiles, writes the metrics page, hands on what is queued.
    pub(crate) fn finish(self) -> Result<Signals, Box<dyn Error>> {
        let cpu_profile = self.manager.stop_profiling()?;
        let flamegraph = self.manager.profiler.as_ref().and_then(|profiler| profiler.flamegraph_path());
        let heap = self.manager.memory_profiler.as_ref().map(|profiler| profiler.generate_report());
        let heap = heap.and_then(|report| report.heap_profile);
        let heap_flamegraph = heap.as_ref().and_then(|heap| heap.flamegraph.clone());
        // What has been recorded is then in the page's exemplars, too.
        self.manager.flush(PATIENCE);
        let page = self.manager.telemetry().export_openmetrics();
        let metrics_file = self.out.join(METRICS);
        fs::write(&metrics_file, &page)
            .map_err(|e| format!("cannot write `{}`: {e}", metrics_file.display()))?;
        let report = self.manager.shutdown(PATIENCE);
        let (log_file, trace_file) = (self.out.join(LOG), self.out.join(TRACE));
        Ok(Signals {
            trace_id: in_every_signal(&page, &[&log_file, &trace_file])?,
            log_file: Some(log_file),
            trace_file: Some(trace_file),
            metrics_file: Some(metrics_file),
            cpu_profile,
            flamegraph,
            heap_profile: heap.map(|heap| heap.path),
            heap_flamegraph,
            dropped: report.dropped,
        })
    }
}

/// A burst's trace id that the metrics page has as an exemplar and that stands in all `files`: the slowest such burst's.
/// None where the configuration lets no line of a burst through, or the trace file is full.
fn in_every_signal(page: &str, files: &[&Path]) -> io::Result<Option<String>> {
    let texts = files.iter().map(fs::read_to_string).collect::<io::Result<Vec<String>>>()?;
    let of_bursts = page.lines().filter(|line| line.starts_with("feagi_burst_duration_seconds_bucket"));
    let mut ids =
        of_bursts.filter_map(|line| Some(line.split_once("trace_id=\"")?.1.split_once('"')?.0)).rev();
    Ok(ids.find(|id| texts.iter().all(|text| text.contains(*id))).map(str::to_owned))
}

/// The settings of the file, if there is one, and the environment; what the run itself writes comes on top.
fn config(args: &Args) -> Result<ObservabilityConfig, ObservabilityError> {
    let mut config = match &args.config {
        Some(file) => ObservabilityConfig::load(file)?,
        None => ObservabilityConfig::from_env(),
    };
    if args.config.is_some() && config.logging.output != LogOutput::Stdout {
        // The file's own output stays, beside the run's.
        let (output, format) = (config.logging.output.clone(), config.logging.format);
        config.logging.sinks.push(SinkConfig { output, format, ..Default::default() });
    }
    config.logging.output = LogOutput::File(path(&args.out, LOG));
    config.logging.format = LogFormat::Json;
    config.logging.file.truncate = true;
    config.telemetry.metrics_enabled = true;
    config.telemetry.tracing_enabled = true;
    if args.otlp.is_some() {
        config.telemetry.tracing_endpoint.clone_from(&args.otlp);
    }
    if args.serve.is_some() {
        config.telemetry.listen.clone_from(&args.serve);
    }
    config.profiling.cpu_profiling = true;
    config.profiling.memory_profiling = true;
    config.profiling.chrome_tracing = true;
    config.profiling.output_dir.clone_from(&args.out);
    Ok(config)
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_string_lossy().into_owned()
}
