//! The sites that the linker has gathered: every one of this executable or shared object, called or not.
//!
//! The macros put each site into one section, whose bounds the linker calls `__start_…` and `__stop_…`. There a site stays, through
//! link-time optimisation and the collection of garbage, also that of a function that nobody calls. The section's name carries the
//! version: the sites of another version of this crate have another layout and lie elsewhere.
//!
//! Invariant: nothing but sites lies in the section, so that it is an array of them.

use super::facts::SiteFacts;
use super::site::Site;
use std::hint::black_box;

/// Keeps the section, and so its bounds, in existence where a program has no site at all.
#[used]
// SAFETY: the section is for sites, and this is one.
#[unsafe(link_section = "feagi_sites_0_0_53")]
static ANCHOR: Site = Site::new(SiteFacts::new(|| "", module_path!(), file!(), line!()));

// SAFETY: made by the linker, as the bounds of the section in which `ANCHOR` lies. Only their addresses are taken.
unsafe extern "C" {
    #[link_name = "__start_feagi_sites_0_0_53"]
    static START: u8;
    #[link_name = "__stop_feagi_sites_0_0_53"]
    static STOP: u8;
}

/// What every module of this crate begins with.
const OWN: &str = "feagi_observability::";

/// All sites, in the order of the linker, but for those of this crate: a program that never uses our events does not have them.
pub(crate) fn listed_sites() -> impl Iterator<Item = &'static Site> {
    // The compiler is not to conclude that more than a byte cannot be there.
    let (start, stop) = (black_box(&raw const START).cast::<Site>(), black_box(&raw const STOP));
    let count = stop.addr().saturating_sub(start.addr()) / size_of::<Site>();
    // SAFETY: so many sites lie between the bounds, without gaps, as their size is a multiple of their alignment. They live as long as
    // the program or this shared object, and all that changes in them is atomic.
    let sites: &'static [Site] = unsafe { std::slice::from_raw_parts(start, count) };
    sites.iter().filter(|site| !site.facts.module.starts_with(OWN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_is_called_as_the_version_and_as_the_macros_say() {
        let section = format!("feagi_sites_{}\"", env!("CARGO_PKG_VERSION").replace('.', "_"));
        assert_eq!(include_str!("listed.rs").matches(&section).count(), 3);
        assert_eq!(include_str!("../__private/on.rs").matches(&section).count(), 1);
    }

    #[test]
    fn the_sites_of_this_crate_are_not_listed() {
        assert!(ANCHOR.facts.module.starts_with(OWN));
        assert_eq!(listed_sites().count(), 0);
    }
}
