//! One process that starts logging among the folders of earlier runs, logs, and looks at what is on disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta, Utc};
use feagi_observability::{
    CAPACITY_ENV_VAR, CrateDebugFlags, KNOWN_CRATES, LineCounts, global_ring, init_logging,
};
use serde_json::Value;

const TIME_FORMAT: &str = "run_%Y%m%d_%H%M%S";

/// What the run left behind.
struct Run {
    base: PathBuf,
    folder: PathBuf,
    lines: LineCounts,
    records: BTreeMap<String, Vec<Value>>,
    /// Folders that were there before, and whether they are to be there now.
    earlier: Vec<(String, bool)>,
}

static RUN: LazyLock<Run> = LazyLock::new(|| {
    let base =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("init_logging_{}", std::process::id()));
    let earlier = earlier_names();
    make_earlier_runs(&base, &earlier);
    for name in ["RUST_LOG", CAPACITY_ENV_VAR] {
        // SAFETY: the tests of this program all wait for this initialiser before they do anything.
        unsafe { std::env::remove_var(name) };
    }
    let flags = CrateDebugFlags::from_args(["--debug-feagi-burst-engine".to_string()]);
    let logging = init_logging(&flags, Some(base.join("logs")), Some(10), Some(4)).unwrap();
    log();
    assert!(logging.flush(Duration::from_secs(60)));
    let folder = logging.log_dir().to_path_buf();
    let lines = logging.file_lines();
    drop(logging);
    Run { records: read_files(&folder), base, folder, lines, earlier }
});

fn log() {
    tracing::info!(target: "feagi-api", status = 200, "served");
    tracing::debug!(target: "feagi-api", "not asked for");
    tracing::debug!(target: "feagi_npu_burst_engine::npu", "asked for");
    tracing::info!(target: "feagi.burst", "by subject");
    tracing::info!(target: "feagi-apiary", "a stranger with the same beginning");
    let outer = tracing::info_span!("genome", id = 7, size = tracing::field::Empty);
    outer.record("size", 12);
    outer.in_scope(|| {
        let inner = tracing::info_span!("parse").entered();
        tracing::warn!(target: "feagi_evolutionary::genome", "in two spans");
        drop(inner);
    });
    tracing::error!(target: "feagi-io", text = "a\nb\u{1b}[31m\u{202e}\u{85}\"", "line\r\nbreaks \u{2028}");
    tracing::info!(target: "feagi-services", message_of = %"x", "after the spans");
}

/// Name and whether it is to be there afterwards. The limits are ten days and four runs, the new one among them.
fn earlier_names() -> Vec<(String, bool)> {
    let days_ago = |days: i64| (Utc::now() - TimeDelta::days(days)).format(TIME_FORMAT).to_string();
    vec![
        (days_ago(1), true),
        (format!("{}_2", days_ago(1)), true),
        (days_ago(2), true),
        (days_ago(3), false),
        (days_ago(400), false),
        ("run_notes".into(), true),
        ("run_20200101_000000.bak".into(), true),
        ("run_20201332_000000".into(), true),
        ("run_20200101_000000_007".into(), true),
        ("old_run_20200101_000000".into(), true),
        ("run_20200101-000000".into(), true),
    ]
}

fn make_earlier_runs(base: &Path, earlier: &[(String, bool)]) {
    let logs = base.join("logs");
    for (name, _) in earlier {
        fs::create_dir_all(logs.join(name)).unwrap();
        fs::write(logs.join(name).join("feagi.log"), "{}\n").unwrap();
    }
    fs::write(logs.join("run_20200101_111111"), "a file, not a folder").unwrap();
    fs::create_dir_all(base.join("outside")).unwrap();
    fs::write(base.join("outside/kept"), "x").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink(base.join("outside"), logs.join("run_20200101_222222")).unwrap();
        for (name, _) in earlier.iter().filter(|(_, kept)| !kept) {
            symlink(base.join("outside"), logs.join(name).join("link")).unwrap();
        }
    }
}

fn read_files(folder: &Path) -> BTreeMap<String, Vec<Value>> {
    let read = |entry: fs::DirEntry| {
        let text = fs::read_to_string(entry.path()).unwrap();
        let records = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        (entry.file_name().into_string().unwrap(), records)
    };
    fs::read_dir(folder).unwrap().map(|entry| read(entry.unwrap())).collect()
}

fn messages(file: &str) -> Vec<&'static str> {
    RUN.records[file].iter().map(|record| record["fields"]["message"].as_str().unwrap()).collect()
}

#[test]
fn the_folder_is_named_after_the_time_in_utc() {
    let name = RUN.folder.file_name().unwrap().to_str().unwrap();
    let started = NaiveDateTime::parse_from_str(name, TIME_FORMAT).unwrap().and_utc();
    assert!((Utc::now() - started).num_minutes() < 60, "{name}");
    assert_eq!(RUN.folder.parent().unwrap(), RUN.base.join("logs"));
}

#[test]
fn every_known_crate_has_a_file_and_there_is_one_for_all() {
    let mut expected: Vec<String> =
        KNOWN_CRATES.iter().chain(&["feagi"]).map(|name| format!("{name}.log")).collect();
    expected.sort();
    assert!(RUN.records.keys().eq(&expected));
}

