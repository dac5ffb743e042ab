//! Debug flags: what they read, and that their filter lets through what FEAGI's crates really log.

use std::sync::Arc;

use feagi_observability::{CrateDebugFlags, KNOWN_CRATES, LogRingBuffer, RingBufferLayer, debug_flags_help};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;

fn flags(args: &[&str]) -> CrateDebugFlags {
    CrateDebugFlags::from_args(args.iter().map(|arg| arg.to_string()))
}

/// The targets of the debug events that pass the filter of `flags`.
fn debug_targets(flags: &CrateDebugFlags) -> Vec<String> {
    let ring = Arc::new(LogRingBuffer::new(100));
    let filter = EnvFilter::try_new(flags.to_filter_string()).unwrap();
    let subscriber =
        tracing_subscriber::registry().with(filter).with(RingBufferLayer::new(Arc::clone(&ring)));
    tracing::subscriber::with_default(subscriber, || {
        tracing::debug!(target: "feagi-api", "by hand");
        tracing::debug!(target: "feagi_api::server", "by module path");
        tracing::debug!(target: "feagi.api", "by subject");
        tracing::debug!(target: "feagi-burst-engine", "by hand");
        tracing::debug!(target: "feagi_npu_burst_engine::npu", "by module path");
        tracing::debug!(target: "feagi-npu-trace", "by hand");
        tracing::debug!(target: "feagi-bdu", "by hand");
        tracing::debug!(target: "feagi_brain_development::connectome", "by module path");
        tracing::debug!(target: "feagi-evo", "by hand");
        tracing::debug!(target: "feagi_evolutionary::genome", "by module path");
        tracing::debug!(target: "plasticity", "by hand");
        tracing::debug!(target: "feagi_services::system", "by module path");
        tracing::debug!(target: "my_crate::part", "not of feagi");
    });
    ring.snapshot(None, None, None, None, None).into_iter().map(|record| record.target).collect()
}

#[test]
fn a_flag_turns_on_one_crate_and_no_other() {
    let flags = flags(&["feagi", "--debug-feagi-api", "--verbose"]);
    assert!(flags.is_enabled("feagi-api") && flags.any_enabled());
    assert!(!flags.is_enabled("feagi-bdu"));
    assert_eq!(flags.enabled_crates(), ["feagi-api"]);
    assert_eq!(flags.log_level("feagi-api"), tracing::Level::DEBUG);
    assert_eq!(flags.log_level("feagi-bdu"), tracing::Level::INFO);
}

#[test]
fn debug_all_turns_on_every_known_crate_and_keeps_the_others_that_were_named() {
    let flags = flags(&["--debug-mine", "--debug-all"]);
    assert_eq!(flags.enabled_crates().len(), KNOWN_CRATES.len() + 1);
    assert!(KNOWN_CRATES.iter().all(|name| flags.is_enabled(name)));
    assert!(!flags.is_enabled("all"));
}

#[test]
fn without_flags_the_filter_is_info() {
    assert_eq!(flags(&["feagi"]).to_filter_string(), "info");
    assert!(!flags(&["feagi"]).any_enabled());
}

#[test]
fn a_crate_that_the_caller_switches_off_is_off() {
    let mut flags = flags(&["--debug-feagi-api"]);
    flags.enabled_crates.insert("feagi-api".into(), false);
    assert!(!flags.is_enabled("feagi-api") && !flags.any_enabled());
    assert_eq!(flags.to_filter_string(), "info");
}

#[test]
fn the_filter_matches_package_name_module_path_and_subject() {
    assert_eq!(
        debug_targets(&flags(&["--debug-feagi-api"])),
        ["feagi-api", "feagi_api::server", "feagi.api"]
    );
}

#[test]
fn the_filter_matches_the_names_of_renamed_crates() {
    let burst = ["feagi-burst-engine", "feagi_npu_burst_engine::npu", "feagi-npu-trace"];
    assert_eq!(debug_targets(&flags(&["--debug-feagi-burst-engine"])), burst);
    assert_eq!(
        debug_targets(&flags(&["--debug-feagi-bdu"])),
        ["feagi-bdu", "feagi_brain_development::connectome"]
    );
    assert_eq!(debug_targets(&flags(&["--debug-feagi-evo"])), ["feagi-evo", "feagi_evolutionary::genome"]);
    assert_eq!(debug_targets(&flags(&["--debug-feagi-plasticity"])), ["plasticity"]);
}

#[test]
fn all_flags_let_every_known_crate_through_and_no_stranger() {
    let targets = debug_targets(&flags(&["--debug-all"]));
    assert_eq!(targets.len(), 12);
    assert!(!targets.contains(&"my_crate::part".to_string()));
}

#[test]
fn a_name_that_is_not_known_is_kept_and_matches_its_module_path() {
    let flags = flags(&["--debug-my-crate"]);
    assert!(flags.is_enabled("my-crate"));
    assert_eq!(flags.to_filter_string(), "my-crate=debug,my_crate=debug,info");
    assert_eq!(debug_targets(&flags), ["my_crate::part"]);
}

#[test]
fn the_filter_is_sorted_and_states_each_target_once() {
    let filter =
        flags(&["--debug-feagi-services", "--debug-feagi-io", "--debug-feagi_io"]).to_filter_string();
    assert_eq!(filter, "feagi-io=debug,feagi-services=debug,feagi_io=debug,feagi_services=debug,info");
}

#[test]
fn a_name_that_no_filter_can_express_does_not_spoil_the_others() {
    let flags = flags(&["--debug-", "--debug-a,b", "--debug-a=b", "--debug-[x", "--debug-feagi-io"]);
    assert!(flags.is_enabled("a,b"), "it is kept as it was given");
    assert_eq!(flags.to_filter_string(), "feagi-io=debug,feagi_io=debug,info");
}

#[test]
fn the_help_names_flags_variables_and_crates() {
    let help = debug_flags_help();
    for text in ["--debug-all", "FEAGI_DEBUG", "RUST_LOG"].iter().chain(KNOWN_CRATES) {
        assert!(help.contains(text), "{text} is missing in\n{help}");
    }
}
