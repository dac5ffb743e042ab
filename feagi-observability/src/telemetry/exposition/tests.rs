//! Both pages, line by line, and what must never reach them.

use super::Exposition::{self, Classic, OpenMetrics};
use crate::context::{SpanId, TraceId};
use crate::telemetry::family::{Exemplar, Family, Histogram, Kind, Label, SeriesValue, Summary, Total};

fn labels(pairs: &[(&'static str, &'static str)]) -> Vec<Label> {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

fn family(
    kind: Kind,
    name: &'static str,
    series: &[(&[(&'static str, &'static str)], SeriesValue)],
) -> Family {
    let mut family = Family::new(kind, name, "Help.");
    series.iter().for_each(|(pairs, value)| family.push(labels(pairs), value.clone()));
    family
}

fn exemplar(value: f64, timestamp_ns: u64) -> Exemplar {
    let trace_id = TraceId::from_hex("4bf92f3577b34da6a3ce929d0e0e4736").unwrap();
    let span_id = SpanId::from_hex("00f067aa0ba902b7").unwrap();
    Exemplar { trace_id, span_id, request_id: None, value, timestamp_ns }
}

fn histogram(bounds: &[f64], counts: &[u64], sum: f64) -> SeriesValue {
    SeriesValue::Histogram(Histogram {
        bounds: bounds.to_vec(),
        counts: counts.to_vec(),
        sum,
        exemplars: vec![None, Some(exemplar(0.01, 1_700_000_000_012_345_678))],
    })
}

/// The page's lines, its metadata left out.
fn samples(format: Exposition, families: Vec<Family>) -> Vec<String> {
    let page = format.encode(families);
    page.text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

fn dropped(families: Vec<Family>) -> (u64, u64) {
    let pages = [Classic, OpenMetrics].map(|format| format.encode(families.clone()));
    let counts = pages.map(|page| (page.dropped_families, page.dropped_series));
    assert_eq!(counts[0], counts[1]);
    counts[0]
}

#[test]
fn a_counter_and_a_histogram_stand_on_both_pages_as_each_format_wants_them() {
    let total = SeriesValue::Counter { total: Total::Count(u64::MAX), exemplar: Some(exemplar(1.0, 5)) };
    let families = vec![
        family(Kind::Counter, "x_seconds_total", &[(&[("b", "2"), ("a", "1")], total)]).with_unit("seconds"),
        family(Kind::Histogram, "d", &[(&[], histogram(&[1e-6, 2.5, 1e7], &[1, 2, 0, 4], 0.5))]),
    ];
    let classic = "# HELP d Help.\n# TYPE d histogram\nd_bucket{le=\"1e-06\"} 1\nd_bucket{le=\"2.5\"} 3\n\
        d_bucket{le=\"1e+07\"} 3\nd_bucket{le=\"+Inf\"} 7\nd_sum 0.5\nd_count 7\n\
        # HELP x_seconds_total Help.\n# TYPE x_seconds_total counter\n\
        x_seconds_total{a=\"1\",b=\"2\"} 18446744073709551615\n";
    assert_eq!(Classic.encode(families.clone()).text, classic);
    let ids = "trace_id=\"4bf92f3577b34da6a3ce929d0e0e4736\",span_id=\"00f067aa0ba902b7\"";
    let open = format!(
        "# HELP d Help.\n# TYPE d histogram\nd_bucket{{le=\"1e-06\"}} 1\n\
        d_bucket{{le=\"2.5\"}} 3 # {{{ids}}} 0.01 1700000000.012345678\n\
        d_bucket{{le=\"1e+07\"}} 3\nd_bucket{{le=\"+Inf\"}} 7\nd_sum 0.5\nd_count 7\n\
        # HELP x_seconds Help.\n# TYPE x_seconds counter\n# UNIT x_seconds seconds\n\
        x_seconds_total{{a=\"1\",b=\"2\"}} 18446744073709551615 # {{{ids}}} 1 0.000000005\n# EOF\n"
    );
    assert_eq!(OpenMetrics.encode(families).text, open);
}

#[test]
fn an_empty_scrape_is_a_page_too() {
    assert_eq!(Classic.encode(vec![]).text, "");
    assert_eq!(OpenMetrics.encode(vec![]).text, "# EOF\n");
}

#[test]
fn texts_are_escaped_where_they_stand() {
    let odd = "a\\ \"q\"\nend\\";
    let mut gauge = family(Kind::Gauge, "g", &[(&[("k", odd)], SeriesValue::Gauge(1.0))]);
    gauge.help = odd.into();
    let sample = r#"g{k="a\\ \"q\"\nend\\"} 1"#;
    let classic = Classic.encode(vec![gauge.clone()]).text;
    assert_eq!(classic, format!("# HELP g a\\\\ \"q\"\\nend\\\\\n# TYPE g gauge\n{sample}\n"));
    let open = OpenMetrics.encode(vec![gauge]).text;
    assert_eq!(open, format!("# HELP g a\\\\ \\\"q\\\"\\nend\\\\\n# TYPE g gauge\n{sample}\n# EOF\n"));
}

#[test]
fn label_values_that_differ_by_a_backslash_stay_two_series() {
    let counter = family(
        Kind::Counter,
        "c",
        &[(&[("p", "a\\")], SeriesValue::count(1)), (&[("p", "a\\\\")], SeriesValue::count(2))],
    );
    assert_eq!(samples(Classic, vec![counter]), [r#"c_total{p="a\\"} 1"#, r#"c_total{p="a\\\\"} 2"#]);
}

#[test]
fn a_missing_help_has_a_text_and_a_unit_must_be_how_the_name_ends() {
    let mut gauge = family(Kind::Gauge, "g_seconds", &[(&[], SeriesValue::Gauge(1.0))]).with_unit("bytes");
    gauge.help = " ".into();
    let text = OpenMetrics.encode(vec![gauge.clone()]).text;
    assert_eq!(text, "# HELP g_seconds Not documented.\n# TYPE g_seconds gauge\ng_seconds 1\n# EOF\n");
    gauge.name = "seconds".into();
    assert!(!OpenMetrics.encode(vec![gauge.with_unit("seconds")]).text.contains("UNIT"));
}

#[test]
fn numbers_come_back_as_they_were() {
    let values = [0.1 + 0.2, 1e-300, 1e300, -0.0, 123_456_789.0, 5e-324, f64::MAX, 2f64.powi(53)];
    for value in values {
        let page = samples(Classic, vec![family(Kind::Gauge, "g", &[(&[], SeriesValue::Gauge(value))])]);
        let read: f64 = page[0].strip_prefix("g ").unwrap().parse().unwrap();
        assert_eq!(read.to_bits(), value.to_bits(), "{}", page[0]);
    }
    let spelled = [(f64::NAN, "g NaN"), (f64::INFINITY, "g +Inf"), (f64::NEG_INFINITY, "g -Inf")];
    for (value, line) in spelled {
        assert_eq!(
            samples(OpenMetrics, vec![family(Kind::Gauge, "g", &[(&[], SeriesValue::Gauge(value))])]),
            [line]
        );
    }
}

#[test]
fn duplicates_of_counts_add_up_and_of_states_the_last_one_holds() {
    let sum = |total| SeriesValue::Counter { total: Total::Sum(total), exemplar: None };
    let families = vec![
        family(Kind::Counter, "c", &[(&[("a", "1"), ("e", "")], SeriesValue::count(2))]),
        family(Kind::Gauge, "g", &[(&[], SeriesValue::Gauge(1.0)), (&[], SeriesValue::Gauge(2.0))]),
        family(Kind::Counter, "c_total", &[(&[("a", "1")], sum(0.5))]),
        family(Kind::Histogram, "h", &[(&[], histogram(&[1.0], &[1, 2], 3.0))]),
        family(Kind::Histogram, "h", &[(&[], histogram(&[1.0], &[10, 20], 30.0))]),
    ];
    let expected = [
        "c_total{a=\"1\"} 2.5",
        "g 2",
        "h_bucket{le=\"1.0\"} 11",
        "h_bucket{le=\"+Inf\"} 33",
        "h_sum 33",
        "h_count 33",
    ];
    assert_eq!(samples(Classic, families.clone()), expected);
    assert_eq!(dropped(families), (0, 0));
}

#[test]
fn histograms_with_other_bounds_cannot_be_joined_and_are_counted() {
    let families = vec![
        family(Kind::Histogram, "h", &[(&[], histogram(&[1.0], &[1, 2], 3.0))]),
        family(Kind::Histogram, "h", &[(&[], histogram(&[2.0], &[10, 20], 30.0))]),
    ];
    assert!(samples(Classic, families.clone()).contains(&"h_count 3".to_owned()));
    assert_eq!(dropped(families), (0, 1));
}

#[test]
fn the_first_family_keeps_its_name_and_a_clashing_one_is_dropped_and_counted() {
    let gauge = |name| family(Kind::Gauge, name, &[(&[], SeriesValue::Gauge(1.0))]);
    let counter = |name| family(Kind::Counter, name, &[(&[], SeriesValue::count(1))]);
    let histogram = |name| family(Kind::Histogram, name, &[(&[], histogram(&[], &[1], 1.0))]);
    let clashes = [
        [gauge("x"), counter("x")],
        [counter("x"), gauge("x")],
        [counter("x"), gauge("x_total")],
        [gauge("x_total"), counter("x")],
        [histogram("x"), gauge("x_count")],
        [counter("x_bucket"), histogram("x")],
        [histogram("x"), counter("x")],
        [gauge("ok"), gauge("not.ok")],
    ];
    for pair in clashes {
        let first = samples(OpenMetrics, vec![pair[0].clone()]);
        assert_eq!(samples(OpenMetrics, pair.to_vec()), first);
        assert_eq!(dropped(pair.to_vec()), (1, 0), "{pair:?}");
    }
    assert_eq!(dropped(vec![gauge("x"), gauge("x_sum"), counter("y")]), (0, 0));
    // What has no series takes no name.
    assert_eq!(dropped(vec![family(Kind::Gauge, "x", &[]), counter("x")]), (0, 0));
}

#[test]
fn series_that_no_parser_takes_are_dropped_and_counted() {
    let float = |total| SeriesValue::Counter { total: Total::Sum(total), exemplar: None };
    let summary =
        |quantile| SeriesValue::Summary(Summary { quantiles: vec![(quantile, 1.0)], ..Summary::default() });
    type Case = (Kind, &'static [(&'static str, &'static str)], SeriesValue);
    let bad: Vec<Case> = vec![
        (Kind::Counter, &[], float(f64::NAN)),
        (Kind::Counter, &[], float(-1.0)),
        (Kind::Counter, &[], SeriesValue::Gauge(1.0)),
        (Kind::Gauge, &[("1a", "x")], SeriesValue::Gauge(1.0)),
        (Kind::Gauge, &[("a-b", "x")], SeriesValue::Gauge(1.0)),
        (Kind::Gauge, &[("__name__", "x")], SeriesValue::Gauge(1.0)),
        (Kind::Gauge, &[("a", "x"), ("a", "y")], SeriesValue::Gauge(1.0)),
        (Kind::Histogram, &[("le", "1")], histogram(&[1.0], &[1, 1], 1.0)),
        (Kind::Histogram, &[], histogram(&[1.0], &[1], 1.0)),
        (Kind::Histogram, &[], histogram(&[2.0, 1.0], &[1, 1, 1], 1.0)),
        (Kind::Histogram, &[], histogram(&[f64::NAN], &[1, 1], 1.0)),
        (Kind::Histogram, &[], histogram(&[f64::INFINITY], &[1, 1], 1.0)),
        (Kind::Summary, &[("quantile", "1")], summary(0.5)),
        (Kind::Summary, &[], summary(1.5)),
    ];
    for (kind, labels, value) in bad {
        let families = vec![family(kind, "x", &[(labels, value)])];
        assert_eq!(samples(Classic, families.clone()), [""; 0], "{families:?}");
        assert_eq!(dropped(families.clone()), (0, 1), "{families:?}");
    }
}

#[test]
fn openmetrics_leaves_out_sums_that_are_no_counters_and_the_classic_page_keeps_them() {
    for (bounds, sum) in [([1.0], f64::NAN), ([1.0], -1.0), ([-1.0], 1.0)] {
        let families = vec![family(Kind::Histogram, "h", &[(&[], histogram(&bounds, &[1, 1], sum))])];
        assert_eq!(samples(OpenMetrics, families.clone()).len(), 2);
        assert_eq!(samples(Classic, families).len(), 4);
    }
    let quantiles = vec![(0.5, -1.0), (0.99, f64::NAN)];
    let summary = SeriesValue::Summary(Summary { quantiles, sum: -2.0, count: 3 });
    let families = vec![family(Kind::Summary, "s", &[(&[], summary)])];
    assert_eq!(samples(OpenMetrics, families.clone()), ["s{quantile=\"0.99\"} NaN", "s_count 3"]);
    assert_eq!(samples(Classic, families).len(), 4);
}

#[test]
fn an_exemplar_without_trace_or_value_is_left_out() {
    let one = |exemplar| {
        let total = SeriesValue::Counter { total: Total::Count(1), exemplar: Some(exemplar) };
        samples(OpenMetrics, vec![family(Kind::Counter, "c", &[(&[], total)])]).remove(0)
    };
    assert_eq!(one(Exemplar { trace_id: TraceId::NONE, ..exemplar(1.0, 1) }), "c_total 1");
    assert_eq!(one(exemplar(f64::NAN, 1)), "c_total 1");
    let rootless = one(Exemplar { span_id: SpanId::NONE, ..exemplar(2.0, 0) });
    assert_eq!(rootless, "c_total 1 # {trace_id=\"4bf92f3577b34da6a3ce929d0e0e4736\"} 2");
}

#[test]
fn an_exemplar_has_the_request_id_where_all_its_labels_fit_into_128_characters() {
    let one = |request_id: &str| {
        let exemplar = Exemplar { request_id: Some(request_id.into()), ..exemplar(1.0, 0) };
        let total = SeriesValue::Counter { total: Total::Count(1), exemplar: Some(exemplar) };
        samples(OpenMetrics, vec![family(Kind::Counter, "c", &[(&[], total)])]).remove(0)
    };
    let ids = "c_total 1 # {trace_id=\"4bf92f3577b34da6a3ce929d0e0e4736\",span_id=\"00f067aa0ba902b7\"";
    let longest = "ä".repeat(128 - "trace_id".len() - 32 - "span_id".len() - 16 - "request_id".len());
    assert_eq!(one(&longest), format!("{ids},request_id=\"{longest}\"}} 1"));
    assert_eq!(one("a\"b\\c"), format!("{ids},request_id=\"a\\\"b\\\\c\"}} 1"));
    for left_out in [&format!("{longest}x"), "a\nb", "a\u{1b}[31m", "a\u{85}b"] {
        assert_eq!(one(left_out), format!("{ids}}} 1"));
    }
}

#[test]
fn unknown_families_have_the_word_of_each_format() {
    let unknown = || vec![family(Kind::Unknown, "u", &[(&[], SeriesValue::Unknown(1.5))])];
    assert!(Classic.encode(unknown()).text.contains("# TYPE u untyped\nu 1.5\n"));
    assert!(OpenMetrics.encode(unknown()).text.contains("# TYPE u unknown\nu 1.5\n"));
}
