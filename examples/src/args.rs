//! The command line of `feagi_burst`: flags in, a checked request out.
//!
//! Only what can be judged from the text is judged here; what needs the machine (folders, ports, files) is
//! [`preflight`](crate::preflight)'s.

use crate::usage_error::UsageError;
use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// What `--help` prints.
pub const HELP: &str = "\
Runs FEAGI's published burst engine on a random connectome and observes it.

Usage: feagi_burst [FLAGS]

  --neurons N     neurons in the connectome, 1 to 5000000 [default: 10000]
  --bursts N      bursts to run, 1 to 100000000 [default: 300]
  --hz F          bursts a second, up to 10000; 0 is as fast as it goes [default: 30]
  --phases        compute each burst phase by phase from the engine's parts, to
                  see where its time goes; the same neurons fire
  --out DIR       folder for all files of the run [default: ./feagi-observability-out]
  --otlp URL      also send traces to this collector, such as http://127.0.0.1:4318
  --serve ADDR    serve /metrics and /health here while it runs, such as 127.0.0.1:9464
  --config FILE   start from this TOML file; OTEL_* variables win over it, and
                  flags over both
  --help          print this and stop

Exit codes: 0 done, 1 failed while running, 2 refused before starting.
";

/// How many neurons a connectome may have: about 1 KB each.
pub const NEURONS: RangeInclusive<u64> = 1..=5_000_000;
/// How many bursts a run may have.
pub const BURSTS: RangeInclusive<u64> = 1..=100_000_000;
/// The slowest paced rate: one burst in a quarter of an hour.
pub const MIN_HZ: f64 = 0.001;
/// The fastest paced rate; beyond it, pacing says less than running freely.
pub const MAX_HZ: f64 = 10_000.0;

const FLAGS: [&str; 9] =
    ["--neurons", "--bursts", "--hz", "--out", "--otlp", "--serve", "--config", "--phases", "--help"];
/// The flags that take no value.
const SWITCHES: [&str; 2] = ["--phases", "--help"];
const SEE_HELP: &str = "`--help` lists the flags";

/// A checked request.
#[derive(Debug, Clone, PartialEq)]
pub struct Args {
    /// Neurons in the connectome.
    pub neurons: u32,
    /// Bursts to run.
    pub bursts: u64,
    /// Bursts a second; 0 is as fast as it goes.
    pub hz: f64,
    /// Compute each burst phase by phase instead of in one call.
    pub phases: bool,
    /// Folder for all files of the run.
    pub out: PathBuf,
    /// An OTLP collector for traces.
    pub otlp: Option<String>,
    /// Where to serve metrics and health.
    pub serve: Option<String>,
    /// A configuration file to start from.
    pub config: Option<PathBuf>,
}

impl Default for Args {
    fn default() -> Self {
        Args {
            neurons: 10_000,
            bursts: 300,
            hz: 30.0,
            phases: false,
            out: PathBuf::from("./feagi-observability-out"),
            otlp: None,
            serve: None,
            config: None,
        }
    }
}

/// What the command line asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Print [`HELP`] and stop.
    Help,
    /// Run.
    Run(Args),
}

/// Reads the arguments that follow the program's name.
///
/// ```
/// use feagi_observability_examples::args::{Command, parse};
/// let Command::Run(args) = parse(["--neurons", "500", "--hz=0"])? else { unreachable!() };
/// assert_eq!((args.neurons, args.hz, args.bursts), (500, 0.0, 300));
/// # Ok::<(), feagi_observability_examples::usage_error::UsageError>(())
/// ```
///
/// # Errors
/// The first flag that is unknown, given twice, without a value or with a value that cannot be.
pub fn parse<I>(arguments: I) -> Result<Command, UsageError>
where
    I: IntoIterator,
    I::Item: Into<OsString>,
{
    let mut args = Args::default();
    let mut seen: Vec<&'static str> = Vec::new();
    let mut arguments = arguments.into_iter().map(Into::into);
    while let Some(argument) = arguments.next() {
        let (flag, attached) = split(&argument)?;
        if flag == "--help" {
            return Ok(Command::Help);
        }
        if seen.contains(&flag) {
            return Err(UsageError::without_value(flag, "given twice", "give it once"));
        }
        seen.push(flag);
        if flag == "--phases" {
            args.phases = true;
            continue;
        }
        let value = attached.or_else(|| arguments.next().filter(|next| known(next).is_none()));
        let value = value.filter(|value| !value.is_empty()).ok_or_else(|| {
            UsageError::without_value(flag, "has no value", &format!("write `{flag} {}`", sample(flag)))
        })?;
        assign(&mut args, flag, &value)?;
    }
    Ok(Command::Run(args))
}

