//! What the derives expand to, one snapshot for each attribute.

use crate::snapshot::assert_expansion;

macro_rules! snapshots {
    ($module:ident: $($name:ident { $($item:tt)* })*) => {$(
        #[test]
        fn $name() {
            let expansion = super::$module::expand(quote::quote!($($item)*));
            assert_expansion(concat!("derive_", stringify!($name)), &expansion);
        }
    )*};
}

snapshots! { label_value:
    label_value { pub enum Phase { Inject, InFlight = 7, r#Move } }
    label_value_renamed {
        #[label(rename_all = "SCREAMING_SNAKE_CASE", crate = facade::obs)]
        enum Phase { InFlight, #[label(rename = "up&down")] Move }
    }
    label_value_misuse { enum Phase<T> { A(T) } }
}

snapshots! { labels:
    labels { struct JobLabels { phase: Phase, retried: bool } }
    labels_renamed { #[label(crate = facade::obs)] struct JobLabels { #[label(rename = "step")] phase: Phase } }
    labels_generic { struct JobLabels<'a, T: Copy + 'a, const N: usize> where T: Eq { phase: &'a T, r#type: bool } }
    labels_borrowed { struct JobLabels<'a, 'b> { a: &'a Phase, b: &'b bool } }
    labels_misuse { struct JobLabels<'a> { trace_id: &'a str } }
}

snapshots! { metrics:
    metrics { pub struct Metrics { #[doc = " Jobs done."] #[doc = " All."] jobs: Counter, depth: obs::Gauge, wait: Histogram } }
    metrics_prefixed {
        #[metrics(prefix = "feagi_queue", crate = facade::obs)]
        struct Metrics { jobs: Counter<JobLabels>, #[metric(name = "len")] depth: Gauge }
    }
    metrics_described {
        struct Metrics {
            #[doc = "Unseen."] #[metric(help = "Time waited.", unit = "seconds", buckets = [-1, 0.5, 1e3])] wait: Histogram<L>,
            #[metric(unit = "bytes")] sent_total: Counter,
        }
    }
    metrics_misuse { struct Metrics<T> { jobs: Vec<T> } }
}

snapshots! { event:
    event { #[doc = " Bursts."] pub struct Burst { burst_id: u64, neurons_fired: u64 } }
    event_without_fields { pub(crate) struct Started; }
    event_described {
        #[event(name = "job", level = Level::Warn, target = "t", message = "m", help = "Help.", metric = "feagi_jobs", crate = facade::obs)]
        struct Job<'a> { text: &'a str }
    }
    event_uncounted { #[event(metric = false, level = "error")] struct Job { a: u8 } }
    event_metrics {
        struct Job {
            #[doc = " Units."] #[event(gauge, counter)] units: u64,
            #[event(gauge = "x", counter = "y_total", histogram = "z", unit = "seconds", buckets = [-1, 0.5])] wait: Duration,
        }
    }
    event_labels { struct Job { #[event(label)] phase: Phase, #[event(label, rename = "again")] retried: bool } }
    event_recorded {
        struct Job { #[event(redact)] owner: String, #[event(display)] a: A, #[event(debug, rename = "b.c")] r#type: B }
    }
    event_macros {
        #[doc = " Jobs."]
        #[event(macros, crate = crate::facade::obs)]
        struct Job<'a> { #[event(positional, label)] urgent: &'a bool, #[event(redact)] owner: u8, #[event(histogram, buckets = [1])] size: u8 }
    }
    event_macros_exported { #[event(level = "debug", macros(warn, error, export), crate = crate)] struct Job; }
    event_misuse { #[event(nam = "x", macros(info))] struct Job<T>(T); }
}
