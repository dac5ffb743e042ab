//! FEAGI's published burst engine on a random connectome, observed: one run, and every signal of it in one folder.
//!
//! `cargo run --release --example feagi_burst -- --help` lists the flags.

mod burst;
mod connectome;
mod observed;
mod phases;
mod places;
mod progress;
mod report;

use burst::Session;
use feagi_observability::FeagiAlloc;
use feagi_observability_examples::args::{self, Args, Command};
use feagi_observability_examples::pace::Pace;
use feagi_observability_examples::preflight;
use feagi_observability_examples::summary::{Summary, Totals};
use observed::Observed;
use progress::Progress;
use std::error::Error;
use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

/// Counts the heap, and has it profiled.
#[global_allocator]
static ALLOC: FeagiAlloc = FeagiAlloc::new();

/// Failed while running.
const FAILED: u8 = 1;
/// Refused before starting.
const REFUSED: u8 = 2;

fn main() -> ExitCode {
    let args = match args::parse(std::env::args_os().skip(1)) {
        Ok(Command::Run(args)) => args,
        Ok(Command::Help) => {
            say(args::HELP);
            return ExitCode::SUCCESS;
        }
        Err(refused) => return complain(&refused, REFUSED),
    };
    let made = match preflight::check(&args) {
        Ok(made) => made,
        Err(refused) => return complain(&refused, REFUSED),
    };
    let observed = match Observed::start(&args) {
        Ok(observed) => observed,
        Err(refused) => {
            made.undo();
            return complain(&refused, REFUSED);
        }
    };
    match run(&args, observed) {
        Ok(text) => {
            say(&text);
            ExitCode::SUCCESS
        }
        Err(failed) => complain(&failed, FAILED),
    }
}

/// Builds, runs, writes the summary, and returns the closing text.
fn run(args: &Args, observed: Observed) -> Result<String, Box<dyn Error>> {
    let connectome = connectome::build(args.neurons)?;
    let (neurons, synapses) = (connectome.neurons, connectome.synapses);
    let mut session = Session::new(connectome, args.phases)?;
    let ran = run_bursts(&mut session, args)?;
    let signals = observed.finish()?;
    let done = Summary { neurons, synapses, signals, ..ran };
    let path = done
        .write(&args.out)
        .map_err(|e| format!("cannot write {} in `{}`: {e}", Summary::FILE_NAME, args.out.display()))?;
    Ok(report::text(&done, &path, args.phases))
}

/// Runs all bursts at the rate that was asked for.
fn run_bursts(session: &mut Session, args: &Args) -> Result<Summary, Box<dyn Error>> {
    let mut pace = Pace::new(args.hz);
    let mut progress = Progress::new(args.bursts);
    let mut totals = Totals::default();
    for _ in 0..args.bursts {
        pace.wait();
        let start = Instant::now();
        let outcome = session.burst()?;
        pace.done(start.elapsed());
        totals += outcome.counts;
        progress.update(outcome.burst, totals.neurons_fired);
    }
    Ok(Summary {
        bursts: args.bursts,
        target_hz: args.hz,
        bursts_per_second: args.bursts as f64 / pace.elapsed().as_secs_f64().max(f64::MIN_POSITIVE),
        late_bursts: pace.late(),
        burst_ms_mean: pace.mean(args.bursts).as_secs_f64() * 1e3,
        burst_ms_max: pace.longest().as_secs_f64() * 1e3,
        totals,
        fired_digest: session.digest.to_string(),
        ..Summary::default()
    })
}

/// Standard output may be a closed pipe (`| head`), which is no reason to fail.
fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn complain(problem: &dyn std::fmt::Display, code: u8) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "feagi_burst: {problem}");
    ExitCode::from(code)
}
