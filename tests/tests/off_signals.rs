//! One signal off: its code is gone from the program, a call executes less, and the other signals are what they were.

mod off_support;

use off_support::callgrind::{self, count};
use off_support::{ALL_FOUR, Built, CFG, LOG, METRICS, ON, PROFILE, RECORDS, TRACE, Way, build};

/// Every way that leaves something of the four signals out; the last two leave out all.
const WAYS: [Way; 7] = [LOG, TRACE, METRICS, PROFILE, RECORDS, CFG, ALL_FOUR];

/// Names in the program's symbols of what makes a signal, and the ways without it. `signals` reaches all of it: it starts what there is.
/// They are of functions that are never inlined, of statics, and of types behind pointers: however the compiler arranges the rest, they stay.
const SYMBOLS: [(&[&str], &[&str]); 6] = [
    (&["StdioSink"], &["log", "records", "cfg", "all-four"]),
    (&["ChromeSink"], &["trace", "records", "cfg", "all-four"]),
    // Exemplars of handles.
    (&["Wanted7fill_in"], &["trace", "records", "metrics", "cfg", "all-four"]),
    (&["new_shard", "LADDER", "CallTotals"], &["metrics", "cfg", "all-four"]),
    (&[SAMPLER], &["profile", "cfg", "all-four"]),
    // What writes to the rings.
    (&["make_room", "copy_long"], &["records", "cfg", "all-four"]),
];

/// Ours is for one processor.
const SAMPLER: &str = if cfg!(target_arch = "x86_64") { "OwnSampler" } else { "PprofSampler" };

#[test]
fn the_code_of_a_signal_is_in_the_program_only_with_it() {
    for way in WAYS.iter().chain([&ON]) {
        let built = build(way);
        for (names, without) in SYMBOLS {
            for name in names {
                let is_gone = without.contains(&way.name);
                assert_eq!(!built.has_text(name), is_gone, "{}: `{name}`", way.name);
            }
        }
    }
}

/// What `signals tell` says.
struct Told {
    lines: Vec<serde_json::Value>,
    rest: String,
}

impl Told {
    fn by(way: &Way) -> Told {
        let told = build(way).tells(&["tell"]);
        let (lines, rest): (Vec<&str>, Vec<&str>) = told.lines().partition(|line| line.starts_with('{'));
        let lines = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        Told { lines, rest: rest.join("\n") }
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.rest.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
    }
}

/// Four calls and events, one foreign event; calls write lines and are spans.
#[test]
fn a_signal_is_not_there_and_the_others_are() {
    for (way, has_log, has_trace, has_metrics) in [
        (ON, true, true, true),
        (LOG, false, true, true),
        (TRACE, true, false, true),
        (METRICS, true, true, false),
        (PROFILE, true, true, true),
        (RECORDS, false, false, true),
        (CFG, false, false, false),
        (ALL_FOUR, false, false, false),
    ] {
        let told = Told::by(&way);
        let name = way.name;
        assert_eq!(told.lines.len(), if has_log { 5 } else { 0 }, "{name}");
        assert_eq!(told.number("lines"), Some(if has_log { 5 } else { 0 }), "{name}");
        assert_eq!(told.number("spans"), Some(if has_trace { 4 } else { 0 }), "{name}");
        let counted = has_metrics.then_some(1);
        for metric in [r#"zorilla_metric_calls_total{outcome="ok"}"#, "feagi_burst_total", "handled_total"] {
            assert_eq!(told.number(metric), counted, "{name}: {metric}");
        }
        // Process and losses are no signal: they stay.
        assert!(told.rest.contains("process_cpu_seconds_total"), "{name}");
        assert!(told.rest.contains("obs_emitted_total"), "{name}");
        // Fields are for lines and spans.
        let fields = u64::from(has_log || has_trace);
        assert_eq!(told.number("evaluated of fields"), Some(fields), "{name}");
    }
}

/// Counting allocations is a part of the profile; what is counted is a metric.
#[test]
fn without_the_profile_no_allocation_is_counted() {
    let allocated = |way: &Way| {
        let page = build(way).tells(&["allocate"]);
        let value = |line: &str| line.strip_prefix("allocating_allocated_bytes_total ")?.parse().ok();
        page.lines().find_map(value).unwrap_or(0.0)
    };
    assert_eq!(allocated(&ON), 4096.0);
    assert_eq!(allocated(&LOG), 4096.0);
    for way in [PROFILE, METRICS, CFG, ALL_FOUR] {
        assert_eq!(allocated(&way), 0.0, "{}", way.name);
    }
}

