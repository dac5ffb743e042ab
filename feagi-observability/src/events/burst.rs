//! Bursts of the simulation.

use feagi_observability_macros::Event;
use std::time::Duration;

/// Bursts executed.
#[doc = include_str!("../../docs/events/burst.md")]
#[derive(Event)]
#[event(
    name = "burst",
    metric = "feagi_burst",
    target = "feagi.burst",
    message = "Burst executed",
    macros(export),
    crate = crate
)]
struct Burst {
    burst_id: u64,
    /// Neurons fired.
    #[event(gauge = "feagi_neurons_fired", counter)]
    neurons_fired: u64,
    /// Synapses activated.
    #[event(gauge = "feagi_synapses_activated", counter)]
    synapses_activated: u64,
    /// Time that a burst took.
    #[event(histogram, unit = "seconds", buckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1])]
    duration: Duration,
}
