//! The names of foreign spans, one for each callsite, so that a context can point to it. Found without a lock: buckets of lists
//! that only grow, as the callsites of a program do.

use crate::context::SpanName;
use std::ptr;
use std::sync::atomic::{
    AtomicPtr,
    Ordering::{AcqRel, Acquire},
};
use tracing_core::Metadata;

/// Enough that a list is a few long in a program with a thousand callsites. A power of two.
const BUCKETS: usize = 256;

static NAMES: [AtomicPtr<Named>; BUCKETS] = [const { AtomicPtr::new(ptr::null_mut()) }; BUCKETS];

struct Named {
    /// Its address tells the callsite.
    metadata: &'static Metadata<'static>,
    name: SpanName,
    next: *const Named,
}

/// The name of the callsite's spans; made when it is asked for first, which is when the callsite is registered.
pub(crate) fn name_of(metadata: &'static Metadata<'static>) -> &'static SpanName {
    let bucket = bucket_of(metadata);
    // Acquire: what the entry's maker wrote is visible.
    let first = bucket.load(Acquire);
    find(first, metadata).unwrap_or_else(|| insert(bucket, first, metadata))
}

fn bucket_of(metadata: &'static Metadata<'static>) -> &'static AtomicPtr<Named> {
    let address = ptr::from_ref(metadata).addr() as u64;
    // The upper bits of a product depend on all bits of the address.
    let mixed = address.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - BUCKETS.ilog2());
    &NAMES[mixed as usize & (BUCKETS - 1)]
}

fn find(mut entry: *const Named, metadata: &'static Metadata<'static>) -> Option<&'static SpanName> {
    // SAFETY: null, or a leaked entry that was published whole.
    while let Some(named) = unsafe { entry.as_ref() } {
        if ptr::eq(named.metadata, metadata) {
            return Some(&named.name);
        }
        entry = named.next;
    }
    None
}

#[cold]
fn insert(
    bucket: &'static AtomicPtr<Named>,
    mut first: *mut Named,
    metadata: &'static Metadata<'static>,
) -> &'static SpanName {
    let name = SpanName::new();
    name.set(metadata.name());
    let mut new = Box::new(Named { metadata, name, next: first });
    loop {
        new.next = first;
        let entry = Box::into_raw(new);
        // Release publishes the entry, acquire shows those of others.
        match bucket.compare_exchange(first, entry, AcqRel, Acquire) {
            // SAFETY: leaked from here on.
            Ok(_) => return unsafe { &(*entry).name },
            Err(others) => {
                // SAFETY: made above, and nobody has seen it.
                new = unsafe { Box::from_raw(entry) };
                if let Some(name) = find(others, metadata) {
                    return name;
                }
                first = others;
            }
        }
    }
}
