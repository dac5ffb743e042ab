//! What the environment says about logging: `RUST_LOG` before the flags, `FEAGI_DEBUG` along with them.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use feagi_observability::{CrateDebugFlags, KNOWN_CRATES, global_ring, init_logging, parse_debug_flags};

fn set(name: &str, value: &str) {
    // SAFETY: this program reads and writes its environment through the standard library alone, which locks it.
    unsafe { std::env::set_var(name, value) };
}

#[test]
fn rust_log_replaces_the_flags_and_is_an_error_where_it_is_not_a_filter() {
    let base = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("environment_{}", std::process::id()));
    let flags = CrateDebugFlags::from_args(["--debug-feagi-api".to_string()]);

    set("RUST_LOG", "feagi_api=nonsense");
    let error = init_logging(&flags, Some(base.clone()), None, None).err().expect("not a filter").to_string();
    assert!(error.contains("RUST_LOG is `feagi_api=nonsense`"), "{error}");
    assert!(!base.exists(), "a filter that cannot be read is found before anything is made");

    set("RUST_LOG", "warn,feagi_bdu=trace");
    let logging = init_logging(&flags, Some(base.clone()), None, None).unwrap();
    tracing::debug!(target: "feagi-api", "by flag");
    tracing::info!(target: "other", "by the flags' default");
    tracing::trace!(target: "feagi_bdu", "by filter");
    tracing::warn!(target: "other", "by the filter's default");
    assert!(logging.flush(Duration::from_secs(60)));
    assert_eq!(logging.file_lines().written, 3, "one of the two is in the file of its crate too");
    let messages: Vec<String> = global_ring()
        .unwrap()
        .snapshot(None, None, None, None, None)
        .into_iter()
        .map(|record| record.message)
        .collect();
    assert_eq!(messages, ["by filter", "by the filter's default"]);
    fs::remove_dir_all(base).unwrap();
}

#[test]
fn feagi_debug_names_crates_or_all_of_them() {
    set("FEAGI_DEBUG", " feagi-api, ,mine");
    let flags = parse_debug_flags();
    assert!(flags.is_enabled("feagi-api") && flags.is_enabled("mine"));
    assert_eq!(flags.enabled_crates().len(), 2);
    set("FEAGI_DEBUG", "all");
    assert_eq!(parse_debug_flags().enabled_crates().len(), KNOWN_CRATES.len());
}
