//! Genomes that are loaded and what grows from them.

use feagi_observability_macros::Event;
use std::time::Duration;

/// Genomes handled.
#[doc = include_str!("../../docs/events/genome.md")]
#[derive(Event)]
#[event(
    name = "genome",
    metric = "feagi_genome",
    target = "feagi.genome",
    message = "Genome handled",
    macros(export),
    crate = crate
)]
struct Genome {
    genome_id: u64,
    /// Cortical areas.
    #[event(gauge = "feagi_cortical_areas")]
    cortical_areas: u64,
    /// Neurons in the connectome.
    #[event(gauge = "feagi_connectome_neurons")]
    neurons: u64,
    /// Synapses in the connectome.
    #[event(gauge = "feagi_connectome_synapses")]
    synapses: u64,
    /// Time that loading a genome took.
    #[event(
        histogram = "feagi_genome_load_duration_seconds",
        unit = "seconds",
        buckets = [0.1, 0.5, 1, 5, 10, 30, 60]
    )]
    duration: Duration,
}
