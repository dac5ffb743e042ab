//! The derives take every shape of enum and struct that they should. Compiled with the instrumentation on and off, and free of
//! warnings.

#![deny(warnings, clippy::pedantic)]

use feagi_observability::{Counter, Gauge, Histogram, LabelValue, Labels, Metrics};

#[derive(LabelValue, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Phase {
    Inject = 10,
    InFlight = 3,
    HTTPGet,
    r#Move = 200,
}

#[derive(LabelValue)]
enum Single {
    Only,
}

#[test]
fn values_are_numbered_as_they_stand_whatever_their_discriminants() {
    assert_eq!(Phase::VALUES, ["inject", "in_flight", "http_get", "move"]);
    let all = [Phase::Inject, Phase::InFlight, Phase::HTTPGet, Phase::r#Move];
    assert_eq!(all.map(|phase| phase.index()), [0, 1, 2, 3]);
    assert_eq!((Phase::r#Move as u8, Single::CARDINALITY, Single::Only.index()), (200, 1, 0));
}

const CARDINALITY: usize = Phase::CARDINALITY;

#[test]
fn cardinality_is_a_constant() {
    assert_eq!([0_u8; CARDINALITY].len(), 4);
    const { assert!(<&Phase as LabelValue>::CARDINALITY == 4) };
}

macro_rules! cases {
    ($($name:ident $case:literal: $texts:expr;)*) => {$(
        #[derive(LabelValue)]
        #[label(rename_all = $case)]
        #[allow(dead_code, reason = "only the texts are looked at")]
        enum $name {
            InFlight,
            Http2Get,
            #[label(rename = "as it is")]
            Renamed,
        }

        assert_eq!($name::VALUES, $texts, $case);
    )*};
}

#[test]
fn every_case_is_known() {
    cases! {
        Kebab "kebab-case": ["in-flight", "http2-get", "as it is"];
        Snake "snake_case": ["in_flight", "http2_get", "as it is"];
        Screaming "SCREAMING_SNAKE_CASE": ["IN_FLIGHT", "HTTP2_GET", "as it is"];
        Lower "lowercase": ["inflight", "http2get", "as it is"];
        Upper "UPPERCASE": ["INFLIGHT", "HTTP2GET", "as it is"];
        Camel "camelCase": ["inFlight", "http2Get", "as it is"];
        Pascal "PascalCase": ["InFlight", "Http2Get", "as it is"];
    }
}

#[derive(Labels, Clone, Copy)]
struct Both {
    phase: Phase,
    retried: bool,
}

#[test]
fn the_last_label_counts_up_first() {
    assert_eq!((Both::KEYS, Both::CARDINALITY), (["phase", "retried"].as_slice(), 8));
    assert_eq!(Both::VALUES, [Phase::VALUES, bool::VALUES]);
    let index = |phase, retried| Both { phase, retried }.index();
    assert_eq!((index(Phase::Inject, true), index(Phase::InFlight, false)), (1, 2));
    assert_eq!(index(Phase::r#Move, true), 7);
}

#[derive(Labels)]
struct Borrowed<'a, 'b: 'a> {
    phase: &'a Phase,
    #[label(rename = "kind")]
    r#type: &'b &'a bool,
}

#[derive(Labels)]
struct Generic<T, const N: usize>
where
    T: Clone,
{
    value: T,
    other: bool,
}

#[test]
fn fields_may_be_borrowed_or_of_a_parameter() {
    let (phase, kind) = (Phase::HTTPGet, true);
    assert_eq!(Borrowed { phase: &phase, r#type: &&kind }.index(), 5);
    assert_eq!(Borrowed::KEYS, ["phase", "kind"]);
    assert_eq!(Generic::<Phase, 3>::CARDINALITY, 8);
    assert_eq!(Generic::<_, 3> { value: Phase::InFlight, other: true }.index(), 3);
}

#[derive(Metrics)]
#[metrics(prefix = "shapes")]
struct Handles {
    /// Counts.
    plain: Counter,
    by_both: Counter<Both>,
    depth: Gauge,
    by_place: feagi_observability::Gauge<Borrowed<'static, 'static>>,
    #[metric(unit = "seconds", buckets = [-1.5, 0, 1e3])]
    wait: Histogram,
    #[metric(name = "size", unit = "bytes", help = "Sizes.")]
    by_generic: Histogram<Generic<bool, 1>>,
}

#[test]
fn every_kind_of_handle_is_used_the_same_way() {
    let handles = Handles::register();
    assert!(std::ptr::eq(handles, Handles::register()));
    handles.plain.increment(1);
    handles.by_both.with(&Both { phase: Phase::Inject, retried: false }).increment(2);
    handles.depth.set(1.5);
    handles.depth.add(1.0);
    handles.depth.sub(0.5);
    let phase = Phase::InFlight;
    handles.by_place.with(&Borrowed { phase: &phase, r#type: &&true }).set(1.0);
    handles.wait.record(0.25);
    let series = handles.by_generic.with(&Generic { value: true, other: false });
    series.record(1.0);
    series.clone().record(2.0);
    assert!(format!("{:?}", handles.plain.clone()).starts_with("Counter"));
}

#[test]
fn handles_are_shared_by_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Handles>();
    shared::<Counter<Borrowed<'static, 'static>>>();
}

#[test]
fn a_struct_may_stand_in_a_function() {
    #[derive(Metrics)]
    struct Local {
        #[metric(name = "shapes_local")]
        jobs: Counter,
    }
    Local::register().jobs.increment(1);
}

#[cfg(not(feature = "enabled"))]
#[test]
fn without_instrumentation_handles_have_no_size() {
    assert_eq!(size_of::<Handles>(), 0);
    assert_eq!(
        size_of_val(&Handles::register().by_both.with(&Both { phase: Phase::Inject, retried: true })),
        0
    );
}

mod elsewhere {
    #[derive(feagi_observability::Metrics)]
    pub(super) struct Visible {
        #[metric(name = "shapes_visible")]
        pub(super) jobs: feagi_observability::Counter,
    }
}

#[test]
fn registering_is_as_visible_as_the_struct() {
    elsewhere::Visible::register().jobs.increment(1);
}
