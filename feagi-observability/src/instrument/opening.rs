//! What a call takes in before it begins, besides its fields: labels, a parent, links.
//!
//! Filled by the closure that the macros write for the sites that have any of these; for all others the compiler sees that
//! nothing is ever set and leaves no trace of it.

use super::alloc;
use super::label::LabelValue;
use super::site::Site;
use super::value::{Encoder, LINK_KEY, Written};
use crate::context::Context;
use std::fmt::Display;
use std::mem::MaybeUninit;
use std::ptr;

/// The labels, the parent and the links of a call that is about to begin.
pub struct Opening<'a> {
    encoder: Encoder<'a>,
    /// The number of its series, from the labels so far.
    series: u32,
    /// Whether the site measures more than outcome and duration.
    has_extras: bool,
    /// In place of the call around it: a context, or none for a trace of its own.
    parent: Option<Option<Context>>,
    /// Asked for on a site's first call only.
    dimensions: Option<Dimensions>,
    site: &'static Site,
    /// How many labels there were so far.
    labels: usize,
}

/// The values that each label of a site can have.
#[derive(Default)]
pub(super) struct Dimensions {
    values: [&'static [&'static str]; MAX_LABELS],
    len: usize,
}

/// The macros refuse more.
const MAX_LABELS: usize = 8;

/// What is left of an opening once the fields are written.
pub(super) struct Opened {
    pub(super) fields: Written,
    pub(super) series: u32,
    pub(super) has_extras: bool,
    pub(super) parent: Option<Option<Context>>,
}

impl<'a> Opening<'a> {
    #[inline(always)]
    pub(super) fn new(
        site: &'static Site,
        bytes: &'a mut [MaybeUninit<u8>],
        dimensions: Option<Dimensions>,
    ) -> Self {
        let encoder = Encoder::new(bytes);
        Opening { encoder, series: 0, has_extras: false, parent: None, dimensions, site, labels: 0 }
    }

    /// Says that the site measures more than outcome and duration.
    #[inline(always)]
    pub fn extras(&mut self) {
        self.has_extras = true;
    }

    /// Keeps room for what the call allocates, in two fields from `key` on: nothing else stands in front of them, so that they are
    /// found, and never cut.
    #[inline]
    pub fn alloc(&mut self, key: u8) {
        if alloc::is_counting() {
            self.encoder.field(key, &0_u64);
            self.encoder.field(key.wrapping_add(1), &0_u64);
        }
    }

    /// Takes a label, which is a field, too. Labels come in the order of the site's facts.
    #[inline]
    pub fn label<L: LabelValue + ?Sized>(&mut self, key: u8, value: &L) {
        let index = value.index();
        self.series = self.series.saturating_mul(L::CARDINALITY as u32).saturating_add(index as u32);
        if !self.fits(L::VALUES) {
            // Beyond all series, and so the last one.
            self.series = u32::MAX;
        }
        self.labels += 1;
        if let Some(text) = L::VALUES.get(index) {
            self.encoder.text(key, text);
        }
        if let Some(dimensions) = &mut self.dimensions {
            dimensions.push(L::VALUES);
        }
    }

    /// Whether the site has such a label there. In a generic function it may be of another type than that which came first.
    fn fits(&self, values: &'static [&'static str]) -> bool {
        let Some(live) = self.site.live_if_registered() else { return true };
        live.labels.get(self.labels).is_some_and(|known| ptr::eq(*known, values) || *known == values)
    }

    /// Takes a label with any number of values: it is read back from the fields when the call ends.
    #[inline]
    pub fn dynamic<D: Display + ?Sized>(&mut self, key: u8, value: &D) {
        self.encoder.display(key, value);
    }

    /// Takes the parent, in place of the call around it.
    #[inline]
    pub fn parent(&mut self, parent: &impl Parent) {
        self.parent = Some(parent.context());
    }

    /// Takes the calls that this one comes from without being their child.
    pub fn follows_from(&mut self, causes: impl IntoIterator<Item = impl Parent>) {
        for cause in causes {
            if let Some(context) = cause.context() {
                let (trace_id, span_id) = (context.trace_id, context.span_id);
                self.encoder.arguments(LINK_KEY, format_args!("{trace_id}-{span_id}"));
            }
        }
    }

    /// The values of each label, if they were asked for.
    pub(super) fn dimensions(&self) -> &[&'static [&'static str]] {
        self.dimensions.as_ref().and_then(|all| all.values.get(..all.len)).unwrap_or_default()
    }

    /// The number of the series, and whether the site measures more.
    #[inline(always)]
    pub(super) fn series(&self) -> (u32, bool) {
        (self.series, self.has_extras)
    }

    /// Lets `write` add the fields, if anyone wants them.
    #[inline(always)]
    pub(super) fn finish(mut self, is_recorded: bool, write: impl FnOnce(&mut Encoder<'_>)) -> Opened {
        if is_recorded {
            write(&mut self.encoder);
        }
        let Opening { encoder, series, has_extras, parent, .. } = self;
        Opened { fields: encoder.finish(), series, has_extras, parent }
    }
}

impl Dimensions {
    fn push(&mut self, values: &'static [&'static str]) {
        if let Some(place) = self.values.get_mut(self.len) {
            *place = values;
            self.len += 1;
        }
    }
}

/// What `parent = …` and `follows_from = …` take: the [`Context`] of an observed call, as
/// [`current_context`](crate::current_context) returns it, or `None` for a trace of its own.
///
/// ```
/// use feagi_observability::{Context, current_context, observe};
///
/// #[observe(parent = origin)]
/// fn answer(origin: Option<Context>) {}
///
/// answer(current_context());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the parent of an observed call",
    label = "not a context",
    note = "give a `Context`, as `feagi_observability::current_context()` returns it, or `None` for a trace of its own"
)]
pub trait Parent {
    /// The context, or `None`.
    fn context(&self) -> Option<Context>;
}

impl Parent for Context {
    #[inline]
    fn context(&self) -> Option<Context> {
        Some(*self)
    }
}

impl Parent for Option<Context> {
    #[inline]
    fn context(&self) -> Option<Context> {
        *self
    }
}

impl<T: Parent + ?Sized> Parent for &T {
    #[inline]
    fn context(&self) -> Option<Context> {
        (**self).context()
    }
}
