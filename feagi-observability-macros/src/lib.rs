//! The macros of `feagi-observability`: entry points only.
//!
//! Each macro reads its tokens (`args`), decides what they mean (`model`, `schema`), looks for mistakes (`check`) and writes
//! one call into the runtime's `__private` module (`tokens`). Whether that call does anything is decided there: this crate has
//! no features and emits the same tokens always.
//!
//! Invariant: an expansion is static facts, one runtime call and the user's own tokens with their spans.

#![forbid(unsafe_code)]

mod argument;
mod buckets;
mod case;
mod derive;
mod docs;
mod duration;
mod errors;
mod event;
mod facts;
mod fallback;
mod field;
mod labels;
mod level;
mod metric_name;
mod names;
mod observe;
mod pieces;
mod runtime_path;
mod slot;
#[cfg(test)]
mod snapshot;
mod unit;

use level::Level;
use proc_macro::TokenStream;

/// Observes a function: one span, one log line when it ends, a call counter and a duration histogram under one id.
///
/// It works on functions and methods with a body, sync and async, and changes nothing else about them; and on `impl` blocks,
/// traits and inline modules, for [all functions in them](#on-many-functions-at-once).
///
/// | argument | without it | meaning |
/// |---|---|---|
/// | `"literal"` or `name = "…"` | `Type::method`, `module::function` | the span's name |
/// | `level = "info"`, `Level::INFO`, `1` (trace) … `5` (error) | info | severity of the line |
/// | `target = "…"` | the module's path | the log target |
/// | `fields(a, %b, ?c, k = expr, k = %expr)` | none | recorded at entry: as it is, by `Display`, by `Debug` |
/// | `metric` | `observed_calls_total`, `observed_duration_seconds` | these shared families |
/// | `metric = "x"` | | `x_calls_total` and `x_duration_seconds` |
/// | `metric = false` | | no metric |
/// | `help = "…"` | the first line of the documentation | the metrics' HELP text |
/// | `profile` | off | CPU samples carry this call's name |
/// | `err` | on where the return type's name ends in `Result` | an `Err` is the outcome `error` and is recorded |
/// | `crate = path` | `::feagi_observability` | where the runtime is |
/// | `skip` | | leaves one item out of an observed `impl` block, trait or module |
///
/// An argument by value that the body moves only on some paths may be dropped when the body ends, before the other arguments.
///
/// ```
/// use feagi_observability::observe;
///
/// /// Runs one burst.
/// #[observe(metric = "burst", level = "debug", fields(neurons, engine = %name))]
/// fn run(neurons: u64, name: &str) -> Result<u64, String> {
///     neurons.checked_mul(2).ok_or_else(|| format!("{name}: too many neurons"))
/// }
///
/// assert_eq!(run(21, "cpu"), Ok(42));
/// ```
///
/// # On many functions at once
///
/// On an `impl` block, a trait or an inline module it puts itself, with its arguments, on each function with a body; in a module
/// also on those in its `impl` blocks, traits and inline modules. It takes what can hold for many functions: `level`, `target`,
/// `metric` (bare or `= false`), `profile`, `err` (which goes to functions whose return type's name ends in `Result`) and `crate`.
/// In a module, a relative `crate = path` is looked up where the function stands.
///
/// Left out: what says `#[observe(skip)]`; what has an `#[observe(…)]` or `#[instrument]` of its own, which it keeps, also one
/// in a `cfg_attr`; `const fn`; `#[inline(always)]` functions, which are too small to be timed; tests and `#[cfg(test)]` modules;
/// and what macros in it define.
///
/// ```
/// use feagi_observability::observe;
///
/// struct Npu { bursts: u64 }
///
/// #[observe(level = "debug", err)]
/// impl Npu {
///     fn burst(&mut self) -> Result<u64, String> {
///         self.bursts += 1;
///         Ok(self.bursts)
///     }
///     #[observe(metric = "npu_reset")]
///     fn reset(&mut self) {
///         self.bursts = 0;
///     }
///     #[observe(skip)]
///     fn bursts(&self) -> u64 {
///         self.bursts
///     }
/// }
///
/// let mut npu = Npu { bursts: 0 };
/// assert_eq!(npu.burst(), Ok(1));
/// npu.reset();
/// assert_eq!(npu.bursts(), 0);
/// ```
///
/// expands to (simplified)
///
/// ```text
/// impl Npu {
///     #[::feagi_observability::observe(level = "debug", err)]
///     fn burst(&mut self) -> Result<u64, String> { … }
///     #[observe(metric = "npu_reset")]
///     fn reset(&mut self) { … }
///     fn bursts(&self) -> u64 { … }
/// }
/// ```
///
/// # Functions that return a future by hand
///
/// Where a function's value is an `async` block, as it is (`-> impl Future`) or in `Box::pin(…)`, `Pin::from(Box::new(…))` or with
/// `.boxed()`, the future is observed and not its making: from its first poll to its end, or to its drop. `#[async_trait]` writes such
/// functions; it may stand above or below `#[observe]` on the same `impl` block, or above one on a method.
///
/// - Fields are taken in the block, on the first poll: it then holds what they name, as if its code used it. They must be in scope
///   outside of it: under `#[async_trait]`, a destructured parameter is not.
/// - Statements before the block run when the function is called, unobserved, and so do early returns.
/// - The outcome is judged by `T` of `Pin<Box<dyn Future<Output = T>>>`, `impl Future<Output = T>`, `BoxFuture<'_, T>` or
///   `LocalBoxFuture<'_, T>`; behind another alias only `err` makes an error of it.
///
/// ```
/// use feagi_observability::observe;
/// use std::{future::Future, pin::Pin};
///
/// #[observe(fields(path))]
/// fn load(path: &str) -> Pin<Box<dyn Future<Output = Result<usize, String>> + Send + '_>> {
///     Box::pin(async move { if path.is_empty() { Err("no path".to_owned()) } else { Ok(path.len()) } })
/// }
/// # let mut task = std::task::Context::from_waker(std::task::Waker::noop());
/// # assert_eq!(load("ab").as_mut().poll(&mut task), std::task::Poll::Ready(Ok(2)));
/// ```
///
/// expands to (simplified)
///
/// ```text
/// fn load(path: &str) -> Pin<Box<dyn Future<Output = Result<usize, String>> + Send + '_>> {
///     Box::pin(async move {
///         static SITE: Site = …;
///         let mut frame = Frame::new();
///         let pending = Pending::begin(&SITE, &mut frame, |encoder| encoder.field(0, &path));
///         observe_future(pending, async move { … }, judge_result).await
///     })
/// }
/// ```
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
/// seen; it makes the future `!Send`, and work of other tasks on that thread may be taken for the block's.
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
///         fired = observe_block! { name = "burst", metric = "burst", profile, fields(stimulus);
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
/// It is counted and timed under `observed_calls_total` and `observed_duration_seconds`, has a span and an exit line, and takes the
/// further arguments of [`observe_block!`] between the name and the block.
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
/// [`observe_block!`]. Fields are as in [`burst_info!`]; `crate = path,` and `target: "…",` may stand before the name.
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

