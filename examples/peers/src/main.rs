//! What an observed call costs beside what people write by hand today.
//!
//! `cargo run --release -p feagi-observability-peers` runs every variant in processes of its own, interleaved, and
//! prints medians: nanoseconds on the calling thread, and each one's ratio to two raw reads of the time stamp counter.
//! Absolute times are this machine's; ratios of one run are what to compare.

mod by_hand;
mod ours;
mod variant;

use std::process::{Command, ExitCode};
use variant::Variant;

const ROUNDS: usize = 7;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        None => compare(),
        Some(name) => match Variant::ALL.iter().find(|variant| variant.name() == name) {
            Some(variant) => {
                println!("{}", variant.measure());
                ExitCode::SUCCESS
            }
            None => {
                eprintln!("`{name}` is no variant; without an argument all are compared");
                ExitCode::from(2)
            }
        },
    }
}

/// Runs every variant once a round, so that a slow moment of the machine meets all of them.
fn compare() -> ExitCode {
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); Variant::ALL.len()];
    for round in 1..=ROUNDS {
        eprintln!("round {round} of {ROUNDS}");
        for (times, variant) in times.iter_mut().zip(Variant::ALL) {
            match run(variant) {
                Some(nanos) => times.push(nanos),
                None => {
                    eprintln!("`{}` could not be run", variant.name());
                    return ExitCode::FAILURE;
                }
            }
        }
    }
    let floor = &times[Variant::TwoTscReads as usize];
    let ours = &times[Variant::Observed as usize];
    println!("{:<46} {:>9} {:>12} {:>14}", "one call with one field", "ns", "/ two reads", "/ #[observe]");
    for (times, variant) in times.iter().zip(Variant::ALL) {
        println!(
            "{:<46} {:>9.1} {:>12.2} {:>14.2}",
            variant.describe(),
            median(times.clone()),
            ratio(times, floor),
            ratio(times, ours),
        );
    }
    ExitCode::SUCCESS
}

fn run(variant: Variant) -> Option<f64> {
    let program = std::env::current_exe().ok()?;
    let output = Command::new(program).arg(variant.name()).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// The median of the rounds' ratios: both of a ratio were measured within seconds.
fn ratio(times: &[f64], to: &[f64]) -> f64 {
    median(times.iter().zip(to).map(|(time, to)| time / to).collect())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
