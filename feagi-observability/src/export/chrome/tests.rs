use super::*;
use crate::context::SpanId;
use crate::export::scratch::Scratch;
use crate::instrument::Outcome;
use crate::logging::format::sample::Sample;
use serde_json::{Value, json};
use std::fs::File;

const START: u64 = 1_795_472_760_000_000_000;

fn sink(path: &Path, limit: u64) -> ChromeSink {
    let config = ChromeConfig {
        process: "feagi \"core\"",
        limit,
        start: START,
        memory: Box::new(Vec::new),
        profiles: TakenProfiles::default(),
    };
    ChromeSink::open(path, config).unwrap()
}

/// What a strict parser makes of the file as it is.
fn events(path: &Path) -> Vec<Value> {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn phases(path: &Path) -> String {
    events(path).iter().map(|event| event["ph"].as_str().unwrap()).collect()
}

#[test]
fn the_file_is_strict_json_when_opened_and_after_every_flush() {
    let scratch = Scratch::new();
    let path = scratch.path("trace.json");
    let mut sink = sink(&path, u64::MAX);
    assert_eq!(phases(&path), "MM");
    for round in 1..=20 {
        sink.write(&Sample::new(EntryKind::Call).entry());
        sink.flush();
        assert_eq!(events(&path).len(), 3 + round);
    }
    assert_eq!(sink.counters().exported(), 20);
}

#[test]
fn the_file_says_which_moments_of_other_clocks_its_time_zero_is() {
    let scratch = Scratch::new();
    let path = scratch.path("trace.json");
    let (unix, before) = (unix_nanos(), monotonic());
    let config = ChromeConfig {
        process: "p",
        limit: u64::MAX,
        start: unix,
        memory: Box::new(Vec::new),
        profiles: TakenProfiles::default(),
    };
    ChromeSink::open(&path, config).unwrap();
    let clocks = &events(&path)[1];
    assert_eq!(
        (&clocks["name"], &clocks["args"]["unix_ns"]),
        (&json!("time_zero"), &json!(unix.to_string()))
    );
    let zero: u64 = clocks["args"]["monotonic_ns"].as_str().unwrap().parse().unwrap();
    assert!(zero.abs_diff(before) < 1_000_000_000, "{zero} is about {before}");
}

#[test]
fn a_call_is_one_complete_event_with_ids_and_typed_fields() {
    let scratch = Scratch::new();
    let path = scratch.path("trace.json");
    let mut sink = sink(&path, u64::MAX);
    let sample = Sample::new(EntryKind::Call).field("n", &7u8).field("trace_id", "mine");
    let mut sample = sample.error("no \"disk\"\n").request_id("r\n7");
    sample.outcome = Outcome::Error;
    sink.write(&sample.entry());
    sink.close(Instant::now());
    let all = events(&path);
    let expected = json!({
        "name": "engine::step", "cat": "feagi::engine", "ph": "X", "ts": 123_456.789, "dur": 1234.567,
        "pid": std::process::id(), "tid": 4242,
        "args": {
            "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "span_id": "b7ad6b7169203331",
            "parent_id": "00f067aa0ba902b7", "request_id": "r\n7", "outcome": "error", "error": "no \"disk\"\n",
            "fields": {"n": 7, "trace_id": "mine"},
        },
    });
    assert_eq!(all[3], expected);
    let names = |event: &Value| (event["name"].clone(), event["args"]["name"].clone());
    assert_eq!(names(&all[0]), (json!("process_name"), json!("feagi \"core\"")));
    assert_eq!(names(&all[2]), (json!("thread_name"), json!("burst")));
}

#[test]
fn async_calls_are_pairs_with_one_id_their_polls_slices_and_events_instants() {
    let scratch = Scratch::new();
    let path = scratch.path("trace.json");
    let mut sink = sink(&path, u64::MAX);
    let mut future = Sample::new(EntryKind::Call);
    future.is_async = true;
    future.span_id = SpanId(255);
    let mut poll = Sample::new(EntryKind::Poll);
    (poll.is_async, poll.span_id) = (true, SpanId(255));
    sink.note(&poll.entry());
    sink.write(&future.entry());
    sink.write(&Sample::new(EntryKind::Event).entry());
    sink.flush();
    let all = events(&path);
    assert_eq!(phases(&path), "MMMXbei");
    assert_eq!(all[3]["args"]["poll"], json!(true));
    assert_eq!((&all[4]["id"], &all[5]["id"]), (&json!("0x00000000000000ff"), &json!("0x00000000000000ff")));
    assert_eq!((&all[4]["ts"], &all[5]["ts"]), (&json!(123_456.789), &json!(124_691.356)));
    assert_eq!((&all[6]["s"], all[6].get("dur")), (&json!("t"), None));
}

#[test]
fn logs_are_instants_by_their_message_unless_their_trace_is_not_kept() {
    let scratch = Scratch::new();
    let path = scratch.path("trace.json");
    let mut sink = sink(&path, u64::MAX);
    let mut log = Sample::new(EntryKind::Log).field("fired", &7u8);
    log.message = Some("no route".to_owned());
    sink.note(&log.entry());
    log.sampled = false;
    sink.note(&log.entry());
    let mut alone = log.entry();
    alone.trace_id = crate::context::TraceId::NONE;
    alone.span_id = SpanId::NONE;
    alone.parent_id = SpanId::NONE;
    sink.note(&alone);
    // Not its span's output: that is what `note` is for.
    log.sampled = true;
    sink.write(&log.entry());
    sink.flush();
    assert_eq!(phases(&path), "MMMii");
    let all = events(&path);
    assert_eq!(all[3]["name"], json!("no route"));
    let expected = json!({"level": "INFO", "message": "no route", "fields": {"fired": 7}});
    assert_eq!(all[4]["args"], expected);
    assert_eq!((sink.counters().accepted(), sink.counters().exported()), (2, 2));
}

#[test]
fn a_thread_is_named_once_and_again_when_its_id_has_a_new_name() {
    let scratch = Scratch::new();
    let path = scratch.path("trace.json");
    let mut sink = sink(&path, u64::MAX);
    let mut sample = Sample::new(EntryKind::Event);
    sink.write(&sample.entry());
    sink.write(&sample.entry());
    sample.thread.name = "other".to_owned();
    sink.write(&sample.entry());
    sample.thread.name = String::new();
    sink.write(&sample.entry());
    sink.flush();
    assert_eq!(phases(&path), "MMMiiMii");
}

#[test]
fn unsampled_records_are_passed_over() {
    let scratch = Scratch::new();
    let path = scratch.path("trace.json");
    let mut sink = sink(&path, u64::MAX);
    let mut unsampled = Sample::new(EntryKind::Call);
    unsampled.sampled = false;
    sink.write(&unsampled.entry());
    sink.flush();
    assert_eq!((phases(&path).as_str(), sink.counters().accepted()), ("MM", 0));
}

#[test]
fn a_record_that_is_larger_than_a_page_loses_its_fields_not_its_ids() {
    let scratch = Scratch::new();
    let path = scratch.path("trace.json");
    let mut sink = sink(&path, u64::MAX);
    let mut sample = Sample::new(EntryKind::Call).field("text", "\u{1}".repeat(900).as_str()).error("e");
    sample.name = "\u{2}".repeat(5000);
    sink.write(&sample.entry());
    sink.flush();
    let call = &events(&path)[3];
    assert_eq!(call["args"]["trace_id"], json!("4bf92f3577b34da6a3ce929d0e0e4736"));
    assert_eq!((&call["args"]["truncated"], call["args"].get("fields")), (&json!(true), None));
    assert!(call["name"].as_str().is_some_and(|name| name.len() == 128));
}

#[test]
fn the_memory_of_the_process_is_a_track_beside_the_records() {
    let scratch = Scratch::new();
    let path = scratch.path("trace.json");
    let memory = Box::new(|| vec![("memory.resident", 4096)]);
    let config = ChromeConfig {
        process: "p",
        limit: u64::MAX,
        start: START,
        memory,
        profiles: TakenProfiles::default(),
    };
    let mut sink = ChromeSink::open(&path, config).unwrap();
    sink.flush();
    assert_eq!(phases(&path), "MM", "nobody has done anything");
    sink.write(&Sample::new(EntryKind::Event).entry());
    sink.flush();
    let all = events(&path);
    assert_eq!(phases(&path), "MMMiC");
    assert_eq!((&all[4]["name"], &all[4]["args"]), (&json!("memory.resident"), &json!({"bytes": 4096})));
    assert_eq!(sink.counters().accepted(), 1);
}

#[test]
fn at_its_limit_the_file_stops_growing_and_what_follows_is_counted() {
    let scratch = Scratch::new();
    let path = scratch.path("trace.json");
    let mut sink = sink(&path, 2000);
    for _ in 0..20 {
        sink.write(&Sample::new(EntryKind::Call).entry());
    }
    sink.close(Instant::now());
    let counters = sink.counters();
    let (exported, dropped) = (counters.exported(), counters.dropped(DropReason::TooLarge));
    assert!(exported > 0 && dropped > 0 && std::fs::metadata(&path).unwrap().len() <= 2000);
    assert_eq!((exported + dropped, counters.queued()), (20, 0));
    assert_eq!(events(&path).len() as u64, 3 + exported);
}

#[test]
fn a_call_that_began_before_the_file_is_shown_from_its_beginning() {
    let scratch = Scratch::new();
    let path = scratch.path("trace.json");
    let mut sink = sink(&path, u64::MAX);
    let mut sample = Sample::new(EntryKind::Call);
    sample.start = START - 1_000_000;
    sink.write(&sample.entry());
    sink.flush();
    let all = events(&path);
    assert_eq!((&all[3]["ts"], &all[3]["dur"]), (&json!(0.0), &json!(234.567)));
}

#[test]
fn records_of_a_write_that_failed_are_io_drops_and_threads_are_named_again() {
    let scratch = Scratch::new();
    let path = scratch.path("trace.json");
    let mut sink = sink(&path, u64::MAX);
    sink.write(&Sample::new(EntryKind::Call).entry());
    sink.flush();
    let writable = std::mem::replace(&mut sink.file.file, File::open(&path).unwrap());
    sink.write(&Sample::new(EntryKind::Call).entry());
    sink.flush();
    sink.file.file = writable;
    sink.write(&Sample::new(EntryKind::Call).entry());
    sink.flush();
    assert_eq!(phases(&path), "MMMXMX");
    let counters = sink.counters();
    assert_eq!((counters.exported(), counters.dropped(DropReason::Io), counters.queued()), (2, 1, 0));
    // Across pages, too: what is pending when a page is full is written then.
    let writable = std::mem::replace(&mut sink.file.file, File::open(&path).unwrap());
    (0..30).for_each(|_| sink.write(&Sample::new(EntryKind::Call).entry()));
    sink.file.file = writable;
    (0..30).for_each(|_| sink.write(&Sample::new(EntryKind::Call).entry()));
    sink.close(Instant::now());
    let (exported, dropped) = (counters.exported(), counters.dropped(DropReason::Io));
    assert_eq!((exported + dropped, counters.queued()), (63, 0));
    let calls = phases(&path).matches('X').count() as u64;
    assert!(dropped > 1 && calls >= exported, "{dropped} dropped, {exported} of {calls} exported");
}

const MS: u64 = 1_000_000;

#[test]
fn cpu_samples_are_a_profile_of_their_thread_in_which_waiting_is_idle() {
    let scratch = Scratch::new();
    let path = scratch.path("trace.json");
    let profiles = TakenProfiles::default();
    let config = ChromeConfig {
        process: "p",
        limit: u64::MAX,
        start: unix_nanos(),
        memory: Box::new(Vec::new),
        profiles: profiles.clone(),
    };
    let mut sink = ChromeSink::open(&path, config).unwrap();
    let zero = sink.origin.monotonic;
    let at = |ms: u64| zero + ms * MS;
    profiles.offer(&CpuProfile::of_samples(&[
        (at(110), 10 * MS, 7, &["leaf", "main"]),
        (at(120), 10 * MS, 7, &["main"]),
        (at(125), 10 * MS, 8, &["other"]),
        (at(200), 10 * MS, 7, &["leaf", "main"]),
        (0, 10 * MS, 9, &["knows no time"]),
    ]));
    sink.flush();
    let all = events(&path);
    assert_eq!(phases(&path), "MMPPPP");
    let (profile, chunk) = (&all[2], &all[3]["args"]["data"]);
    assert_eq!(
        (&profile["name"], &profile["tid"], &profile["args"]["data"]["startTime"]),
        (&json!("Profile"), &json!(7), &json!(100_000))
    );
    assert_eq!((&all[3]["id"], &all[3]["tid"], &all[5]["tid"]), (&profile["id"], &json!(7), &json!(8)));
    let nodes = chunk["cpuProfile"]["nodes"].as_array().unwrap();
    let named: Vec<_> = nodes
        .iter()
        .map(|node| {
            (
                node["id"].as_u64(),
                node["parent"].as_u64(),
                node["callFrame"]["functionName"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        (Some(1), None, "(root)"),
        (Some(2), Some(1), "(idle)"),
        (Some(3), Some(1), "main"),
        (Some(4), Some(3), "leaf"),
    ];
    assert_eq!(named, expected);
    assert_eq!(
        (&nodes[3]["callFrame"]["url"], &nodes[3]["callFrame"]["lineNumber"]),
        (&json!("src/a.rs"), &json!(6))
    );
    // From 100 ms on for 10 ms, then 10 ms of the caller alone, then nothing until 190 ms.
    assert_eq!(chunk["cpuProfile"]["samples"], json!([4, 3, 2, 4, 2]));
    assert_eq!(chunk["timeDeltas"], json!([0, 10_000, 10_000, 70_000, 10_000]));
    assert_eq!((sink.counters().accepted(), sink.counters().exported()), (4, 4));
}

#[test]
fn a_profile_of_many_long_names_is_cut_into_events_that_fit_and_what_has_no_room_is_counted() {
    let scratch = Scratch::new();
    let path = scratch.path("trace.json");
    let profiles = TakenProfiles::default();
    let config = ChromeConfig {
        process: "p",
        limit: 100_000,
        start: unix_nanos(),
        memory: Box::new(Vec::new),
        profiles: profiles.clone(),
    };
    let mut sink = ChromeSink::open(&path, config).unwrap();
    let zero = sink.origin.monotonic;
    let names: Vec<String> = (0..300).map(|n| format!("{n}{}", "\u{1}".repeat(n * 7))).collect();
    let functions: Vec<&str> = names.iter().map(String::as_str).collect();
    let samples: Vec<(u64, u64, u32, &[&str])> =
        (0..300).map(|n| (zero + n * MS, MS, 7, &functions[n as usize..n as usize + 1])).collect();
    profiles.offer(&CpuProfile::of_samples(&samples));
    sink.close(Instant::now());
    let all = events(&path);
    let shown: usize = all
        .iter()
        .filter_map(|event| event["args"]["data"]["cpuProfile"]["samples"].as_array())
        .map(Vec::len)
        .sum();
    let counters = sink.counters();
    let (exported, dropped) = (counters.exported(), counters.dropped(DropReason::TooLarge));
    assert!(exported > 0 && dropped > 0 && shown as u64 >= exported, "{shown} {exported} {dropped}");
    assert_eq!((exported + dropped, counters.queued()), (300, 0));
}

#[cfg(unix)]
#[test]
fn the_file_is_private_replaces_an_older_one_and_is_a_regular_file() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    let path = scratch.path("deep/trace.json");
    for _ in 0..2 {
        sink(&path, u64::MAX);
        assert_eq!(phases(&path), "MM");
    }
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let config = ChromeConfig {
        process: "p",
        limit: u64::MAX,
        start: START,
        memory: Box::new(Vec::new),
        profiles: TakenProfiles::default(),
    };
    assert!(ChromeSink::open(Path::new("/dev/null"), config).is_err());
}
