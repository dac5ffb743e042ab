//! A call that has ended, as those see it who measure more than outcome and duration.

use super::alloc::Allocated;
use super::allocating;
use super::call::{Call, End};
use super::outcome::Outcome;
use super::site::{Site, State};

/// What is known of a call once it has ended.
pub(super) struct Judged<'c> {
    pub(super) state: State,
    pub(super) outcome: Outcome,
    pub(super) nanos: u64,
    pub(super) series: u32,
    pub(super) allocated: Allocated,
    /// Its encoded fields.
    pub(super) fields: &'c [u8],
}

impl<'c> Judged<'c> {
    /// # Safety
    /// `call` stands in a frame, has begun, is one of a site with extras, and nobody else has it.
    pub(super) unsafe fn new(call: *mut Call, site: &'static Site, nanos: u64) -> Self {
        // SAFETY: the caller's promise: the fields were written to the bytes behind the call, the other two by the extras.
        unsafe {
            let Call { state, series, allocated, end: End { bytes, mark }, .. } = &*call;
            let (series, allocated) = (series.assume_init(), allocated.assume_init());
            let fields = std::slice::from_raw_parts_mut(call.add(1).cast(), *bytes as usize);
            if site.facts.alloc {
                allocating::fill_fields(fields, site, allocated);
            }
            Judged { state: *state, outcome: mark.outcome, nanos, series, allocated, fields }
        }
    }
}
