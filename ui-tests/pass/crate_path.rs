//! The runtime may be reached by any path.

mod facade {
    pub mod inner {
        pub use feagi_observability as renamed;
    }
}

use facade::inner::renamed::{burst_info, observe};

#[observe(crate = crate::facade::inner::renamed, fields(n))]
fn observed(n: u32) -> Result<u32, String> {
    Ok(n)
}

#[observe(crate = facade::inner::renamed)]
async fn later() {}

fn main() {
    assert_eq!(observed(1), Ok(1));
    drop(later());
    burst_info!(crate = facade::inner::renamed, target: "t", burst_id = 1);
    burst_info!(crate = facade::inner::renamed, target: "t", "message");
}
