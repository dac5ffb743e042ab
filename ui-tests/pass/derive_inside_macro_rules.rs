//! Names, types and arguments of derived items may come through macros.

#![deny(warnings)]

use feagi_observability::{Counter, Gauge, Histogram, LabelValue, Labels, Metrics};

macro_rules! value {
    ($name:ident $case:literal { $($(#[$attribute:meta])* $variant:ident),* }) => {
        #[derive(LabelValue)]
        #[label(rename_all = $case)]
        enum $name {
            $($(#[$attribute])* $variant,)*
        }
    };
}

value!(Phase "kebab-case" { Inject, #[label(rename = "go")] Fire });

macro_rules! labels {
    ($name:ident { $($field:ident: $ty:ty as $label:literal),* }) => {
        #[derive(Labels)]
        struct $name {
            $(#[label(rename = $label)] $field: $ty,)*
        }
    };
}

labels!(Step { phase: Phase as "step", done: bool as "ok" });

macro_rules! metrics {
    ($(#[$doc:meta])* $name:ident $prefix:literal $bound:expr; $($field:ident: $ty:ty),*) => {
        $(#[$doc])*
        #[derive(Metrics)]
        #[metrics(prefix = $prefix)]
        struct $name {
            $(
                #[doc = "Generated."]
                $field: $ty,
            )*
            #[metric(buckets = [$bound, 10])]
            wait: Histogram,
        }
    };
}

metrics!(
    /// Documented.
    Handles "generated" -1.5; steps: Counter<Step>, depth: Gauge
);

/// The whole item is the macro's own.
macro_rules! own {
    () => {
        #[derive(Metrics)]
        struct Own {
            own_jobs: Counter,
        }

        fn count() {
            Own::register().own_jobs.increment(1);
        }
    };
}

own!();

fn main() {
    assert_eq!(Phase::VALUES, ["inject", "go"]);
    assert_eq!(Step::KEYS, ["step", "ok"]);
    let handles = Handles::register();
    for phase in [Phase::Inject, Phase::Fire] {
        handles.steps.with(&Step { phase, done: true }).increment(1);
    }
    handles.depth.set(1.0);
    handles.wait.record(2.0);
    count();
}
