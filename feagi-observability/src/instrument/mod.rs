//! The instrumented call: site, scope, record, ring. Imports `context`; knows no signal.
//!
//! Receives calls from the macros' expansions, gives records to the collector and counts to the meters.

mod call;
pub(crate) mod clock;
mod event;
mod fields;
pub(crate) mod foreign;
mod frame;
mod future;
pub(crate) mod label;
mod level;
pub(crate) mod lost;
mod measure;
mod name;
mod outcome;
pub mod probe;
pub(crate) mod record;
pub(crate) mod registry;
pub(crate) mod ring;
mod scope;
pub(crate) mod shard;
mod site;
mod thread;
mod value;
pub(crate) mod wake;

pub use call::Judgement;
pub use event::Event;
pub use foreign::{Adopted, AdoptedFuture, adopt_future};
pub use frame::{Frame, frame_bytes};
pub use future::{Observed, Pending, observe_future};
pub use label::{LabelValue, Labels};
pub use level::Level;
pub use measure::Measure;
pub use outcome::Outcome;
pub use scope::Scope;
pub use site::{InstrumentFacts, InstrumentKind, LogWhen, MetricFacts, Site, SiteFacts};
pub use value::{Encoder, Field};

pub(crate) use fields::{Fields, Keys, Value};
pub(crate) use site::{SiteLive, signals};
pub(crate) use thread::ThreadInfo;
pub(crate) use value::{LINK_KEY, MESSAGE_KEY, TARGET_KEY};
