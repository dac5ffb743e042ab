//! Each body stands twice, plain and annotated. `tests/tests/off.rs` compiles this crate with observability off and
//! compares the machine code of the two; `src/main.rs` prints the sizes of the futures.
//!
//! Invariant: no body can panic, because a panic's source location differs between two copies of one body.

pub mod arguments;
pub mod shapes;

use feagi_observability::macros::instrument as instrument_event;
use feagi_observability::{
    Counter, Event, Gauge, Histogram, Labels, Metrics, burst_info, instrument, observe, observe_block,
    profile,
};

/// A body that stands twice, and the annotation of the second.
#[macro_export]
macro_rules! pair {
    ($(#[$attribute:meta])* $plain:ident, $observed:ident $signature:tt -> $result:ty $body:block) => {
        $crate::pair!(@one [] $plain $signature $result $body);
        $crate::pair!(@one [$(#[$attribute])*] $observed $signature $result $body);
    };
    (@one [$(#[$attribute:meta])*] $name:ident ($($argument:ident: $type:ty),*) $result:ty $body:block) => {
        $(#[$attribute])*
        #[inline(never)]
        #[unsafe(no_mangle)]
        pub fn $name($($argument: $type),*) -> $result $body
    };
}

pair! {
    #[observe]
    plain_sum, observed_sum(values: &[u64]) -> u64 { values.iter().fold(7, |sum, value| sum.rotate_left(3) ^ value) }
}

pair! {
    #[observe(metric = "store", profile, fields(key, len = values.len(), ?values))]
    plain_store, observed_store(values: &mut Vec<u8>, key: u8) -> bool {
        let seen = values.contains(&key);
        if !seen {
            values.push(key);
        }
        seen
    }
}

pair! {
    #[observe(metric = "parse", err)]
    plain_parse, observed_parse(text: &str) -> Result<u32, std::num::ParseIntError> {
        let number: u32 = text.trim().parse()?;
        if number == 13 {
            return Ok(12);
        }
        Ok(number.wrapping_add(1))
    }
}

pair! {
    #[observe(level = "debug", name = "longest")]
    plain_longest, observed_longest(a: String, b: String) -> String { if a.len() >= b.len() { a } else { b } }
}

pair! {
    #[instrument(level = "debug", ret, err(Debug), fields(len = text.len(), empty), follows_from = [None])]
    plain_checked, observed_checked(text: &str, add: u64) -> Result<u64, std::num::ParseIntError> {
        let number: u64 = text.parse()?;
        Ok(number.wrapping_add(add))
    }
}

/// What the event's function looks like without the event.
#[inline(never)]
#[unsafe(no_mangle)]
pub fn plain_event(burst: u64, fired: u64) -> u64 {
    burst.wrapping_add(fired)
}

/// The same with an event.
#[inline(never)]
#[unsafe(no_mangle)]
pub fn observed_event(burst: u64, fired: u64) -> u64 {
    burst_info!(burst_id = burst, neurons_fired = fired, synapses_activated = fired * 20, "burst {burst}");
    burst.wrapping_add(fired)
}

/// A derived event, with a label, metrics and macros.
#[derive(Event)]
#[event(name = "proof", macros)]
struct Proof<'a> {
    burst: u64,
    #[event(gauge, counter, histogram = "proof_sizes")]
    fired: u64,
    #[event(label)]
    even: bool,
    #[event(redact)]
    owner: &'a str,
}

/// What the function with derived events looks like without them.
#[inline(never)]
#[unsafe(no_mangle)]
pub fn plain_derived(burst: u64, fired: u64) -> u64 {
    burst.rotate_left(7) ^ fired
}

/// The same with both ways to report one.
#[inline(never)]
#[unsafe(no_mangle)]
pub fn observed_derived(burst: u64, fired: u64) -> u64 {
    Proof { burst, fired, even: burst.is_multiple_of(2), owner: "o" }.emit();
    proof_warn!(fired = fired * 20, even = fired > 1, owner = "o", counter.spikes = burst, "burst {burst}");
    burst.rotate_left(7) ^ fired
}

#[derive(Labels)]
struct Parity {
    even: bool,
}

#[derive(Metrics)]
struct Handles {
    calls: Counter,
    by_parity: Counter<Parity>,
    level: Gauge<Parity>,
    #[metric(buckets = [1, 10])]
    sizes: Histogram,
}

/// What the function with metrics looks like without them.
#[inline(never)]
#[unsafe(no_mangle)]
pub fn plain_handles(burst: u64, fired: u64) -> u64 {
    burst.rotate_left(5) ^ fired
}

/// The same with metrics.
#[inline(never)]
#[unsafe(no_mangle)]
pub fn observed_handles(burst: u64, fired: u64) -> u64 {
    let (handles, parity) = (Handles::register(), Parity { even: burst.is_multiple_of(2) });
    handles.calls.increment(1);
    handles.by_parity.with(&parity).increment(fired);
    handles.level.with(&parity).add(1.0);
    handles.sizes.record(fired as f64);
    burst.rotate_left(5) ^ fired
}

/// What the block's function looks like without the blocks.
#[inline(never)]
#[unsafe(no_mangle)]
pub fn plain_block(values: &[u64]) -> Option<u64> {
    let mut sum = 0_u64;
    for value in values {
        let half = {
            if *value == 7 {
                continue;
            }
            value.checked_sub(1)? / 2
        };
        sum = sum.rotate_left(3) ^ half;
    }
    Some(sum)
}

/// The same with blocks, and an event by name.
#[inline(never)]
#[unsafe(no_mangle)]
pub fn observed_block(values: &[u64]) -> Option<u64> {
    let mut sum = 0_u64;
    for value in values {
        let half = observe_block! { name = "halve", metric = "halve", profile, fields(value, twice = value * 2);
            if *value == 7 {
                continue;
            }
            value.checked_sub(1)? / 2
        };
        instrument_event!("halved", half, ?values);
        sum = profile!("mix", { sum.rotate_left(3) ^ half });
    }
    Some(sum)
}

/// An annotated future holds no byte more than a plain one.
pub mod futures {
    use super::{instrument, observe};
    use std::future::Ready;

    /// A future with state over an await.
    pub async fn plain(text: String, step: Ready<u64>) -> u64 {
        let length = text.len() as u64;
        step.await + length
    }

    /// The same, annotated.
    #[observe(metric = "waits", profile, fields(text, len = text.len()))]
    pub async fn observed(text: String, step: Ready<u64>) -> u64 {
        let length = text.len() as u64;
        step.await + length
    }

    /// A future made by hand, which does not keep `text`.
    pub fn plain_made(text: &str, step: Ready<u64>) -> impl Future<Output = u64> + use<> {
        let length = text.len() as u64;
        async move { step.await + length }
    }

    /// The same, annotated.
    #[observe(metric = "waits_made", profile, fields(len = text.len()))]
    pub fn observed_made(text: &'static str, step: Ready<u64>) -> impl Future<Output = u64> + use<> {
        let length = text.len() as u64;
        async move { step.await + length }
    }

    /// A future that can fail.
    pub async fn plain_fallible(text: String, step: Ready<Result<u64, String>>) -> Result<u64, String> {
        let value = step.await?;
        Ok(value + text.len() as u64)
    }

    /// The same, annotated.
    #[observe(err)]
    pub async fn observed_fallible(text: String, step: Ready<Result<u64, String>>) -> Result<u64, String> {
        let value = step.await?;
        Ok(value + text.len() as u64)
    }

    /// The same, annotated as for `tracing`.
    #[instrument(ret, err)]
    pub async fn instrumented_fallible(
        text: String,
        step: Ready<Result<u64, String>>,
    ) -> Result<u64, String> {
        let value = step.await?;
        Ok(value + text.len() as u64)
    }
}
