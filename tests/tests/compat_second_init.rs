//! A process has one subscriber: who comes second gets an error and leaves nothing behind.

use std::fs;
use std::path::PathBuf;

use feagi_observability::{CrateDebugFlags, init_logging, init_logging_default};

#[test]
fn init_logging_under_a_subscriber_of_the_host_is_an_error_and_keeps_all_earlier_runs() {
    tracing::subscriber::set_global_default(tracing_subscriber::registry()).unwrap();
    let base = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("second_init_{}", std::process::id()));
    let earlier = base.join("run_20200101_000000");
    fs::create_dir_all(&earlier).unwrap();

    let outcome = init_logging(&CrateDebugFlags::default(), Some(base.clone()), Some(1), Some(1));
    let error = outcome.err().expect("the host's subscriber is there first").to_string();
    assert!(error.contains("tracing subscriber already"), "{error}");

    let left: Vec<PathBuf> = fs::read_dir(&base).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, [earlier]);
    fs::remove_dir_all(base).unwrap();
    assert!(init_logging_default(&CrateDebugFlags::default()).is_err(), "asking again changes nothing");
}
