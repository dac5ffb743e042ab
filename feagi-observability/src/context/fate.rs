//! What becomes of a context's trace and of its own span, decided where it begins; one byte in the context.

use super::compiled;

/// What becomes of a context's trace and of its own span. Where a record says the same its bit is the same, so that no call asks for it
/// twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Fate(pub(super) u8);

impl Fate {
    /// The trace begins with it.
    const ROOT: u8 = 1;
    /// The trace is kept, its own span is not.
    const THINNED: u8 = 2;
    /// The stay of a guard that is gone, see `entered`.
    const MARKED: u8 = 4;
    /// The trace is kept.
    pub(crate) const SAMPLED: u8 = 8;
    /// That it stands in this trace is a guess, its own or that of something above it.
    pub(crate) const INFERRED: u8 = 128;

    #[inline(always)]
    pub(crate) const fn root(is_sampled: bool) -> Fate {
        Fate(Fate::ROOT | Fate::remote(is_sampled).0)
    }

    /// Of what begins in a trace that has begun elsewhere.
    #[inline(always)]
    pub(crate) const fn remote(is_sampled: bool) -> Fate {
        Fate(if is_sampled { Fate::SAMPLED } else { 0 })
    }

    /// Of what begins below.
    #[inline(always)]
    pub(super) fn of_child(self) -> Fate {
        Fate(self.0 & (Fate::SAMPLED | Fate::INFERRED))
    }

    /// The same, guessed.
    pub(super) fn inferred(self) -> Fate {
        Fate(self.0 | Fate::INFERRED)
    }

    /// What a record says of it, as bits of its flags.
    #[inline(always)]
    pub(crate) const fn marks(self) -> u8 {
        self.0 & if compiled::TRACE { Fate::SAMPLED | Fate::INFERRED } else { Fate::INFERRED }
    }

    /// The same without its own span.
    pub(crate) fn thinned(self) -> Fate {
        Fate(self.0 | Fate::THINNED)
    }

    /// That of a stay which nobody is in any more.
    pub(super) fn marked(self) -> Fate {
        Fate(self.0 | Fate::MARKED)
    }

    /// Whether nobody is in it any more.
    #[cfg_attr(
        not(feature = "profiling"),
        allow(dead_code, reason = "only samplers look at a context in the middle of a change")
    )]
    pub(super) const fn is_marked(self) -> bool {
        self.0 & Fate::MARKED != 0
    }

    /// Whether the trace is kept.
    #[inline(always)]
    pub(crate) const fn is_sampled(self) -> bool {
        self.0 & Fate::SAMPLED != 0
    }

    /// Whether it has a span of its own, unless it gets one for how it ends.
    #[inline(always)]
    pub(super) const fn is_kept(self) -> bool {
        self.0 & (Fate::SAMPLED | Fate::THINNED) == Fate::SAMPLED
    }

    /// Whether it is a guess that it stands in this trace.
    pub(super) const fn is_inferred(self) -> bool {
        self.0 & Fate::INFERRED != 0
    }
}
