//! Who takes the spans: a process that counts them, or a real Rotel.

use crate::args::Args;
use crate::measured::{Counts, Received, cpu_seconds};
use feagi_observability_tests::receiver::{Options, Receiver as Counting};
use feagi_observability_tests::rotel::{Rotel, agent};
use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, ExitCode, Stdio};

/// A receiver that runs.
pub(crate) struct Receiver {
    /// Where it listens.
    pub(crate) endpoint: String,
    kind: Kind,
}

enum Kind {
    Own(Child, BufReader<ChildStdout>),
    Rotel(Rotel),
}

impl Receiver {
    /// Starts the one that is asked for.
    ///
    /// # Errors
    /// What the system says, or that there is no Rotel.
    pub(crate) fn start(args: &Args) -> Result<Receiver, Box<dyn Error>> {
        if args.rotel {
            let agent = agent(1)
                .ok_or("there is no Rotel; `pip install rotel`, and name its Python in COUNTERPART_PYTHON")?;
            let rotel = Rotel::quiet(&agent);
            let address = if args.protocol == "grpc" { rotel.grpc } else { rotel.http };
            return Ok(Receiver { endpoint: format!("http://{address}"), kind: Kind::Rotel(rotel) });
        }
        let mut command = Command::new(std::env::current_exe()?);
        let mut child =
            command.arg(Args::of_receiver()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut output = BufReader::new(child.stdout.take().ok_or("a receiver without output")?);
        let mut endpoint = String::new();
        output.read_line(&mut endpoint)?;
        Ok(Receiver { endpoint: endpoint.trim_end().to_owned(), kind: Kind::Own(child, output) })
    }

    /// What it has got, and what that took.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn finish(self) -> Result<Received, Box<dyn Error>> {
        match self.kind {
            Kind::Rotel(rotel) => {
                Ok(Received { counts: None, cpu_seconds: cpu_seconds(&rotel.id().to_string()) })
            }
            Kind::Own(mut child, mut output) => {
                // The end of its input is its end.
                drop(child.stdin.take());
                let mut line = String::new();
                output.read_line(&mut line)?;
                child.wait()?;
                Ok(serde_json::from_str(&line)?)
            }
        }
    }
}

/// The process that counts: tells where it listens, and at the end of its input what it has got.
pub(crate) fn serve() -> ExitCode {
    let receiver = Counting::start(&Options { ids: false, ..Default::default() }, None, []);
    let mut out = std::io::stdout();
    let told = writeln!(out, "http://{}", receiver.address)
        .and_then(|()| std::io::stdin().read_to_end(&mut Vec::new()));
    let counts = receiver.got(|got| Counts {
        requests: got.requests,
        spans: got.content.records,
        bytes: got.bytes,
        unpacked: got.content.bytes,
    });
    let received = Received { counts: Some(counts), cpu_seconds: cpu_seconds("self") };
    let line = serde_json::to_string(&received).unwrap_or_default();
    if told.is_ok() && writeln!(out, "{line}").is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