/// Lines find each other by the trace, exported or not.
#[test]
fn without_spans_lines_have_ids_all_the_same() {
    for line in Told::by(&TRACE).lines.iter().filter(|line| line["message"] != "foreign") {
        assert_eq!(line["trace_id"].as_str().map(str::len), Some(32), "{line}");
    }
}

#[test]
fn who_asks_for_a_signal_that_is_compiled_out_is_told_so() {
    let asked = [
        ("telemetry.tracing_enabled", "trace"),
        ("profiling.chrome_tracing", "trace"),
        ("profiling.cpu_profiling", "profile"),
        ("profiling.memory_profiling", "profile"),
        ("profiling.perf_profiling", "profile"),
    ];
    let on = build(&ON);
    for (field, signal) in asked {
        assert_eq!(ask(&on, field), "started true", "{field}");
        for way in WAYS {
            let is_out = way.name == signal
                || ["cfg", "all-four"].contains(&way.name)
                || (way.name, signal) == ("records", "trace");
            let said = ask(&build(&way), field);
            if is_out {
                assert!(said.starts_with("CompiledOut"), "{}: {said}", way.name);
                assert!(said.contains(&format!("`{field}`")), "{}: {said}", way.name);
                assert!(
                    said.contains(&format!("feagi_observability_off=\"{signal}\"")),
                    "{}: {said}",
                    way.name
                );
            } else {
                assert_eq!(said, "started true", "{}: {field}", way.name);
            }
        }
    }
}

/// What is on unless something is said was not asked for.
#[test]
fn a_configuration_that_asks_for_nothing_starts_in_every_way() {
    for way in WAYS {
        assert_eq!(ask(&build(&way), "nothing"), "started true", "{}", way.name);
    }
}

fn ask(built: &Built, field: &str) -> String {
    let profiles = built.signals.with_file_name("profiles");
    let told = built.tells(&["ask", field, profiles.to_str().unwrap()]);
    // The sampler logs, too.
    told.lines().filter(|line| !line.starts_with("20")).collect::<Vec<_>>().join("\n")
}

/// All signals are on at run time where the program has them.
#[test]
fn a_call_executes_no_more_than_its_signals_need() {
    if !callgrind::is_there() {
        return;
    }
    let on = build(&ON);
    let bare = count(&on, "bare");
    for (way, case) in [
        // With spans the record is made for them: a line is one bit of it.
        (LOG, "call without spans"),
        (LOG, "event"),
        (TRACE, "call"),
        (TRACE, "event"),
        (METRICS, "call"),
        (METRICS, "event"),
        (RECORDS, "call"),
        (RECORDS, "event"),
    ] {
        let (all, less) = (count(&on, case), count(&build(&way), case));
        println!("without {}: {case} {all} -> {less}", way.name);
        assert!(bare < less && less < all, "without {}: {case} {all} -> {less}, bare {bare}", way.name);
    }
}

/// Of lines and spans each needs the record. Profiles are taken from outside: nothing of them stands on the way of a call.
#[test]
fn a_signal_that_costs_a_call_nothing_saves_it_nothing() {
    if !callgrind::is_there() {
        return;
    }
    let on = build(&ON);
    for (way, case) in [(LOG, "call"), (PROFILE, "call"), (PROFILE, "profiled call"), (PROFILE, "event")] {
        let (all, less) = (count(&on, case), count(&build(&way), case));
        // The compiler may arrange a few instructions differently.
        assert!(all.abs_diff(less) * 100 <= all * 3, "without {}: {case} {all} -> {less}", way.name);
    }
}

#[test]
fn a_call_without_any_signal_executes_what_the_bare_function_does() {
    if !callgrind::is_there() {
        return;
    }
    for way in [CFG, ALL_FOUR] {
        let off = build(&way);
        let bare = count(&off, "bare");
        for case in ["call", "profiled call", "event"] {
            assert_eq!(count(&off, case), bare, "{}: {case}", way.name);
        }
    }
}
