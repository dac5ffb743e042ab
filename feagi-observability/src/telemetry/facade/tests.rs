//! Through the real recorder: what a host records is what the families say.

use super::Facade;
use crate::telemetry::exposition::Exposition;
use crate::telemetry::family::{Family, Kind, SeriesValue, Total};
use metrics::{Key, Label, Level, Metadata, Recorder};

static METADATA: Metadata<'_> = Metadata::new("test", Level::INFO, None);

fn key(name: &str, labels: &[(&str, &str)]) -> Key {
    let labels = labels.iter().map(|(k, v)| Label::new((*k).to_owned(), (*v).to_owned()));
    Key::from_parts(name.to_owned(), labels.collect::<Vec<_>>())
}

fn count(recorder: &impl Recorder, name: &str, labels: &[(&str, &str)], by: u64) {
    recorder.register_counter(&key(name, labels), &METADATA).increment(by);
}

/// Series of a counter family: the first label's value and the total.
fn totals(families: &[Family], name: &str) -> Vec<(String, u64)> {
    let family = families.iter().find(|family| family.name == name && family.kind == Kind::Counter).unwrap();
    let mut totals: Vec<_> = family
        .series
        .iter()
        .map(|series| match series.value {
            SeriesValue::Counter { total: Total::Count(count), .. } => {
                (series.labels.first().map_or(String::new(), |(_, value)| value.to_string()), count)
            }
            ref other => panic!("{other:?}"),
        })
        .collect();
    totals.sort();
    totals
}

#[test]
fn label_values_that_the_exporter_would_merge_stay_apart() {
    let (recorder, facade) = Facade::build();
    let values =
        ["a\\", "a\\\\", "x\"y", "x\\\"y", "l\nm", "l\\nm", "{}=,", "\u{e05c}", "\u{e05c}b", "é\r\0"];
    for (index, value) in values.iter().enumerate() {
        count(&recorder, "odd", &[("v", value)], index as u64 + 1);
    }
    let mut expected: Vec<_> =
        values.iter().enumerate().map(|(index, value)| ((*value).to_owned(), index as u64 + 1)).collect();
    expected.sort();
    assert_eq!(totals(&facade.families(), "odd"), expected);
    assert_eq!(facade.refused(), 0);
}

#[test]
fn names_that_fold_into_one_share_one_exact_value() {
    let (recorder, facade) = Facade::build();
    count(&recorder, "a.b", &[("k.k", "v")], 1 << 60);
    count(&recorder, "a-b", &[("k-k", "v")], 1);
    count(&recorder, "a_b", &[("k_k", "v")], 1);
    assert_eq!(totals(&facade.families(), "a_b"), [("v".to_owned(), (1 << 60) + 2)]);
}

#[test]
fn impossible_keys_are_refused_and_counted() {
    let (recorder, facade) = Facade::build();
    count(&recorder, "", &[], 1);
    count(&recorder, "reserved", &[("__name__", "x")], 1);
    count(&recorder, "folds", &[("-_x", "x")], 1);
    count(&recorder, "empty", &[("", "x")], 1);
    count(&recorder, "twice", &[("a.b", "1"), ("a-b", "2")], 1);
    recorder.register_histogram(&key("h", &[("le", "1")]), &METADATA).record(1.0);
    assert_eq!((facade.families(), facade.refused()), (vec![], 6));
    recorder.register_gauge(&key("g", &[("le", "1")]), &METADATA).set(1.0);
    assert_eq!((facade.families().len(), facade.refused()), (1, 6));
}

#[test]
fn histograms_have_buckets_sum_and_the_ladder_of_their_unit() {
    let (recorder, facade) = Facade::build();
    for (name, values) in [("wait_seconds", [0.5e-6, 0.3, 99.0]), ("size_bytes", [1.0, 5000.0, 1e12])] {
        let histogram = recorder.register_histogram(&key(name, &[("q", "a")]), &METADATA);
        values.into_iter().for_each(|value| histogram.record(value));
        facade.upkeep();
    }
    let families = facade.families();
    let names: Vec<_> = families.iter().map(|family| (family.name.as_ref(), family.kind)).collect();
    assert_eq!(names, [("size_bytes", Kind::Histogram), ("wait_seconds", Kind::Histogram)]);
    let SeriesValue::Histogram(wait) = &families[1].series[0].value else { panic!() };
    assert_eq!((wait.bounds.len(), wait.counts.len(), wait.sum), (22, 23, 0.5e-6 + 0.3 + 99.0));
    assert_eq!(wait.counts.iter().sum::<u64>(), 3);
    assert_eq!((wait.counts[0], wait.counts[17], wait.counts[22]), (1, 1, 1));
    let SeriesValue::Histogram(size) = &families[0].series[0].value else { panic!() };
    assert_eq!((size.bounds[0], size.counts[0], size.counts.last()), (64.0, 1, Some(&1)));
}

#[test]
fn descriptions_come_through_and_their_lack_has_a_text() {
    let (recorder, facade) = Facade::build();
    recorder.describe_counter("x".into(), None, "What \\ \"it\"\nis".into());
    count(&recorder, "x", &[], 1);
    recorder.register_gauge(&key("y", &[]), &METADATA).set(f64::NAN);
    let families = facade.families();
    assert_eq!(families[0].help, "What \\ \"it\"\nis");
    assert_eq!(families[1].help, "Recorded through the metrics facade.");
    let page = Exposition::Classic.encode(families).text;
    assert!(page.contains("# TYPE x_total counter\nx_total 1\n"), "{page}");
    assert!(page.contains("# TYPE y gauge\ny NaN\n"), "{page}");
}

#[test]
fn lines_that_mean_nothing_are_counted_and_the_rest_is_read() {
    let parsed = super::parse::parse(
        "stray 1\n# TYPE c counter\nc{a=\"unclosed} 1\nc{a} 1\nc x\nc\nother 1\nc{a=\"b\"} 7\n\
         # TYPE h histogram\nh_bucket{le=\"1\"} 3\nh_count 3\n# TYPE what ever\nc 1\n# a comment\n",
    );
    assert_eq!(totals(&parsed.families, "c"), [("b".to_owned(), 7)]);
    assert_eq!((parsed.families.len(), parsed.unreadable), (1, 9));
}
