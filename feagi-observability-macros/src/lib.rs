//! The macros of `feagi-observability`: entry points only.
//!
//! Each macro reads its tokens (`args`), decides what they mean (`model`, `schema`), looks for mistakes (`check`) and writes
//! one call into the runtime's `__private` module (`tokens`). Whether that call does anything is decided there: this crate has
//! no features and emits the same tokens always.
//!
//! Invariant: an expansion is static facts, one runtime call and the user's own tokens with their spans.

#![forbid(unsafe_code)]

mod buckets;
mod call_metric;
mod case;
mod derive;
mod docs;
mod duration;
mod errors;
mod event;
mod facts;
mod fallback;
mod field;
mod form;
mod instrument;
mod labels;
mod level;
mod log;
mod metric_name;
mod names;
mod observe;
mod pieces;
mod runtime_path;
mod slot;
#[cfg(test)]
mod snapshot;
mod unit;

use proc_macro::TokenStream;

#[doc = include_str!("../docs/observe.md")]
#[proc_macro_attribute]
pub fn observe(arguments: TokenStream, item: TokenStream) -> TokenStream {
    observe::expand(arguments.into(), item.into()).into()
}

/// Observes a block, such as the body of a loop: arguments as those of [`observe`](macro@observe), a semicolon, statements.
///
/// The block's value is the macro's. `?`, `break`, `continue` and `return` in it are the surrounding function's; a call that is left
/// so is `ok`, as is one with an `Err` for a value: a block ends in `ok` or, if it unwinds, in `panic`. So `err` does not apply.
/// A name is required.
///
/// `.await` in it is an error: the block's context belongs to the thread. One that a macro hides, as `tokio::select!` does, is not
/// seen; it makes the future `!Send`, and work of other tasks on that thread may be taken for the block's. A block that is left out of
/// order leaves the thread in no context.
///
/// ```
/// use feagi_observability::observe_block;
///
/// fn bursts(stimuli: &[u32]) -> Option<u32> {
///     let mut fired: u32 = 0;
///     for stimulus in stimuli {
///         if *stimulus == 0 {
///             continue;
///         }
///         fired = observe_block! { name = "burst", metric = "bursts", profile, fields(stimulus);
///             let doubled = stimulus.checked_mul(2)?;
///             fired.checked_add(doubled)?
///         };
///     }
///     Some(fired)
/// }
///
/// assert_eq!(bursts(&[1, 0, 2]), Some(6));
/// assert_eq!(bursts(&[u32::MAX]), None);
/// ```
///
/// The block expands to (simplified)
///
/// ```text
/// {
///     static SITE: Site = …;
///     let mut frame = Frame::new();
///     let _scope = Scope::enter(&SITE, &mut frame, |encoder| encoder.field(0, &stimulus));
///     { let doubled = stimulus.checked_mul(2)?; fired.checked_add(doubled)? }
/// }
/// ```
#[proc_macro]
pub fn observe_block(input: TokenStream) -> TokenStream {
    observe::expand_block(input.into()).into()
}

/// Observes a block for the profiler: `observe_block!` with `profile`, in the form `profile!("name", { … })`.
///
/// It is counted and timed under `observed_calls_total` and `observed_duration_seconds`, has a span, and takes the further arguments of [`observe_block!`] between the name and the block.
///
/// ```
/// use feagi_observability::profile;
///
/// let sum: u64 = profile!("sum", { (1..=4).sum() });
/// let product: u64 = profile!("product", level = "trace", fields(sum), { sum * 2 });
/// assert_eq!((sum, product), (10, 20));
/// ```
///
/// expands to what `observe_block! { "sum", profile, log(on = "never"); (1..=4).sum() }` expands to: what it is for is the profile.
/// `log(on = "exit")` brings the line back.
#[proc_macro]
pub fn profile(input: TokenStream) -> TokenStream {
    observe::expand_profile(input.into()).into()
}

