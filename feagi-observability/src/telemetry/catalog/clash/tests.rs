use super::*;
use crate::instrument::shard::BOUNDS;
use crate::instrument::{Dynamic, InstrumentFacts, InstrumentKind, ladder};

/// A site in this file that the linker does not list.
fn site(line: u32, facts: impl FnOnce(&mut SiteFacts)) -> &'static Site {
    let mut given = SiteFacts::new(|| "module::function::here", "module", "a.rs", line);
    facts(&mut given);
    Box::leak(Box::new(Site::new(given)))
}

fn call(line: u32, name: &'static str, labels: &'static [&'static str]) -> &'static Site {
    site(line, |facts| {
        facts.metric = MetricFacts::Named(name);
        facts.labels = labels;
    })
}

fn event(line: u32, kind: InstrumentKind, name: &'static str) -> &'static Site {
    site(line, |facts| {
        facts.metric = MetricFacts::Off;
        facts.is_event = true;
        facts.instruments = Box::leak(Box::new([InstrumentFacts::new(kind, name, "", "")]));
    })
}

fn handle(name: &'static str, kind: Kind) -> Registered {
    Registered { name, kind, described: format!("the handle `{name}`") }
}

/// The name that clashes, and the whole text.
fn found(sites: &[&'static Site], handles: Vec<Registered>) -> Option<(String, String)> {
    let error = among(sites.to_vec(), handles)?;
    let text = error.to_string();
    let ObservabilityError::MetricClash { name, .. } = error else { panic!("{text}") };
    Some((name, text))
}

#[test]
fn one_name_at_two_places_is_refused_with_both_places_and_the_remedy() {
    let (name, text) = found(&[call(7, "burst", &[]), call(3, "burst", &[])], Vec::new()).unwrap();
    assert_eq!(name, "burst");
    assert_eq!(
        text,
        "metric `burst` clashes with an earlier one: the counter `burst_calls_total` of `module::function` at a.rs:3 (no labels, the \
         common buckets), then the counter `burst_calls_total` of `module::function` at a.rs:7 (no labels, the common buckets); give \
         each its own `metric` name, or give both the same `labels`, at least one, and the same `buckets`"
    );
}

#[test]
fn labels_tell_several_sites_of_one_name_apart_if_they_are_the_same() {
    let with_buckets = |line, buckets| {
        site(line, |facts| {
            facts.metric = MetricFacts::Named("x");
            facts.labels = &["a", "b"];
            facts.buckets = buckets;
        })
    };
    let dynamic = site(4, |facts| {
        facts.metric = MetricFacts::Named("x");
        facts.labels = &["b"];
        facts.dynamic = Some(Dynamic { key: "a", cap: 3 });
    });
    let fine = [call(1, "x", &["a", "b"]), call(2, "x", &["b", "a"]), with_buckets(3, &BOUNDS), dynamic];
    assert_eq!(found(&fine, Vec::new()), None);
    for other in [call(9, "x", &["a"]), call(9, "x", &[]), with_buckets(9, &[1, 2])] {
        let (name, text) = found(&[fine[0], other], Vec::new()).unwrap();
        assert_eq!(name, "x");
        assert!(text.contains("labels a, b, the common buckets") && text.contains("at a.rs:9"), "{text}");
    }
}

#[test]
fn the_same_source_compiled_twice_is_one() {
    assert_eq!(found(&[call(1, "x", &[]), call(1, "x", &[])], Vec::new()), None);
}

#[test]
fn families_that_calls_make_are_taken() {
    let extras = |line| {
        site(line, |facts| {
            facts.metric = MetricFacts::Named("x");
            facts.budget = 1;
            facts.in_flight = true;
        })
    };
    for taken in ["x_calls", "x_duration_seconds", "x_duration_seconds_count", "x_in_flight", "x_over_budget"]
    {
        let (name, text) = found(&[extras(1), event(2, InstrumentKind::Counter, taken)], Vec::new()).unwrap();
        assert_eq!(name, taken);
        assert!(text.contains("of event `module::function` at a.rs:2; rename one of the two"), "{text}");
        let (name, text) = found(&[extras(1)], vec![handle(taken, Kind::Gauge)]).unwrap();
        assert_eq!(name, taken);
        assert!(text.contains("at a.rs:1") && text.contains("then the handle"), "{text}");
    }
    // Only what a site does make.
    assert_eq!(found(&[call(1, "x", &[]), event(2, InstrumentKind::Gauge, "x_in_flight")], Vec::new()), None);
    assert!(found(&[call(1, "x_calls", &[]), call(2, "x", &[])], Vec::new()).is_none());
    assert!(
        found(&[extras(1), event(2, InstrumentKind::Counter, "x_over_budget_total")], Vec::new()).is_some()
    );
}

#[test]
fn a_name_of_its_own_cannot_be_that_of_those_without() {
    let shared = |line| site(line, |_| {});
    assert_eq!(found(&[shared(1), shared(2)], Vec::new()), None);
    let (name, text) = found(&[shared(1), call(2, "observed", &[])], Vec::new()).unwrap();
    assert_eq!(name, "observed_calls_total");
    assert!(text.contains("without a `metric` name"), "{text}");
}

#[test]
fn an_event_at_several_places_is_one_and_another_kind_of_its_name_is_not() {
    use InstrumentKind::{Counter, Gauge};
    let counters = [event(1, Counter, "y_total"), event(2, Counter, "y_total")];
    assert_eq!(found(&counters, Vec::new()), None);
    assert_eq!(found(&[counters[0], event(3, Gauge, "y")], Vec::new()).unwrap().0, "y");
    assert_eq!(found(&[event(1, Gauge, "y"), counters[1]], Vec::new()).unwrap().0, "y_total");
    assert_eq!(found(&counters, vec![handle("y_total", Kind::Counter)]).unwrap().0, "y_total");
    assert_eq!(
        found(&counters, vec![handle("z_total", Kind::Counter), handle("z_total", Kind::Counter)]),
        None
    );
}

#[test]
fn events_that_share_a_metric_agree_on_labels_and_buckets() {
    let with = |line, labels, buckets| {
        site(line, |facts| {
            facts.metric = MetricFacts::Off;
            facts.labels = labels;
            let size = InstrumentFacts::new(InstrumentKind::Histogram, "size_bytes", "", "size");
            facts.instruments = Box::leak(Box::new([size.measured_in("bytes", buckets)]));
        })
    };
    let first = with(1, &["a"], &[]);
    assert_eq!(found(&[first, with(2, &["a"], &ladder::BYTES)], Vec::new()), None);
    for other in [with(2, &["b"], &[]), with(2, &[], &[]), with(2, &["a"], &[1.0])] {
        let (name, text) = found(&[first, other], Vec::new()).unwrap();
        assert_eq!(name, "size_bytes");
        assert!(
            text.ends_with("; rename one of the two, or give both the same labels and buckets"),
            "{text}"
        );
    }
}