/// Reports a burst at level `info`: one log line, one span, and the burst metrics.
///
/// The grammar is that of `tracing::info!`: `target: "…"` first, then fields (`a`, `%a`, `?a`, `k = v`, `k = %v`, dotted
/// keys, keys as string literals), the message with its arguments last. `crate = path,` before all names a renamed runtime.
///
/// | field | becomes |
/// |---|---|
/// | none needed | counter `feagi_burst_total`, one a report |
/// | `burst_id` | a field |
/// | `neurons_fired` | gauge `feagi_neurons_fired`, counter `feagi_burst_neurons_fired_total` |
/// | `synapses_activated` | gauge `feagi_synapses_activated`, counter `feagi_burst_synapses_activated_total` |
/// | any other | a field |
///
/// ```
/// let (fired, area) = (1000_u64, "visual");
/// feagi_observability::burst_info!(burst_id = 42, neurons_fired = fired, synapses_activated = 5000, %area);
/// feagi_observability::burst_info!(burst_id = 43, neurons_fired = fired, "burst in {area}");
/// ```
#[proc_macro]
pub fn burst_info(input: TokenStream) -> TokenStream {
    event::expand(&event::BURST, Level::Info, input.into()).into()
}

/// Reports a burst at level `trace`; see [`burst_info!`].
#[proc_macro]
pub fn burst_trace(input: TokenStream) -> TokenStream {
    event::expand(&event::BURST, Level::Trace, input.into()).into()
}

/// Reports a burst at level `debug`; see [`burst_info!`].
#[proc_macro]
pub fn burst_debug(input: TokenStream) -> TokenStream {
    event::expand(&event::BURST, Level::Debug, input.into()).into()
}

/// Reports a burst at level `warn`; see [`burst_info!`].
#[proc_macro]
pub fn burst_warn(input: TokenStream) -> TokenStream {
    event::expand(&event::BURST, Level::Warn, input.into()).into()
}

/// Reports a burst at level `error`; see [`burst_info!`].
#[proc_macro]
pub fn burst_error(input: TokenStream) -> TokenStream {
    event::expand(&event::BURST, Level::Error, input.into()).into()
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
