//! The instrumented call: site, scope, record, ring. Imports `context`; knows no signal.
//!
//! Receives calls from the macros' expansions, gives records to the collector and counts to the meters.

#[cfg_attr(
    not(all(target_os = "linux", target_arch = "x86_64", feature = "profiling")),
    allow(dead_code, unused_imports, reason = "only the heap profile has blocks sampled")
)]
pub(crate) mod alloc;
mod allocating;
mod block;
mod call;
pub(crate) mod clock;
#[cfg(feature = "prometheus")]
pub(crate) mod dynamic;
#[cfg(not(feature = "prometheus"))]
#[path = "dynamic_absent.rs"]
pub(crate) mod dynamic;
mod event;
mod extras;
mod facts;
mod fields;
pub(crate) mod foreign;
mod frame;
mod future;
pub(crate) mod histogram;
mod judged;
mod judgement;
pub(crate) mod label;
pub(crate) mod ladder;
mod level;
#[cfg(all(feature = "enabled", not(feagi_observability_off), target_os = "linux", not(miri)))]
mod listed;
#[cfg(not(all(feature = "enabled", not(feagi_observability_off), target_os = "linux", not(miri))))]
#[path = "unlisted.rs"]
mod listed;
pub(crate) mod lost;
mod measure;
#[cfg(all(test, feagi_observability_model))]
pub(crate) mod models;
mod name;
mod opening;
mod outcome;
#[cfg_attr(not(feature = "tower"), allow(dead_code, reason = "only requests begin outside of functions"))]
mod owned;
pub(crate) mod pace;
mod polls;
pub mod probe;
pub(crate) mod record;
#[cfg_attr(
    any(not(feature = "enabled"), feagi_observability_off, feagi_observability_off = "metrics"),
    allow(dead_code, reason = "off has no handles, on whose page it is shown")
)]
pub(crate) mod refused;
pub(crate) mod registry;
pub(crate) mod ring;
mod sampled;
mod scope;
pub(crate) mod shard;
pub(crate) mod site;
mod thread;
#[cfg(feature = "usdt")]
mod usdt;
#[cfg(not(feature = "usdt"))]
#[path = "usdt_absent.rs"]
mod usdt;
mod value;
pub(crate) mod wake;

/// Bytes a thread can have waiting: about 3,000 calls with one field. A power of two.
#[cfg(not(all(test, feagi_observability_model)))]
const RING_BYTES: u64 = 256 * 1024;
/// So few that a model sees rings that are full, and that begin anew.
#[cfg(all(test, feagi_observability_model))]
const RING_BYTES: u64 = 512;

/// Whether allocations can be counted: the macros ask for it, and it is a part of the profile.
const IS_ON: bool = cfg!(feature = "enabled") && crate::context::compiled::PROFILE;

pub use allocating::{Allocating, Allocations};
pub use block::{BlockScope, SampledBlockScope};
pub use event::Event;
pub use facts::{
    Dynamic, InstrumentFacts, InstrumentKind, LogWhen, MetricFacts, Rate, SiteFacts, Slo, SpanKind,
};
pub use foreign::{Adopted, AdoptedFuture, adopt_future};
pub use frame::{Frame, frame_bytes};
pub use future::{Observed, Pending, observe_allocating, observe_future};
pub use judgement::Judgement;
pub use label::{LabelValue, Labels, count_series, label_part, number_series};
pub use level::Level;
pub use measure::Measure;
pub use opening::{Dimensions, Opening, Parent};
pub use outcome::Outcome;
pub use sampled::{SampledScope, Started, Starting};
pub use scope::Scope;
pub use site::Site;
pub use value::{Encoder, Field};

pub(crate) use fields::{Fields, Keys, Value};
pub(crate) use listed::listed_sites;
#[cfg(feature = "tower")]
pub(crate) use owned::{Owned, OwnedCall};
pub(crate) use site::{SiteLive, signals};
pub(crate) use thread::{ThreadInfo, slot};
#[cfg(test)]
pub(crate) use value::LINK_KEY;
#[cfg(test)]
pub(crate) use value::REQUEST_ID_KEY;
pub(crate) use value::{FIRST_RESERVED_KEY, MESSAGE_KEY, TARGET_KEY};
