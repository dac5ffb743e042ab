//! What a call takes in before it begins: labels, a parent, links, fields.
//!
//! Filled in the observed function by the lines that the macros write for what the site has; of all else the compiler sees that nothing
//! is ever set and leaves no trace. For this no reference to the whole of it goes into a function that is not inlined.

use super::alloc;
use super::call::{self, Call};
use super::frame::Running;
use super::label::LabelValue;
use super::registry;
use super::site::{Site, State, signals};
use super::value::{Encoder, LINK_KEY, Written};
use crate::context::Context;
use std::fmt::Display;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};

/// A call that is about to begin in a frame.
pub struct Opening<'f> {
    encoder: Encoder<'f>,
    call: NonNull<Call>,
    site: &'static Site,
    state: State,
    /// Whether this call registers the site.
    is_first: bool,
    /// The number of its series, from the labels so far.
    series: u32,
    /// How many labels there were so far.
    labels: usize,
    /// Whether the site measures more than outcome and duration.
    has_extras: bool,
    /// In place of the call around it: a context, or none for a trace of its own.
    parent: Option<Option<Context>>,
}

/// The values that each label of a site can have; kept beside the opening, and filled on a site's first call only.
pub struct Dimensions {
    values: [&'static [&'static str]; MAX_LABELS],
    len: usize,
}

/// The macros refuse more.
const MAX_LABELS: usize = 8;

impl<'f> Opening<'f> {
    #[inline]
    pub(super) fn new(
        site: &'static Site,
        state: State,
        is_first: bool,
        call: NonNull<Call>,
        bytes: &'f mut [MaybeUninit<u8>],
    ) -> Self {
        let encoder = Encoder::new(bytes);
        Opening {
            encoder,
            call,
            site,
            state,
            is_first,
            series: 0,
            labels: 0,
            has_extras: false,
            parent: None,
        }
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
    pub fn label<L: LabelValue + ?Sized>(&mut self, key: u8, value: &L, dimensions: &mut Dimensions) {
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
        if self.is_first {
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
    pub fn dynamic<D: Display + ?Sized>(&mut self, key: u8, value: &D, _: &mut Dimensions) {
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

    /// Registers the site if this is its first call; whether it is on.
    #[inline]
    pub fn register(&mut self, dimensions: &Dimensions) -> bool {
        if self.state.has(signals::UNREGISTERED) {
            self.state = registry::first_state(self.site, dimensions.all());
        }
        self.state != State::OFF
    }

    /// What fields are written with, if anyone wants them.
    #[inline]
    pub fn fields(&mut self) -> Option<&mut Encoder<'f>> {
        self.state.has(signals::RECORD).then_some(&mut self.encoder)
    }

    /// Begins the call of a function: its ids, its context, its clock.
    ///
    /// # Safety
    /// It is ended by [`Running::end_scope`] before the frame is gone.
    #[inline]
    pub(super) unsafe fn begin_scope(self) -> Running<'f> {
        // SAFETY: the caller's promise.
        unsafe { self.begin(call::begin_scope) }
    }

    /// Begins the call of a future, whose context is entered by each poll.
    #[inline]
    pub(super) fn begin_future(self) -> Running<'f> {
        // SAFETY: nothing is entered.
        unsafe { self.begin(call::begin_future) }
    }

    /// # Safety
    /// That of `begin`, but for the place, which a frame has.
    #[inline]
    unsafe fn begin(
        self,
        begin: unsafe fn(NonNull<Call>, &'static Site, State, Written) -> Running<'f>,
    ) -> Running<'f> {
        let Opening { encoder, call, site, state, series, has_extras, parent, .. } = self;
        let fields = encoder.finish();
        // SAFETY: a frame begins with a place for a call; the rest is the caller's promise.
        let mut running = unsafe {
            match parent {
                None => begin(call, site, state, fields),
                Some(parent) => call::begin_below(call, site, state, fields, parent),
            }
        };
        if has_extras {
            running.measure(site, series);
        }
        running
    }

    /// Whether this call has registered its site.
    #[inline]
    pub(super) fn is_first(&self) -> bool {
        self.is_first
    }

    /// The number of the series, and whether the site measures more.
    #[inline]
    pub(super) fn series(&self) -> (u32, bool) {
        (self.series, self.has_extras)
    }

    #[inline]
    pub(super) fn state(&self) -> State {
        self.state
    }
}

impl Dimensions {
    /// None yet.
    #[inline]
    #[must_use]
    #[allow(clippy::new_without_default, reason = "only the macros make them")]
    pub const fn new() -> Self {
        Dimensions { values: [&[]; MAX_LABELS], len: 0 }
    }

    fn push(&mut self, values: &'static [&'static str]) {
        if let Some(place) = self.values.get_mut(self.len) {
            *place = values;
            self.len += 1;
        }
    }

    fn all(&self) -> &[&'static [&'static str]] {
        self.values.get(..self.len).unwrap_or_default()
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
