//! A host whose standard output takes nothing. Ends with 0 when logging neither harmed it nor lost count.

use std::time::Duration;

use feagi_observability::{CrateDebugFlags, init_logging};

const LINES: u64 = 1_000;

fn main() {
    let base = std::env::args_os().nth(1).map(Into::into);
    let Ok(logging) = init_logging(&CrateDebugFlags::default(), base, None, None) else {
        std::process::exit(2);
    };
    for number in 0..LINES {
        tracing::info!(target: "feagi-api", number, "to nowhere");
    }
    if !logging.flush(Duration::from_secs(60)) {
        std::process::exit(3);
    }
    let (console, files) = (logging.console_lines(), logging.file_lines());
    let lost = console.offered == LINES && console.written == 0 && console.dropped_io == LINES;
    let kept = files.offered == 2 * LINES && files.written == 2 * LINES;
    std::process::exit(if lost && kept { 0 } else { 4 });
}
