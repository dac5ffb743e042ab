//! Foreign spans of a trace that is not kept: those in which an error was logged are, each alone.

use feagi_observability::{TelemetryConfig, instrument, observe};
use feagi_observability_tests::captured::Capture;
use tracing::{error, info, info_span, warn};

#[observe]
fn call_that_logs_an_error() {
    error!("of the call, not of the span around it");
}

#[instrument(err)]
fn adopted(fails: bool) -> Result<(), String> {
    if fails { Err("broken".to_owned()) } else { Ok(()) }
}

#[test]
fn a_span_in_which_an_error_was_logged_is_kept_and_nothing_around_it() {
    let telemetry = TelemetryConfig { sample_ratio: 0.0, ..Default::default() };
    let capture = Capture::start_with("sampling-foreign", "info", telemetry);
    info_span!("around").in_scope(|| {
        info_span!("with an error", answer = 42).in_scope(|| error!("in it"));
        info_span!("with a warning").in_scope(|| warn!("in it, too"));
        info_span!("around a call").in_scope(call_that_logs_an_error);
    });
    let span = info_span!("told of an error");
    error!(parent: &span, "by hand");
    info_span!("of a log record").in_scope(|| log::error!("from log"));
    info_span!("rooted").in_scope(|| error!(parent: None, "of nothing"));
    adopted(false).unwrap();
    adopted(true).unwrap_err();
    info!("done");
    drop(span);
    let captured = capture.finish();
    let names: Vec<_> = captured.trace.iter().filter(|event| event["args"]["trace_id"].is_string()).collect();
    for name in ["with an error", "told of an error", "of a log record", "adopted"] {
        let spans = captured.spans_of(name);
        assert_eq!(spans.len(), 1, "`{name}` in {names:#?}");
        let args = &spans[0]["args"];
        assert!(args["parent_id"].is_null() && args["obs.partial"] == true, "{args}");
    }
    assert_eq!(captured.spans_of("with an error")[0]["args"]["fields"]["answer"], 42);
    assert_eq!(captured.line("in it")["span_id"], captured.spans_of("with an error")[0]["args"]["span_id"]);
    for name in ["around", "with a warning", "around a call", "rooted"] {
        assert!(captured.spans_of(name).is_empty(), "`{name}` in {names:#?}");
    }
}