/// Reports that something has happened: `instrument!("name", k = v, …)`.
///
/// It makes a line at level `info` with the name as its message, a span without duration, and one more in
/// `observed_events_total{site="name"}`. It has no duration and ends where it stands: to measure what follows, use
/// [`observe_block!`]. Fields are as in `burst_info!`; `crate = path,` and `target: "…",` may stand before the name.
///
/// It is reached as `feagi_observability::macros::instrument!`: at the root, `instrument` is an attribute, and one path cannot name both.
///
/// ```
/// use feagi_observability::macros::instrument;
///
/// let (area, synapses) = ("visual", 12_u64);
/// instrument!("area_grown", %area, synapses, total.before = synapses - 1);
/// instrument!("area_checked");
/// ```
///
/// expands to (simplified)
///
/// ```text
/// {
///     static SITE: Site = …;
///     if let Some(mut event) = Event::open(&SITE, &mut Frame::new()) {
///         event.write(|encoder| { encoder.display(0, &area); encoder.field(1, &synapses); … });
///         event.count(0, &1);
///         event.emit();
///     }
/// }
/// ```
#[proc_macro]
pub fn instrument_event(input: TokenStream) -> TokenStream {
    event::expand_instrument(input.into()).into()
}

/// Instruments a function as `tracing::instrument` does, and adds what our runtime knows of a call: a log line, metrics, an
/// outcome and an example trace for each bucket, all under the id of the span.
///
/// It takes what `tracing::instrument` takes, with the same meaning and defaults, so that code moves over by changing the path. The
/// `tracing` span is the call's only span, whatever the subscriber. Under a subscriber of the host's own, without our runtime, it
/// does what `tracing::instrument` does and no more; compiled out, the function is the plain one, without a span.
///
/// | argument | without it | meaning |
/// |---|---|---|
/// | `"literal"` or `name = "…"`, `name = CONSTANT` | the function's name | the span's name |
/// | `level = "info"`, `Level::INFO`, `LEVEL`, `1` (trace) … `5` (error) | info | the level of span and line |
/// | `target = "…"`, `target = CONSTANT` | the module's path | the target of span and line |
/// | `parent = expr` | what is around | the span's parent, `None` for a trace of its own |
/// | `follows_from = expr` | none | spans that this one comes from without being their child, anything to iterate over |
/// | `skip(a, b)`, `skip_all` | every argument is a field | arguments that are not recorded |
/// | `fields(a, %b, ?c, k = expr, k.d = %expr, { KEY } = expr)` | none | fields besides; `a` alone is empty, for `Span::record` |
/// | `err`, `err(Debug, level = "warn")` | no event | an event for an `Err`, by `Display` at `error` |
/// | `ret`, `ret(Display, level = "debug")` | no event | an event for the value, or for that of `Ok` beside `err`, by `Debug` at the span's level |
/// | `log(on = "error", rate = "10/s")`, `log(on = "never")` | `"exit"`, the configured rate | when the call writes its line, and how often |
/// | `metric`, `metric = "x"`, `metric = false` | `observed_calls_total`, `observed_duration_seconds` | as in [`observe`](macro@observe) |
/// | `profile` | off | CPU samples carry this call's name |
/// | `crate = path` | `::feagi_observability` | where the runtime is |
///
/// Arguments are recorded by `Debug`, numbers, `bool` and texts as they are; a field of an argument's name takes its place. The line
/// carries the span's fields, also those that the body recorded. A call whose span is filtered out, or is another subscriber's, is no
/// span for our runtime: it is counted, and its error is told under the ids of what is around it. An `Err` is the outcome `error` with
/// or without `err`.
///
/// ```
/// use feagi_observability::instrument;
/// use tracing::{Level, Span, field};
///
/// const AREA: &str = "area";
///
/// /// Loads a part of the brain.
/// #[instrument(
///     name = "load", level = Level::DEBUG, target = "brain", skip(secret),
///     fields(rows = field::Empty, size = name.len(), shown = %name, { AREA } = "visual"),
///     err(level = "warn"), ret, metric = "load",
/// )]
/// fn load(name: &str, secret: u64) -> Result<usize, String> {
///     let rows = name.len().checked_sub(1).ok_or("no name")?;
///     Span::current().record("rows", rows);
///     Ok(rows)
/// }
///
/// /// Comes from other calls, without a line and metrics of its own.
/// #[instrument(skip_all, follows_from = causes, log(on = "never"), metric = false)]
/// async fn merge(causes: &[Span]) {}
///
/// /// Stands below a span that was made elsewhere.
/// #[instrument(skip_all, parent = request, log(on = "error"), profile)]
/// fn answer(request: &Span) {}
///
/// assert_eq!(load("v1", 7), Ok(1));
/// assert!(load("", 7).is_err());
/// drop(merge(&[Span::current()]));
/// answer(&Span::none());
/// ```
///
/// It works on functions and methods with a body, sync and async, and on functions that end in an async block, boxed or not, as
/// `#[async_trait]` writes them: there it is the future that is instrumented.
///
/// ```
/// # use std::{future::Future, pin::Pin};
/// # use feagi_observability::instrument;
/// #[instrument(err)]
/// fn read(key: String) -> Pin<Box<dyn Future<Output = Result<u8, String>> + Send>> {
///     Box::pin(async move { key.parse().map_err(|_| format!("`{key}` is no number")) })
/// }
/// ```
///
/// # What it expands to, simplified
///
/// ```text
/// fn load(name: &str, secret: u64) -> Result<usize, String> {
///     static SITE: Site = Site::new(/* name, target, level, file, line, metric, field names */);
///     let span = tracing::span!(target: "brain", Level::DEBUG, "load", name, rows = Empty, size = name.len(), /* … */);
///     let _entered = span.enter();
///     let mut call = Adopted::begin(&SITE, &span); // one relaxed load where our runtime is off
///     let output = (|| -> Result<usize, String> { /* the body */ })();
///     call.finish(|judgement| /* an `Err` is the outcome `error` */);
///     match &output {
///         Ok(value) => tracing::event!(target: "brain", Level::DEBUG, return = ?value),
///         Err(error) => tracing::event!(target: "brain", Level::WARN, error = %error),
///     }
///     output
/// }
/// ```
///
/// # Coming from `tracing::instrument`
///
/// | there | here |
/// |---|---|
/// | `use tracing::instrument` | `use feagi_observability::instrument` |
/// | all its arguments | the same |
/// | an unknown argument is a warning | an error that names the nearest argument |
/// | a second `err`, `ret`, `parent` or `follows_from` wins | an error that names the first |
/// | lines at entry and exit by `with_span_events` | one line at the end with fields, outcome and duration; `log(on = "never")` |
/// | metrics by hand or by a layer | `metric = "x"`; `metric = false` |
/// | an `Err` is seen only with `err` | it is the outcome of span, line and metrics; `err` adds the event |
/// | a body that is looked at stands in a `move` closure | it does not: what it borrows mutably can be returned, and arguments are dropped as before |
/// | futures made by an inner `async fn` (`#[async_trait]` before 0.1.44) are found | they are not: the making of the future is what is instrumented |
#[proc_macro_attribute]
pub fn instrument(arguments: TokenStream, item: TokenStream) -> TokenStream {
    instrument::expand(arguments.into(), item.into()).into()
}

/// What the macros of an event hand their schema and their tokens to.
#[doc(hidden)]
#[proc_macro]
pub fn event(invocation: TokenStream) -> TokenStream {
    event::expand(invocation.into()).into()
}

#[doc = include_str!("../docs/event.md")]
#[proc_macro_derive(Event, attributes(event))]
pub fn event_derive(item: TokenStream) -> TokenStream {
    derive::event::expand(item.into()).into()
}

#[doc = include_str!("../docs/label_value.md")]
#[proc_macro_derive(LabelValue, attributes(label))]
pub fn label_value(item: TokenStream) -> TokenStream {
    derive::label_value::expand(item.into()).into()
}

#[doc = include_str!("../docs/labels.md")]
#[proc_macro_derive(Labels, attributes(label))]
pub fn labels(item: TokenStream) -> TokenStream {
    derive::labels::expand(item.into()).into()
}

#[doc = include_str!("../docs/metrics.md")]
#[proc_macro_derive(Metrics, attributes(metrics, metric))]
pub fn metrics(item: TokenStream) -> TokenStream {
    derive::metrics::expand(item.into()).into()
}
