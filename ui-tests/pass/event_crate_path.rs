//! Events reach the runtime by any path, and their macros from any module.

mod facade {
    pub mod inner {
        pub use feagi_observability as renamed;
    }
}

use facade::inner::renamed;
use facade::inner::renamed::{api_info, burst_info, feagi_error};

mod deep {
    #[derive(crate::facade::inner::renamed::LabelValue)]
    #[label(crate = crate::facade::inner::renamed)]
    pub enum Phase {
        Inject,
    }

    #[derive(crate::facade::inner::renamed::Event)]
    #[event(name = "job", crate = crate::facade::inner::renamed, macros)]
    pub struct Job {
        #[event(label)]
        pub phase: Phase,
        #[event(counter)]
        pub units: u8,
    }
}

#[derive(renamed::Event)]
#[event(crate = renamed)]
struct Started;

fn main() {
    deep::Job { phase: deep::Phase::Inject, units: 1 }.emit();
    deep::job_info!(phase = deep::Phase::Inject, units = 2);
    deep::job_warn!(crate = facade::inner::renamed, target: "t", phase = true; "message");
    Started.emit();
    burst_info!(crate = facade::inner::renamed, target: "t", burst_id = 1);
    api_info!(crate = facade::inner::renamed, target: "t", "GET", "/p", "message");
    feagi_error!(crate = facade::inner::renamed, k = 1; "message");
    renamed::burst_warn!("without saying where");
}
