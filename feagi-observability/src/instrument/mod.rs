//! The instrumented call: site, scope, record, ring. Imports `context`; knows no signal.

mod level;
mod outcome;
mod site;
mod value;

pub use level::Level;
pub use outcome::Outcome;
pub use site::{InstrumentFacts, InstrumentKind, MetricFacts, Site, SiteFacts};
pub use value::{Encoder, Field};
pub(crate) use value::{Fields, Keys, Value};
