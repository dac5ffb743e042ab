//! A context taken out of its thread, to be entered elsewhere or later.

use super::future::InContext;
use crate::context::{Baggage, Carried, Context, GuardKey, ThreadSlot, current_context, thread_slot};
use crate::instrument::{self, Parent};
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

/// The context that a thread was in, with everything that rides with it: ids, the caller's request id, baggage. What OpenTelemetry calls
/// a `Context`; ours is only its ids.
///
/// Capture it where the work is asked for, enter it where the work is done. It can be entered any number of times, on any threads, also
/// at once, and after the call that it was captured in has ended.
///
/// ```
/// use feagi_observability::{CapturedContext, ObservabilityConfig, current_context, init_observability, observe};
///
/// #[observe]
/// fn burst() {
///     let here = current_context().unwrap().trace_id();
///     let captured = CapturedContext::capture();
///     let worker = std::thread::spawn(move || {
///         assert!(current_context().is_none());
///         let _guard = captured.attach();
///         assert_eq!(current_context().unwrap().trace_id(), here);
///     });
///     worker.join().unwrap();
/// }
/// let observability = init_observability(&ObservabilityConfig::default())?;
/// burst();
/// # Ok::<(), feagi_observability::ObservabilityError>(())
/// ```
///
/// # Callbacks
///
/// What other languages call back on threads of their own is entered the same way. The context goes to them as user data, and comes
/// back with the call:
///
/// ```
/// use feagi_observability::{CapturedContext, current_request_id};
/// use std::ffi::c_void;
///
/// # mod library {
/// #     use std::ffi::c_void;
/// #     pub unsafe fn call_me_later(callback: unsafe extern "C" fn(*mut c_void), data: *mut c_void) {
/// #         struct Data(*mut c_void);
/// #         unsafe impl Send for Data {}
/// #         let data = Data(data);
/// #         std::thread::spawn(move || { let data = data; unsafe { callback(data.0) } }).join().unwrap();
/// #     }
/// # }
/// unsafe extern "C" fn on_done(data: *mut c_void) {
///     // SAFETY: what `main` gave away, once.
///     let captured = unsafe { Box::from_raw(data.cast::<CapturedContext>()) };
///     captured.run(|| assert_eq!(current_request_id().as_deref(), Some("r-7")));
/// }
///
/// let captured = Box::new(CapturedContext::capture().with_request_id("r-7"));
/// // SAFETY: it calls back once.
/// unsafe { library::call_me_later(on_done, Box::into_raw(captured).cast()) };
/// ```
///
/// A Python callable is the same: a `#[pyclass]` holds the `CapturedContext` of the thread that made it, and its `__call__` says
/// `self.captured.run(|| …)`.
#[derive(Clone)]
pub struct CapturedContext {
    /// Without a trace where there is none.
    context: Context,
    carried: Option<Arc<Carried>>,
}

impl CapturedContext {
    /// That of the calling thread, here and now; in no context, one that has the thread in none where it is entered.
    pub fn capture() -> Self {
        CapturedContext { context: current_context().unwrap_or(Context::NONE), carried: current_carried() }
    }

    /// The same ids and the rest, but for the request id; see [`with_request_id`](crate::with_request_id). An empty one is none.
    ///
    /// ```
    /// use feagi_observability::CapturedContext;
    ///
    /// let context = CapturedContext::capture().with_request_id("r-7");
    /// assert_eq!(context.request_id(), Some("r-7"));
    /// assert_eq!(context.with_request_id("").request_id(), None);
    /// ```
    #[must_use]
    pub fn with_request_id(self, id: &str) -> Self {
        self.with(|carried| carried.set_request_id(id))
    }

    /// The same ids and the rest, with this baggage in place of the one that is there.
    ///
    /// ```
    /// use feagi_observability::CapturedContext;
    ///
    /// let context = CapturedContext::capture();
    /// let mut baggage = context.baggage().clone();
    /// baggage.insert("tenant", "lab7");
    /// let context = context.with_baggage(baggage);
    /// assert_eq!(context.baggage().get("tenant"), Some("lab7"));
    /// ```
    #[must_use]
    pub fn with_baggage(self, baggage: Baggage) -> Self {
        self.with(|carried| carried.set_baggage(baggage))
    }