#[test]
fn the_file_of_a_crate_holds_its_records_under_all_of_its_names_and_no_others() {
    assert_eq!(messages("feagi-api.log"), ["served"]);
    assert_eq!(messages("feagi-burst-engine.log"), ["asked for", "by subject"]);
    assert_eq!(messages("feagi-evo.log"), ["in two spans"]);
    assert_eq!(messages("feagi-services.log"), ["after the spans"]);
    assert!(RUN.records["feagi-bdu.log"].is_empty());
}

#[test]
fn the_combined_file_holds_every_record_in_order() {
    let expected = [
        "served",
        "asked for",
        "by subject",
        "a stranger with the same beginning",
        "in two spans",
        "line\r\nbreaks \u{2028}",
        "after the spans",
    ];
    assert_eq!(messages("feagi.log"), expected);
}

#[test]
fn a_record_states_time_level_target_place_and_typed_fields() {
    let record = &RUN.records["feagi-api.log"][0];
    assert_eq!(record["level"], "INFO");
    assert_eq!(record["target"], "feagi-api");
    assert_eq!(record["fields"]["status"], 200);
    assert!(record["filename"].as_str().unwrap().ends_with("compat_init_logging.rs"));
    assert!(record["line_number"].as_u64().unwrap() > 0);
    let time = record["timestamp"].as_str().unwrap();
    assert!(chrono::DateTime::parse_from_rfc3339(time).is_ok() && time.ends_with('Z'), "{time}");
    assert!(record.get("span").is_none());
}

#[test]
fn a_record_states_the_spans_around_it_from_the_outermost_on() {
    let record = &RUN.records["feagi-evo.log"][0];
    let spans = serde_json::json!([{ "name": "genome", "id": 7, "size": 12 }, { "name": "parse" }]);
    assert_eq!((&record["spans"], &record["span"]), (&spans, &spans[1]));
    assert!(RUN.records["feagi-services.log"][0].get("spans").is_none(), "the spans have been left");
}

#[test]
fn text_that_breaks_lines_or_steers_a_terminal_is_escaped_and_reads_back_as_it_was() {
    let text = fs::read_to_string(RUN.folder.join("feagi-io.log")).unwrap();
    assert!(text.bytes().filter(|byte| *byte < b' ').eq([b'\n']), "{text:?}");
    assert!(!text.contains(['\u{85}', '\u{2028}', '\u{202e}']), "{text:?}");
    assert_eq!(RUN.records["feagi-io.log"][0]["fields"]["text"], "a\nb\u{1b}[31m\u{202e}\u{85}\"");
}

#[test]
fn lines_are_accounted_for_exactly() {
    // Seven records, six of them of a known crate, which are in two files.
    assert_eq!((RUN.lines.offered, RUN.lines.written), (13, 13));
    assert_eq!((RUN.lines.dropped_full, RUN.lines.dropped_io), (0, 0));
}

#[test]
fn old_and_surplus_runs_are_deleted_and_nothing_else() {
    for (name, kept) in &RUN.earlier {
        assert_eq!(RUN.base.join("logs").join(name).exists(), *kept, "{name}");
    }
    assert!(RUN.base.join("logs/run_20200101_111111").is_file());
}

#[test]
#[cfg(unix)]
fn symbolic_links_are_not_followed_when_runs_are_deleted() {
    assert!(RUN.base.join("logs/run_20200101_222222").is_symlink());
    assert!(RUN.base.join("outside/kept").is_file());
}

#[test]
#[cfg(unix)]
fn only_the_owner_may_read_logs() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&RUN.folder), mode(&RUN.folder.join("feagi.log"))), (0o700, 0o600));
}

#[test]
fn the_ring_of_the_process_holds_the_same_records() {
    LazyLock::force(&RUN);
    let ring = global_ring().unwrap();
    let found = ring.snapshot(None, Some("info"), Some("feagi-api"), None, Some("SERVED"));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].fields, Some(serde_json::json!({ "status": 200 })));
}

#[test]
fn what_is_logged_after_the_guard_is_gone_reaches_the_ring_and_harms_nobody() {
    LazyLock::force(&RUN);
    tracing::info!(target: "late", "after the guard");
    assert_eq!(global_ring().unwrap().snapshot(None, None, Some("late"), None, None).len(), 1);
}

/// Logs when its thread ends.
struct LastWords;

impl Drop for LastWords {
    fn drop(&mut self) {
        tracing::info!(target: "last_words", "from a destructor");
    }
}

thread_local! {
    static LAST_WORDS: LastWords = const { LastWords };
}

#[test]
fn an_event_from_the_destructor_of_a_thread_local_is_logged() {
    LazyLock::force(&RUN);
    let thread = std::thread::spawn(|| {
        // Thread-locals go in the reverse order of their first use: the registry's before this one.
        LAST_WORDS.with(|_| {
            tracing::info_span!("alive").in_scope(|| tracing::info!(target: "last_words", "alive"))
        });
    });
    thread.join().unwrap();
    assert_eq!(global_ring().unwrap().snapshot(None, None, Some("last_words"), None, None).len(), 2);
}
