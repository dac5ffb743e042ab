//! What the whole came to, in words.

use crate::args::Args;
use crate::measured::{Received, Sent};

/// A few lines for a person.
pub(crate) fn text(args: &Args, sent: &Sent, received: &Received) -> String {
    let a_second = |count: u64| count as f64 / sent.seconds;
    let share = |cpu: f64| {
        format!("{:.0} % of a core, {:.1} µs a span", 100.0 * cpu / sent.seconds, micros(cpu, sent))
    };
    let packing = if args.gzip { ", gzip" } else { "" };
    let mut lines = vec![
        format!(
            "{} processes × {} spans a second, made by {} senders in {:.1} s, over {}{packing}",
            args.processes, args.spans, args.senders, sent.seconds, args.protocol
        ),
        format!(
            "spans:    {:.0} a second; {} made = {} exported + {} dropped; {} retries",
            a_second(sent.exported),
            sent.emitted,
            sent.exported,
            sent.dropped,
            sent.retries
        ),
    ];
    match &received.counts {
        None => lines.push("received: Rotel does not tell".to_owned()),
        Some(counts) => {
            let of_span = |bytes: u64| bytes as f64 / counts.spans.max(1) as f64;
            lines.push(format!(
                "received: {} in {:.0} requests a second",
                counts.spans,
                a_second(counts.requests)
            ));
            lines.push(format!(
                "wire:     {:.0} kB a second, {:.0} bytes a span; unpacked {:.0}",
                a_second(counts.bytes) / 1000.0,
                of_span(counts.bytes),
                of_span(counts.unpacked)
            ));
        }
    }
    lines.push(format!("senders:  {}", share(sent.cpu_seconds)));
    lines.push(format!("receiver: {}", share(received.cpu_seconds)));
    lines.push(format!("page:     {} lines and {} bytes a site", sent.page_lines, sent.page_bytes));
    lines.join("\n")
}

fn micros(cpu: f64, sent: &Sent) -> f64 {
    cpu * 1e6 / sent.emitted.max(1) as f64
}

/// Spans that are neither here nor counted; `None` when there are none.
pub(crate) fn missing(sent: &Sent, received: &Received) -> Option<String> {
    if sent.emitted != sent.exported + sent.dropped {
        return Some("not every span is accounted for where it was made".to_owned());
    }
    // What is sent again may come twice.
    let spans = received.counts.as_ref().map(|counts| counts.spans)?;
    let fits = if sent.retries == 0 { spans == sent.exported } else { spans >= sent.exported };
    (!fits).then(|| format!("{spans} spans were received, but {} exported", sent.exported))
}