    /// The same, with what other tracing systems have to say about this trace (`tracestate`, W3C trace context, section 3.3). It goes with
    /// the trace alone: what is a trace of its own below does not have it. Longer than a header may be, or with characters that none may
    /// have, it is left out; whether it is well-formed is not looked at.
    ///
    /// ```
    /// use feagi_observability::{CapturedContext, Context, SpanId, TraceId};
    ///
    /// let trace_id = TraceId::from_hex("4bf92f3577b34da6a3ce929d0e0e4736").unwrap();
    /// let caller = Context::remote(trace_id, SpanId::from_hex("00f067aa0ba902b7").unwrap(), true);
    /// let context = CapturedContext::from(caller).with_tracestate("vendor=value");
    /// assert_eq!(context.tracestate(), Some("vendor=value"));
    /// ```
    #[must_use]
    pub fn with_tracestate(self, text: &str) -> Self {
        let trace_id = self.context.trace_id;
        self.with(|carried| carried.set_tracestate(trace_id, text))
    }

    /// Makes a new one of what is carried: others may have the old one.
    pub(super) fn with(self, change: impl FnOnce(&mut Carried)) -> Self {
        let mut carried = self.carried.as_deref().cloned().unwrap_or_default();
        change(&mut carried);
        CapturedContext { context: self.context, carried: carried.shared() }
    }

    /// The same with other ids.
    pub(crate) fn at(&self, context: Context) -> Self {
        CapturedContext { context, carried: self.carried.clone() }
    }

    /// Whether the trace id is known to be random.
    pub(super) fn is_random(&self) -> bool {
        self.carried.as_deref().is_none_or(|carried| carried.is_random(self.context.trace_id))
    }

    /// The ids; `None` in no context.
    ///
    /// ```
    /// assert!(feagi_observability::CapturedContext::capture().context().is_none());
    /// ```
    pub fn context(&self) -> Option<Context> {
        Some(self.context).filter(|context| context.trace_id.is_valid())
    }

    /// The caller's request id.
    ///
    /// ```
    /// assert_eq!(feagi_observability::CapturedContext::capture().request_id(), None);
    /// ```
    pub fn request_id(&self) -> Option<&str> {
        self.carried.as_deref()?.request_id().map(|id| &**id)
    }

    /// The baggage; one without members where there is none.
    ///
    /// ```
    /// assert!(feagi_observability::CapturedContext::capture().baggage().is_empty());
    /// ```
    pub fn baggage(&self) -> &Baggage {
        static NONE: Baggage = Baggage::new();
        self.carried.as_deref().and_then(Carried::baggage).map_or(&NONE, |baggage| baggage)
    }

    /// What other tracing systems have to say about this trace.
    ///
    /// ```
    /// assert_eq!(feagi_observability::CapturedContext::capture().tracestate(), None);
    /// ```
    pub fn tracestate(&self) -> Option<&str> {
        self.carried.as_deref()?.tracestate(self.context.trace_id)
    }

    /// Whether it is no context and carries nothing.
    pub(super) fn is_nothing(&self) -> bool {
        !self.context.trace_id.is_valid() && self.carried.is_none()
    }

    /// Makes it the context of this thread until the guard is dropped. Guards may be dropped in any order: what was attached last and is
    /// still held counts. One that is forgotten ends with the observed call, [`run`](Self::run) or poll around it.
    ///
    /// Not to be held over an `.await`: the thread goes on to other tasks there. Futures have [`scope`](Self::scope).
    ///
    /// ```
    /// use feagi_observability::{CapturedContext, current_request_id};
    ///
    /// let first = CapturedContext::capture().with_request_id("first").attach();
    /// let second = CapturedContext::capture().with_request_id("second").attach();
    /// drop(first);
    /// assert_eq!(current_request_id().as_deref(), Some("second"));
    /// drop(second);
    /// assert_eq!(current_request_id(), None);
    /// ```
    pub fn attach(&self) -> ContextGuard {
        let key = instrument::slot().and_then(|slot| slot.attach(self.context, self.carried.as_ref()));
        ContextGuard { key, thread: PhantomData }
    }

