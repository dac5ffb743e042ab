//! The derives reach the runtime by any path.

mod facade {
    pub mod inner {
        pub use feagi_observability as renamed;
    }
}

use facade::inner::renamed;

#[derive(renamed::LabelValue)]
#[label(crate = crate::facade::inner::renamed)]
enum Phase {
    Inject,
}

#[derive(renamed::Labels)]
#[label(crate = renamed)]
struct Step {
    phase: Phase,
}

#[derive(renamed::Metrics)]
#[metrics(crate = facade::inner::renamed, prefix = "path")]
struct Handles {
    jobs: renamed::Counter<Step>,
}

fn main() {
    Handles::register().jobs.with(&Step { phase: Phase::Inject }).increment(1);
}
