//! Events take every shape of struct and every form of field. Compiled with the instrumentation on and off, and free of warnings.

#![deny(warnings, clippy::pedantic)]

use feagi_observability::{
    Event, LabelValue, Level, api_debug, api_error, api_info, api_trace, api_warn, burst_info, feagi_debug,
    feagi_error, feagi_warn, genome_debug, genome_error, genome_info, genome_trace, genome_warn,
};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

#[derive(LabelValue, Clone, Copy)]
enum Phase {
    Inject,
    Propagate,
}

/// Every argument of the struct and of fields.
#[derive(Event)]
#[event(
    name = "whole",
    level = "debug",
    target = "shapes",
    message = "Whole done",
    help = "Whole events.",
    metric = "shapes_whole",
    macros
)]
struct Whole<'a> {
    id_of_all: u64,
    #[event(gauge, counter)]
    fired: u32,
    #[event(gauge = "shapes_wait", unit = "seconds")]
    #[event(counter = "shapes_waited", histogram = "shapes_waits", buckets = [-1.5, 0, 2])]
    wait: Duration,
    #[event(histogram, unit = "bytes")]
    size: usize,
    #[event(label)]
    phase: Phase,
    #[event(label, rename = "again")]
    retried: &'a bool,
    #[event(redact)]
    owner: Opaque,
    #[event(display)]
    shown: std::num::ParseIntError,
    #[event(debug)]
    parts: Vec<Option<u8>>,
    #[event(rename = "http.status")]
    r#type: Option<&'a str>,
    text: Cow<'a, str>,
    shared: Arc<str>,
}

/// Neither `Debug` nor `Display` nor anything else.
struct Opaque;

fn whole(retried: &bool) -> Whole<'_> {
    Whole {
        id_of_all: 1,
        fired: 2,
        wait: Duration::from_secs(1),
        size: 3,
        phase: Phase::Inject,
        retried,
        owner: Opaque,
        shown: "x".parse::<u8>().unwrap_err(),
        parts: vec![None, Some(1)],
        r#type: None,
        text: "t".into(),
        shared: "s".into(),
    }
}

#[test]
fn a_struct_with_every_argument_is_an_event() {
    let event = whole(&true);
    event.emit();
    event.emit();
    assert_eq!(event.parts.len(), 2);
}

#[test]
fn its_macros_take_its_fields_and_others() {
    let (opaque, phase, mut count) = (Opaque, Phase::Propagate, 0);
    let mut next = || {
        count += 1;
        count
    };
    whole_trace!(phase, again = true);
    whole_debug!(phase = Phase::Inject, again = false, owner = opaque, id_of_all = next(), "message {}", 1);
    whole_info!(target: "t", wait = 0.5, size = 7_u8, phase = &phase, again = &true, other = %"o"; "m {phase}", phase = 2);
    whole_warn!(fired = next(), phase = phase, again = true, parts = ?[1], area.name = "a");
    whole_error!(
        counter.spikes = 1,
        gauge.depth = -0.5,
        histogram.lag_bytes = 9_u64,
        phase = phase,
        again = true
    );
    let _: () = whole_info!(phase, again = true,);
    assert!(count <= 2);
    let _ = (opaque, phase);
}

#[derive(Event)]
struct Started;

#[derive(Event)]
#[event(metric)]
pub(crate) struct Stopped {}

#[derive(Event)]
#[event(name = "named by a sentence", metric = false, level = 4)]
pub(crate) struct Sentence {
    pub(crate) a: u8,
}

#[derive(Event)]
#[event(level = Level::Warn, metric = "feagi_counted_total")]
struct Counted {
    #[event(counter = "feagi_counted_bytes_total", unit = "bytes")]
    b: u64,
}

#[test]
fn structs_without_fields_and_without_arguments_are_events() {
    Started.emit();
    Stopped {}.emit();
    Sentence { a: 1 }.emit();
    Counted { b: 1 }.emit();
}

mod elsewhere {
    pub(crate) mod deeper {
        use feagi_observability::Event;

        #[derive(Event)]
        #[event(name = "deep", macros(warn, error))]
        pub(crate) struct Deep<'a> {
            pub(crate) text: &'a str,
        }
    }

    pub(crate) fn report() {
        deeper::deep_warn!(text = "t", "from the parent");
        self::deeper::deep_error!();
    }
}

#[test]
fn macros_are_found_by_path_in_the_whole_crate() {
    use elsewhere::deeper::deep_warn as warn_deeply;

    warn_deeply!(text = "t");
    crate::elsewhere::deeper::deep_error!("deep");
    elsewhere::report();
    elsewhere::deeper::Deep { text: "t" }.emit();
}

#[test]
fn an_event_may_be_local() {
    #[derive(Event)]
    #[event(macros(info))]
    struct Local {
        a: u8,
    }

    local_info!(a = 1);
    Local { a: 2 }.emit();
}

#[derive(Event)]
#[event(name = "first", macros(info))]
struct First {
    #[event(positional)]
    verb: &'static str,
    #[event(positional, label)]
    urgent: bool,
    rest: u8,
}

#[test]
fn positional_fields_come_first_and_by_name_in_the_struct() {
    First { verb: "get", urgent: true, rest: 1 }.emit();
    first_info!("get", 1 == 1);
    first_info!(?["get"], 2 > 1, rest = 1, "message");
    first_info!(format!("{}", 1), true; "message");
}

#[test]
fn events_of_feagi_take_their_fields() {
    burst_info!(burst_id = 1, duration = Duration::from_millis(1), "burst");
    genome_trace!();
    genome_debug!("read");
    genome_info!(genome_id = 1, cortical_areas = 2, neurons = 3, synapses = 4_u64, duration = 0.5);
    genome_warn!(genome_id = 1; "odd");
    genome_error!(reason = %"broken");
    let (method, path, status) = (String::from("GET"), "/v1", 200_u16);
    api_trace!(method, path);
    api_debug!(&method, path, status);
    api_info!("GET", "/v1", status = 200);
    api_warn!(%method, path, status, duration = Duration::from_millis(2), "slow");
    api_error!("GET", format!("{path}/1"), status; "failed {status}");
    feagi_error!("message");
    feagi_error!(code = 7, text = "t"; "message {}", 7);
    feagi_warn!(target: "feagi.other", code = 7, "message");
    feagi_debug!(code = 7,);
    feagi_debug!();
}

#[test]
fn values_may_leave_the_function_that_they_stand_in() {
    fn tried(text: &str) -> Result<u64, std::num::ParseIntError> {
        burst_info!(burst_id = text.parse::<u64>()?, area.name = text);
        Ok(1)
    }
    assert!(tried("1").is_ok());
    // Off, nothing is evaluated and nothing fails; so it is before `init_observability`.
    assert!(tried("x").is_ok());
}

/// Off or not initialised, no value is computed.
#[test]
fn nothing_is_evaluated_where_nobody_listens() {
    fn computed() -> u64 {
        panic!("nobody listens")
    }
    burst_info!(burst_id = computed(), neurons_fired = computed(), duration = 0.1, "{}", computed());
    api_info!("GET", "/", status = computed());
    local::quiet_info!(owner = computed());
}

mod local {
    #[derive(feagi_observability::Event)]
    #[event(macros(info))]
    struct Quiet {
        #[event(redact)]
        owner: String,
    }
}
