//! Stands in for trace files where they are not compiled in: says so.

use crate::collect::WholeRecord;
use crate::error::ObservabilityError;
use std::path::Path;

/// What a file of one trace would be made of.
#[allow(dead_code, reason = "nothing is made of it")]
pub(crate) struct OneTrace<'a> {
    pub(crate) process: &'a str,
    pub(crate) limit: u64,
    pub(crate) records: Vec<WholeRecord>,
}

pub(crate) fn write_one_trace(_: &Path, _: &OneTrace<'_>) -> Result<(u64, u64), ObservabilityError> {
    Err(ObservabilityError::FeatureMissing { field: "write_trace", feature: "chrome-tracing" })
}
