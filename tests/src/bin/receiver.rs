//! A collector in a process of its own, to be stopped, killed and started again.
//!
//! usage: receiver ADDRESS accept|hold
//!
//! Prints its address. Each line on standard input is answered with the number of requests, of spans and of different ones. With `hold` no
//! request is ever answered.

use feagi_observability_tests::receiver::{Act, Options, Receiver};
use std::error::Error;
use std::io::{BufRead, Write};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: receiver ADDRESS accept|hold";
    let address = arguments.next().ok_or(usage)?.parse()?;
    let act = match arguments.next().as_deref() {
        Some("accept") => Act::Accept,
        Some("hold") => Act::Hold,
        _ => return Err(usage.into()),
    };
    let receiver = Receiver::start(&Options { address, ids: true }, None, vec![act; 1000]);
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", receiver.address)?;
    for line in std::io::stdin().lock().lines() {
        line?;
        let counts = receiver.got(|got| (got.requests, got.content.records, got.content.ids.len()));
        writeln!(out, "{} {} {}", counts.0, counts.1, counts.2)?;
    }
    Ok(())
}
