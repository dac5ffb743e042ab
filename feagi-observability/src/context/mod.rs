//! Who is calling: ids, and the context that a thread is in. Imports no signal.

mod ids;

pub use ids::{SpanId, TraceId};
