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

use proc_macro::TokenStream;

/// Observes a function: one span, one log line when it ends, a call counter and a duration histogram under one id.
///
/// It works on functions and methods with a body, sync and async, and changes nothing else about them.
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
#[proc_macro_attribute]
pub fn observe(arguments: TokenStream, item: TokenStream) -> TokenStream {
    observe::expand(arguments.into(), item.into()).into()
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
