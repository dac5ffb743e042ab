//! Where no allocator counts, `profile(alloc)` says nothing: no field and no family that would read 0.

use feagi_observability::{catalog, observe};
use feagi_observability_tests::captured::Capture;
use std::hint::black_box;

#[observe(metric = "alloc_absent", profile(alloc), fields(n))]
fn takes(n: usize) {
    black_box(vec![0_u8; n]);
}

#[test]
fn nothing_is_said_of_what_nobody_counts() {
    let capture = Capture::start("alloc-absent", "info");
    takes(100);
    takes(200);
    let planned =
        catalog().into_iter().find(|entry| entry.name == "alloc_absent::takes").expect("it is listed");
    assert_eq!(planned.metrics.len(), 2, "{:?}", planned.metrics);
    let captured = capture.finish();
    let lines = captured.lines_of("alloc_absent::takes");
    assert_eq!(lines[0]["fields"], serde_json::json!({"n": 100}));
    assert_eq!(lines[1]["fields"], serde_json::json!({"n": 200}));
    assert_eq!(captured.sample("alloc_absent_calls_total{outcome=\"ok\"}"), Some(2.0));
    assert!(!captured.page.contains("alloc_absent_alloc"), "{}", captured.page);
    assert!(!captured.page.contains("process_heap_"), "{}", captured.page);
}
