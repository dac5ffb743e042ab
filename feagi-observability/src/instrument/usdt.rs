//! Static probes for tracers from outside: bpftrace, perf, SystemTap.
//!
//! Two probes of the provider `feagi_observability`, in the format of `<sys/sdt.h>`: a note in the program says where they are, and a
//! tracer puts its breakpoint there. Each has a semaphore, which the tracer raises: until then a call reads one number and branches.
//!
//! * `enter`: place and length of the site's name, the lower half of the trace id, the span id, the upper half of the trace id.
//! * `exit`: the first four as well, the outcome (0 ok, 1 error, 2 panic, 3 cancelled), the duration in nanoseconds.
//!
//! Six arguments each at most: bpftrace reads no more.

use super::outcome::Outcome;
use crate::context::Context;

/// A call has begun.
#[inline(always)]
pub(super) fn enter(context: &Context) {
    probe::probe_lazy!(
        feagi_observability,
        enter,
        context.name.get().as_ptr(),
        context.name.get().len(),
        context.trace_id.low,
        context.span_id.0,
        context.trace_id.high
    );
}

/// It has ended.
#[inline(always)]
pub(super) fn exit(context: &Context, outcome: Outcome, duration: u64) {
    probe::probe_lazy!(
        feagi_observability,
        exit,
        context.name.get().as_ptr(),
        context.name.get().len(),
        context.trace_id.low,
        context.span_id.0,
        outcome as u8,
        duration
    );
}
