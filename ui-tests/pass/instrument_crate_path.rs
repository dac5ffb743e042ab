//! The runtime may be reached by any path.

mod facade {
    pub mod inner {
        pub use feagi_observability as renamed;
    }
}

use facade::inner::renamed::instrument;

#[instrument(crate = crate::facade::inner::renamed, err, ret, level = "debug", fields(empty), log(on = "error"))]
fn instrumented(n: u32) -> Result<u32, String> {
    Ok(n)
}

#[instrument(crate = facade::inner::renamed, metric = false)]
async fn later() {}

fn main() {
    assert_eq!(instrumented(1), Ok(1));
    drop(later());
}
