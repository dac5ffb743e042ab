//! Headers that were not believed, by header and reason. Nobody is told at the time: the trace is begun anew, the member left out.
//!
//! Counted by the readers and writers of this room, read by the statistics.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The headers that carry a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Header {
    Traceparent,
    Tracestate,
    /// Counted by members, not as a whole.
    Baggage,
}

/// Why one was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Refusal {
    /// It is not what its grammar says.
    Malformed,
    /// It is longer, or has more members, than is allowed.
    Oversized,
    /// There are several of what there may be one of.
    Repeated,
    /// It came without the one that it belongs to.
    Orphaned,
}

impl Header {
    const ALL: [Header; 3] = [Header::Traceparent, Header::Tracestate, Header::Baggage];

    /// The header's name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Header::Traceparent => "traceparent",
            Header::Tracestate => "tracestate",
            Header::Baggage => "baggage",
        }
    }
}

impl Refusal {
    const ALL: [Refusal; 4] = [Refusal::Malformed, Refusal::Oversized, Refusal::Repeated, Refusal::Orphaned];

    /// As the statistics say it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Refusal::Malformed => "malformed",
            Refusal::Oversized => "oversized",
            Refusal::Repeated => "repeated",
            Refusal::Orphaned => "orphaned",
        }
    }
}

static REFUSED: [[AtomicU64; Refusal::ALL.len()]; Header::ALL.len()] =
    [const { [const { AtomicU64::new(0) }; Refusal::ALL.len()] }; Header::ALL.len()];

fn place(header: Header, reason: Refusal) -> Option<&'static AtomicU64> {
    REFUSED.get(header as usize)?.get(reason as usize)
}

/// Counts so many. Relaxed: counts, with which nothing is published.
pub(crate) fn count(header: Header, reason: Refusal, how_many: u64) {
    if let Some(count) = place(header, reason).filter(|_| how_many > 0) {
        count.fetch_add(how_many, Relaxed);
    }
}

/// All that are not zero, by header and reason.
pub(crate) fn counts() -> impl Iterator<Item = (Header, Refusal, u64)> {
    let pairs = Header::ALL.into_iter().flat_map(|header| Refusal::ALL.map(|reason| (header, reason)));
    pairs.filter_map(|(header, reason)| {
        let count = place(header, reason)?.load(Relaxed);
        (count > 0).then_some((header, reason, count))
    })
}