/// `--flag` and `--flag=value`; anything else is refused.
fn split(argument: &OsString) -> Result<(&'static str, Option<OsString>), UsageError> {
    if argument == "-h" {
        return Ok(("--help", None));
    }
    let text = argument.to_string_lossy();
    let (name, value) = text.split_once('=').map_or((&*text, None), |(name, value)| (name, Some(value)));
    let flag = FLAGS.into_iter().find(|flag| *flag == name).ok_or_else(|| unknown(name))?;
    match value {
        Some(_) if SWITCHES.contains(&flag) => {
            Err(UsageError::without_value(flag, "takes no value", &format!("write `{flag}`")))
        }
        // The lossy text would name another file; a value of its own arrives unharmed.
        Some(value) if argument.to_str().is_none() => {
            Err(UsageError::new(flag, value, "not UTF-8", "put a space instead of the `=`"))
        }
        value => Ok((flag, value.map(OsString::from))),
    }
}

fn known(argument: &OsString) -> Option<&'static str> {
    FLAGS.into_iter().find(|flag| argument == flag)
}

/// Suggests the flag that begins most like it, from two letters on.
fn unknown(name: &str) -> UsageError {
    let common = |flag: &str| {
        flag.trim_start_matches('-')
            .chars()
            .zip(name.trim_start_matches('-').chars())
            .take_while(|(a, b)| a == b)
            .count()
    };
    let nearest = FLAGS.into_iter().max_by_key(|flag| common(flag)).filter(|flag| common(flag) >= 2);
    let remedy = nearest.map_or(SEE_HELP.to_owned(), |flag| format!("did you mean `{flag}`? {SEE_HELP}"));
    UsageError::without_value(name, "no such flag", &remedy)
}

fn sample(flag: &str) -> &'static str {
    match flag {
        "--neurons" => "10000",
        "--bursts" => "300",
        "--hz" => "30",
        "--out" => "./feagi-observability-out",
        "--otlp" => "http://127.0.0.1:4318",
        "--serve" => "127.0.0.1:9464",
        _ => "observability.toml",
    }
}

fn assign(args: &mut Args, flag: &'static str, value: &OsString) -> Result<(), UsageError> {
    match flag {
        "--neurons" => args.neurons = whole(flag, text(flag, value)?, NEURONS)? as u32,
        "--bursts" => args.bursts = whole(flag, text(flag, value)?, BURSTS)?,
        "--hz" => args.hz = rate(flag, text(flag, value)?)?,
        "--otlp" => args.otlp = Some(url(flag, text(flag, value)?)?),
        "--serve" => args.serve = Some(address(flag, text(flag, value)?)?),
        "--config" => args.config = Some(PathBuf::from(value)),
        _ => args.out = PathBuf::from(value),
    }
    Ok(())
}

fn text<'v>(flag: &str, value: &'v OsString) -> Result<&'v str, UsageError> {
    value
        .to_str()
        .ok_or_else(|| UsageError::new(flag, value.to_string_lossy(), "not UTF-8", "write it in UTF-8"))
}

fn whole(flag: &str, value: &str, range: RangeInclusive<u64>) -> Result<u64, UsageError> {
    let refused = |problem| {
        let remedy = format!("give a whole number from {} to {}", range.start(), range.end());
        UsageError::new(flag, value, problem, &remedy)
    };
    // `10_000` is how a Rust programmer writes it.
    let digits = value.replace('_', "");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refused("not a whole number"));
    }
    // Digits that do not parse are too many for 64 bits: out of range as well.
    digits.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| refused("out of range"))
}

fn rate(flag: &str, value: &str) -> Result<f64, UsageError> {
    let refused = |problem| {
        let remedy = format!("give 0 (as fast as it goes) or a number from {MIN_HZ} to {MAX_HZ}");
        UsageError::new(flag, value, problem, &remedy)
    };
    match value.parse::<f64>() {
        // Also `-0`, which would print strangely.
        Ok(0.0) => Ok(0.0),
        Ok(hz) if (MIN_HZ..=MAX_HZ).contains(&hz) => Ok(hz),
        Ok(_) => Err(refused("out of range")),
        Err(_) => Err(refused("not a number")),
    }
}

fn url(flag: &str, value: &str) -> Result<String, UsageError> {
    const REMEDY: &str = "write a URL such as `http://127.0.0.1:4318`";
    let Some((scheme, rest)) = value.split_once("://") else {
        return Err(UsageError::new(flag, value, "not a URL", REMEDY));
    };
    if scheme != "http" && scheme != "https" {
        return Err(UsageError::new(flag, value, "neither http nor https", REMEDY));
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') || value.contains(char::is_whitespace) {
        return Err(UsageError::new(flag, value, "names no host", REMEDY));
    }
    Ok(value.to_owned())
}

fn address(flag: &str, value: &str) -> Result<String, UsageError> {
    const REMEDY: &str = "write a host and a port such as `127.0.0.1:9464`";
    match value.rsplit_once(':') {
        Some(("", _)) => Err(UsageError::new(flag, value, "names no host", REMEDY)),
        Some((_, port)) if port.parse::<u16>().is_err() => {
            Err(UsageError::new(flag, value, "port is not a number from 0 to 65535", REMEDY))
        }
        Some(_) => Ok(value.to_owned()),
        None => Err(UsageError::new(flag, value, "names no port", REMEDY)),
    }
}
