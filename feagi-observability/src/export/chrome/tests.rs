use super::*;
use crate::context::SpanId;
use crate::export::scratch::Scratch;
use crate::instrument::Outcome;
use crate::logging::format::sample::Sample;
use serde_json::{Value, json};

const START: u64 = 1_795_472_760_000_000_000;

fn sink(path: &Path, limit: u64) -> ChromeSink {
    ChromeSink::open(path, "feagi \"core\"", limit, START).unwrap()
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
    assert_eq!(phases(&path), "M");
    for round in 1..=20 {
        sink.write(&Sample::new(EntryKind::Call).entry());
        sink.flush();
        assert_eq!(events(&path).len(), 2 + round);
    }
    assert_eq!(sink.counters().exported(), 20);
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
    assert_eq!(all[2], expected);
    assert_eq!(
        (&all[0]["name"], &all[0]["args"]["name"]),
        (&json!("process_name"), &json!("feagi \"core\""))
    );
    assert_eq!((&all[1]["name"], &all[1]["args"]["name"]), (&json!("thread_name"), &json!("burst")));
}

#[test]
fn async_calls_are_pairs_with_one_id_and_events_are_instants() {
    let scratch = Scratch::new();
    let path = scratch.path("trace.json");
    let mut sink = sink(&path, u64::MAX);
    let mut future = Sample::new(EntryKind::Call);
    future.is_async = true;
    future.span_id = SpanId(255);
    sink.write(&future.entry());
    sink.write(&Sample::new(EntryKind::Event).entry());
    sink.flush();
    let all = events(&path);
    assert_eq!(phases(&path), "MMbei");
    assert_eq!((&all[2]["id"], &all[3]["id"]), (&json!("0x00000000000000ff"), &json!("0x00000000000000ff")));
    assert_eq!((&all[2]["ts"], &all[3]["ts"]), (&json!(123_456.789), &json!(124_691.356)));
    assert_eq!((&all[4]["s"], all[4].get("dur")), (&json!("t"), None));
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
    assert_eq!(phases(&path), "MMiiMii");
}

#[test]
fn logs_and_unsampled_records_are_passed_over() {
    let scratch = Scratch::new();
    let path = scratch.path("trace.json");
    let mut sink = sink(&path, u64::MAX);
    let mut unsampled = Sample::new(EntryKind::Call);
    unsampled.sampled = false;
    sink.write(&unsampled.entry());
    sink.write(&Sample::new(EntryKind::Log).entry());
    sink.flush();
    assert_eq!((phases(&path).as_str(), sink.counters().accepted()), ("M", 0));
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
    assert_eq!(events(&path).len() as u64, 2 + exported);
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
    assert_eq!((&all[2]["ts"], &all[2]["dur"]), (&json!(0.0), &json!(234.567)));
}

#[test]
fn a_write_that_failed_halfway_is_repaired_and_its_records_are_io_drops() {
    let scratch = Scratch::new();
    let path = scratch.path("trace.json");
    let mut sink = sink(&path, u64::MAX);
    sink.write(&Sample::new(EntryKind::Call).entry());
    sink.flush();
    let writable = std::mem::replace(&mut sink.file, File::open(&path).unwrap());
    sink.write(&Sample::new(EntryKind::Call).entry());
    sink.flush();
    assert!(sink.damaged);
    // What a write cut short by a full disk leaves behind.
    std::fs::write(&path, [&std::fs::read(&path).unwrap()[..sink.end as usize], b",\n{\"na"].concat())
        .unwrap();
    sink.file = writable;
    sink.flush();
    assert_eq!((phases(&path).as_str(), sink.damaged), ("MMX", false));
    sink.write(&Sample::new(EntryKind::Call).entry());
    sink.flush();
    assert_eq!(phases(&path), "MMXMX");
    let counters = sink.counters();
    assert_eq!((counters.exported(), counters.dropped(DropReason::Io), counters.queued()), (2, 1, 0));
}

#[cfg(unix)]
#[test]
fn the_file_is_private_replaces_an_older_one_and_is_a_regular_file() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    let path = scratch.path("deep/trace.json");
    for _ in 0..2 {
        sink(&path, u64::MAX);
        assert_eq!(phases(&path), "M");
    }
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(ChromeSink::open(Path::new("/dev/null"), "p", u64::MAX, START).is_err());
}
