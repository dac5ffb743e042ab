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
