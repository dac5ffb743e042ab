//! Metrics and health: what a scrape is made of, and how it is written.

#[cfg(feature = "prometheus")]
mod facade;

mod exposition;
mod family;
mod health;
mod system;

#[cfg(feature = "prometheus")]
pub(crate) use facade::{Facade, FacadeRecorder};

pub(crate) use exposition::{Exposition, Page};
pub(crate) use family::{Exemplar, Family, Histogram, Kind, Label, Series, SeriesValue, Summary, Total};
pub(crate) use health::Health;
pub(crate) use system::families as system_families;

pub use health::{HealthCheck, HealthStatus};
