//! The same where no linker gathers the sites: none is known before its first call.

use super::site::Site;

/// None.
pub(crate) fn listed_sites() -> impl Iterator<Item = &'static Site> {
    std::iter::empty()
}
