//! The spans of a fleet through one collector: what they cost where they are made, on the wire, and where they are taken.
//!
//! `cargo run --release --example fleet -- --processes 1000 --seconds 20` starts a receiver and a few senders, each a process of its own. A
//! sender is a real program with the real exporter, and makes the spans of many: as many a second as they would, in requests as large as
//! theirs would be. `--help` lists the flags. Everything stays on loopback, and ends by itself.

mod args;
mod measured;
mod receiver;
mod report;
mod sender;

use args::{Args, Asked};
use measured::{Received, Sent};
use receiver::Receiver;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, ExitCode, Stdio};

/// Failed while running.
const FAILED: u8 = 1;
/// Refused before starting.
const REFUSED: u8 = 2;

fn main() -> ExitCode {
    let done = match args::parse(std::env::args().skip(1)) {
        Ok(Asked::Help) => Ok(args::HELP.to_owned()),
        Ok(Asked::Fleet(args)) => run(&args),
        Ok(Asked::Sender(sender)) => sender::run(&sender).and_then(|sent| Ok(serde_json::to_string(&sent)?)),
        Ok(Asked::Receiver) => return receiver::serve(),
        Err(refused) => {
            eprintln!("fleet: {refused}");
            return ExitCode::from(REFUSED);
        }
    };
    match done {
        Ok(text) => {
            // Whoever reads it may have gone.
            let _ = writeln!(std::io::stdout(), "{text}");
            ExitCode::SUCCESS
        }
        Err(failed) => {
            eprintln!("fleet: {failed}");
            ExitCode::from(FAILED)
        }
    }
}

type Failed = Box<dyn std::error::Error>;

/// Starts all, waits for all, and tells what it took.
fn run(args: &Args) -> Result<String, Failed> {
    let receiver = Receiver::start(args)?;
    let senders =
        (0..args.senders).map(|_| start(args, &receiver.endpoint)).collect::<Result<Vec<_>, _>>()?;
    let sent = senders.into_iter().map(finish).collect::<Result<Vec<Sent>, _>>()?;
    let received: Received = receiver.finish()?;
    let total = Sent::sum(&sent);
    let text = report::text(args, &total, &received);
    match report::missing(&total, &received) {
        None => Ok(text),
        Some(missing) => Err(format!("{text}\n{missing}").into()),
    }
}

fn start(args: &Args, endpoint: &str) -> Result<Child, Failed> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(args.of_sender(endpoint)).stdin(Stdio::null()).stdout(Stdio::piped());
    Ok(command.spawn()?)
}

fn finish(mut sender: Child) -> Result<Sent, Failed> {
    let mut line = String::new();
    BufReader::new(sender.stdout.take().ok_or("a sender without output")?).read_line(&mut line)?;
    if !sender.wait()?.success() {
        return Err("a sender has failed".into());
    }
    Ok(serde_json::from_str(&line)?)
}