    /// Calls `work` in this context. The thread's own is back afterwards, whatever `work` has left behind, and also if it panics.
    ///
    /// ```
    /// use feagi_observability::{CapturedContext, current_request_id};
    ///
    /// let context = CapturedContext::capture().with_request_id("r-7");
    /// assert_eq!(context.run(|| current_request_id()).as_deref(), Some("r-7"));
    /// assert_eq!(current_request_id(), None);
    /// ```
    pub fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        // A place of its own: `work` may drop the context that it runs in.
        let here = self.clone();
        // SAFETY: it stays where it is until the guard is gone.
        let inside = unsafe { here.enter() };
        let result = work();
        drop(inside);
        result
    }

    /// Makes `future` run in this context, on whatever threads it is polled and dropped.
    ///
    /// ```
    /// use feagi_observability::{CapturedContext, current_request_id};
    ///
    /// let context = CapturedContext::capture().with_request_id("r-7");
    /// let future = context.scope(async { assert_eq!(current_request_id().as_deref(), Some("r-7")) });
    /// // tokio::spawn(future), block_on(future), …
    /// # let mut future = std::pin::pin!(future);
    /// # assert!(future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
    /// ```
    pub fn scope<F: Future>(&self, future: F) -> InContext<F> {
        InContext::new(future, self.clone())
    }

    /// Enters it where it stands; `None` on a thread that is ending.
    ///
    /// # Safety
    /// It neither moves nor changes while the guard lives, which is dropped before any that was made earlier.
    pub(super) unsafe fn enter(&self) -> Option<Inside> {
        let slot = instrument::slot()?;
        // SAFETY: the caller's promise.
        let previous = unsafe { slot.enter_carrying(&self.context, self.carried.as_ref()) };
        Some(Inside { slot, context: &self.context, previous })
    }
}

/// Its ids.
impl Parent for CapturedContext {
    fn context(&self) -> Option<Context> {
        CapturedContext::context(self)
    }
}

/// The ids alone, with nothing carried.
impl From<Context> for CapturedContext {
    fn from(context: Context) -> Self {
        CapturedContext { context, carried: None }
    }
}

/// The ids alone, or no context at all, with nothing carried.
impl From<Option<Context>> for CapturedContext {
    fn from(context: Option<Context>) -> Self {
        CapturedContext::from(context.unwrap_or(Context::NONE))
    }
}

/// What is carried is the users', and may be confidential.
impl fmt::Debug for CapturedContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.context().map(|context| (context.trace_id, context.span_id));
        let members = self.baggage().len();
        f.debug_struct("CapturedContext").field("ids", &ids).field("baggage_members", &members).finish()
    }
}

/// A captured context that this thread is in; made by [`CapturedContext::attach`], left by its drop. It stays on its thread:
///
/// ```compile_fail,E0277
/// let guard = feagi_observability::CapturedContext::capture().attach();
/// std::thread::spawn(move || drop(guard));
/// ```
#[must_use = "a guard that is dropped at once attaches nothing"]
#[derive(Debug)]
pub struct ContextGuard {
    /// `None` if the thread was ending, or had too many.
    key: Option<GuardKey>,
    /// Invariant: not `Send`. It leaves the thread that it was made on.
    thread: PhantomData<*const ()>,
}

impl Drop for ContextGuard {
    fn drop(&mut self) {
        // SAFETY: as in `current_carried`. On a thread that is ending there is nothing left to leave.
        if let (Some(key), Some(slot)) = (self.key, unsafe { thread_slot().as_ref() }) {
            slot.detach(key);
        }
    }
}

/// A context that is entered for the length of a closure or a poll.
pub(super) struct Inside {
    slot: &'static ThreadSlot,
    context: *const Context,
    previous: *const Context,
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.slot.leave_carrying(self.context, self.previous);
    }
}

/// What this thread carries.
pub(super) fn current_carried() -> Option<Arc<Carried>> {
    // SAFETY: slots are never freed, and the thread takes its own pointer away before its slot is given to another.
    unsafe { thread_slot().as_ref() }.and_then(ThreadSlot::carried)
}
