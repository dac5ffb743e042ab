//! The command line: of the whole, and of the two kinds of processes that it starts.

use feagi_observability_examples::usage_error::UsageError;
use std::ops::RangeInclusive;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
The spans of a fleet of processes through one collector, measured.

Usage: fleet [FLAGS]

  --processes N   processes whose spans are made, 1 to 100000 [default: 1000]
  --spans N       spans a second of each, 1 to 1000 [default: 10]
  --seconds N     for how long, 1 to 60 [default: 20]
  --senders N     real processes that make them, 1 to 1000 [default: 4]
  --protocol P    http/protobuf, http/json or grpc [default: http/protobuf]
  --gzip          pack requests
  --receiver R    own (counts what it gets) or rotel (a real one, found by
                  COUNTERPART_PYTHON) [default: own]
  --help          print this and stop

Exit codes: 0 every span was received or counted as dropped, 1 not so, or failed,
2 refused before starting.
";

const FLAGS: [&str; 6] = ["--processes", "--spans", "--seconds", "--senders", "--protocol", "--receiver"];
const PROTOCOLS: [&str; 3] = ["http/protobuf", "http/json", "grpc"];
const RECEIVERS: [&str; 2] = ["own", "rotel"];

/// A checked request.
#[derive(Debug, Clone)]
pub(crate) struct Args {
    pub(crate) processes: u64,
    pub(crate) spans: u64,
    pub(crate) seconds: u64,
    pub(crate) senders: u64,
    pub(crate) protocol: &'static str,
    pub(crate) gzip: bool,
    pub(crate) rotel: bool,
}

impl Default for Args {
    fn default() -> Self {
        Args {
            processes: 1000,
            spans: 10,
            seconds: 20,
            senders: 4,
            protocol: PROTOCOLS[0],
            gzip: false,
            rotel: false,
        }
    }
}

/// One of the processes that make spans.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    pub(crate) endpoint: String,
    pub(crate) protocol: String,
    pub(crate) gzip: bool,
    /// Spans a second of this process.
    pub(crate) rate: f64,
    /// Spans of one request.
    pub(crate) batch: u64,
    pub(crate) seconds: u64,
}

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Asked {
    Help,
    Fleet(Args),
    Sender(Sender),
    Receiver,
}

/// The word before what a sender is told, which nobody writes by hand.
const SENDER: &str = "sender";
/// The same of the receiver.
const RECEIVER: &str = "receiver";

impl Args {
    /// What a sender is started with: its share of all spans, in requests as large as those of one process would be.
    pub(crate) fn of_sender(&self, endpoint: &str) -> Vec<String> {
        let rate = (self.processes * self.spans) as f64 / self.senders as f64;
        let words = [SENDER, endpoint, self.protocol, if self.gzip { "gzip" } else { "none" }];
        let numbers = [rate.to_string(), self.spans.to_string(), self.seconds.to_string()];
        words.into_iter().map(str::to_owned).chain(numbers).collect()
    }

    /// What the receiver is started with.
    pub(crate) fn of_receiver() -> &'static str {
        RECEIVER
    }
}

/// Reads the arguments that follow the program's name.
///
/// # Errors
/// The first flag that is unknown, or has a value that cannot be.
pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Asked, UsageError> {
    let all: Vec<String> = arguments.collect();
    match all.first().map(String::as_str) {
        Some(SENDER) => return sender(&all).ok_or_else(|| refused(SENDER, "is for the program itself")),
        Some(RECEIVER) => return Ok(Asked::Receiver),
        _ => {}
    }
    let mut args = Args::default();
    let mut rest = all.into_iter();
    while let Some(flag) = rest.next() {
        match flag.as_str() {
            "--help" | "-h" => return Ok(Asked::Help),
            "--gzip" => args.gzip = true,
            known if FLAGS.contains(&known) => {
                let value = rest.next().ok_or_else(|| refused(&flag, "has no value"))?;
                assign(&mut args, &flag, &value)?;
            }
            _ => return Err(refused(&flag, "no such flag")),
        }
    }
    if args.senders > args.processes {
        let remedy = "give as many processes as senders, or more";
        return Err(UsageError::new("--senders", args.senders, "more than there are processes", remedy));
    }
    Ok(Asked::Fleet(args))
}

fn refused(flag: &str, problem: &str) -> UsageError {
    UsageError::without_value(flag, problem, "`--help` lists the flags")
}

fn assign(args: &mut Args, flag: &str, value: &str) -> Result<(), UsageError> {
    match flag {
        "--processes" => args.processes = whole(flag, value, 1..=100_000)?,
        "--spans" => args.spans = whole(flag, value, 1..=1000)?,
        "--seconds" => args.seconds = whole(flag, value, 1..=60)?,
        "--senders" => args.senders = whole(flag, value, 1..=1000)?,
        "--protocol" => args.protocol = one_of(flag, value, &PROTOCOLS)?,
        _ => args.rotel = one_of(flag, value, &RECEIVERS)? == "rotel",
    }
    Ok(())
}

fn whole(flag: &str, value: &str, range: RangeInclusive<u64>) -> Result<u64, UsageError> {
    let number = value.replace('_', "").parse().ok().filter(|number| range.contains(number));
    let remedy = format!("give a whole number from {} to {}", range.start(), range.end());
    number.ok_or_else(|| UsageError::new(flag, value, "out of range, or no number", &remedy))
}

fn one_of(flag: &str, value: &str, known: &[&'static str]) -> Result<&'static str, UsageError> {
    let found = known.iter().find(|name| **name == value).copied();
    let remedy = format!("give one of `{}`", known.join("`, `"));
    found.ok_or_else(|| UsageError::new(flag, value, "not known", &remedy))
}

fn sender(words: &[String]) -> Option<Asked> {
    let [_, endpoint, protocol, packing, rate, batch, seconds] = words else { return None };
    Some(Asked::Sender(Sender {
        endpoint: endpoint.clone(),
        protocol: protocol.clone(),
        gzip: packing == "gzip",
        rate: rate.parse().ok()?,
        batch: batch.parse().ok()?,
        seconds: seconds.parse().ok()?,
    }))
}
