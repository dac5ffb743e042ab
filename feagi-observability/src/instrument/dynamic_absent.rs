//! Without the `metrics` facade there is no place for labels with any number of values: their calls are counted without them.

use super::facts::Dynamic;
use super::judged::Judged;
use super::site::Site;

/// Whether calls with such a label are shown by the facade.
pub(crate) const IS_FOREIGN: bool = false;

/// Counts nothing, and says so: the label is a field all the same.
pub(super) fn record(_: &'static Site, _: Dynamic, judged: &Judged<'_>) -> bool {
    let _ = judged.fields;
    false
}
