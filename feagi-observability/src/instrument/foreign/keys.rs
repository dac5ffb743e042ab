//! Which key a subscriber's span has. Under our own subscriber a span's `Id` is its key; under a host's, where `Id`s are the host's,
//! our layer has put the key beside the span.

use std::sync::OnceLock;
use tracing_core::Dispatch;
use tracing_core::span::Id;

/// The key of a span that is not recorded.
pub(crate) const NO_SPAN: u64 = u64::MAX;

/// What a subscriber of ours, or one with a layer of ours, is asked for.
#[derive(Clone, Copy)]
pub(crate) struct SpanKeys {
    /// Finds the key of a subscriber's span, if it has one; `None` where `Id`s are keys.
    pub(crate) key: Option<fn(&Dispatch, &Id) -> Option<u64>>,
}

/// Of subscribers that cannot be asked: a layer that was put in by `tracing_subscriber::reload` does not show.
static HIDDEN: OnceLock<SpanKeys> = OnceLock::new();

/// Lets spans of subscribers that do not show our layer be looked for in this way; the first one stays.
pub(crate) fn remember_keys(keys: SpanKeys) {
    let _ = HIDDEN.set(keys);
}

/// The key of a span.
#[inline]
pub(super) fn key_of(span: &tracing::Span) -> Option<u64> {
    span.with_subscriber(|(id, of)| {
        let keys = of.downcast_ref::<SpanKeys>().or_else(|| HIDDEN.get())?;
        match keys.key {
            None => Some(id.into_u64()),
            Some(key) => key(of, id),
        }
    })?
}
