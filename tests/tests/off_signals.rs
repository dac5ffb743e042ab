//! One signal off: its code is gone from the program, a call executes less, and the other signals are what they were.

mod off_support;

use off_support::callgrind::{self, count};
use off_support::{ALL_FOUR, Built, CFG, LOG, METRICS, ON, PROFILE, RECORDS, TRACE, Way, build};

/// Of each signal some parts of the names of the functions that make it, and the ways in which they are gone.
const SYMBOLS: [(&[&str], &[Way]); 5] = [
    (&["StdioSink", "RateLimit", "CaptureLayer", "line_sinks"], &[LOG, RECORDS, CFG, ALL_FOUR]),
    (&["ChromeSink"], &[TRACE, RECORDS, CFG, ALL_FOUR]),
    (&["new_shard", "take_shard", "end_with_extras", "meter", "stored"], &[METRICS, CFG, ALL_FOUR]),
    (&["sampler_pprof", "pprof", "sigprof"], &[PROFILE, CFG, ALL_FOUR]),
    (&["make_room", "drain"], &[RECORDS, CFG, ALL_FOUR]),
];

#[test]
fn the_code_of_a_signal_is_gone_with_it_and_stays_without() {
    for (names, gone) in SYMBOLS {
        for way in [ON, LOG, TRACE, METRICS, PROFILE, RECORDS, CFG, ALL_FOUR] {
            let built = build(&way);
            let is_gone = gone.iter().any(|gone| gone.name == way.name);
            for name in names {
                assert_eq!(!built.has_symbol(name), is_gone, "{}: `{name}`", way.name);
            }
        }
    }
}
