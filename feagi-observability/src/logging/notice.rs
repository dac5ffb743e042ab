//! Lines of our own, for what happens before anybody could hear `tracing`: they go straight to the ring.

use crate::context::compiled;
use crate::instrument::foreign::{self, Parent};
use tracing_core::callsite::DefaultCallsite;
use tracing_core::{Kind, Level, Metadata};

static CALLSITE: DefaultCallsite = DefaultCallsite::new(&METADATA);
static METADATA: Metadata<'static> = tracing_core::metadata! {
    name: "warning",
    target: "feagi_observability",
    level: Level::WARN,
    fields: &["message"],
    callsite: &CALLSITE,
    kind: Kind::EVENT,
};

/// Writes a line at level WARN.
pub(crate) fn warn(text: &str) {
    if compiled::LOG {
        foreign::log(&METADATA, Parent::Root, |encoder| encoder.message(format_args!("{text}")));
    }
}
