//! One burst: stimulate, let the engine compute, read out.

use crate::connectome::{Connectome, FAN_OUT, FIRST_WIRED, MOTOR, Npu, STIMULUS};
use crate::phases::Phases;
use feagi_npu_burst_engine::BurstResult;
use feagi_npu_neural::types::{NeuronId, Result};
use feagi_observability::{burst_info, observe};
use feagi_observability_examples::digest::FiredDigest;
use feagi_observability_examples::rng::Rng;
use feagi_observability_examples::summary::Totals;
use std::ops::Range;

const STIMULUS_SEED: u64 = 0x5EED_0001;

/// A brain, what it is shown, and the record of what it did.
pub(crate) struct Session {
    engine: Engine,
    stimulus: Stimulus,
    pub(crate) digest: FiredDigest,
}

/// What came of one burst.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    /// The engine's number of the burst; the first is 1.
    pub(crate) burst: u64,
    pub(crate) counts: Totals,
}

/// How a burst is computed; both ways fire the same neurons.
enum Engine {
    /// By the engine, in one call.
    Whole(Box<Npu>),
    /// Phase by phase, from the engine's parts.
    Phased(Box<Phases>),
}

impl Session {
    /// Stimulates one in a hundred of all neurons in each burst, and at least one.
    pub(crate) fn new(connectome: Connectome, phased: bool) -> Result<Self> {
        let stimulated = (connectome.neurons / 100).max(1);
        let stimulus = Stimulus::new(connectome.sensory.clone(), stimulated);
        let engine = if phased {
            Engine::Phased(Box::new(Phases::of(connectome)?))
        } else {
            Engine::Whole(Box::new(connectome.npu))
        };
        Ok(Session { engine, stimulus, digest: FiredDigest::default() })
    }

    /// One burst of the simulation.
    #[observe(name = "burst", metric = "feagi_burst", profile)]
    pub(crate) fn burst(&mut self) -> Result<Outcome> {
        let stimulus = self.stimulus.draw();
        let result = match &mut self.engine {
            Engine::Whole(npu) => {
                inject(npu, stimulus);
                process(npu)?
            }
            Engine::Phased(phases) => {
                phases.stage(stimulus);
                phases.process()?
            }
        };
        let outcome = read_out(&result, &mut self.digest);
        burst_info!(
            burst_id = outcome.burst,
            neurons_fired = outcome.counts.neurons_fired,
            synapses_activated = outcome.counts.synapses_activated,
        );
        Ok(outcome)
    }
}

/// Stages the stimulus, as an agent's camera would.
#[observe(fields(neurons = stimulus.len()))]
fn inject(npu: &mut Npu, stimulus: &[(NeuronId, f32)]) {
    npu.inject_sensory_with_potentials(stimulus);
}

/// The engine's own burst: injection, dynamics, propagation, archive.
#[observe(profile)]
fn process(npu: &Npu) -> Result<BurstResult> {
    npu.process_burst()
}

/// Takes what an agent's motors would take, and records what fired.
#[observe]
fn read_out(result: &BurstResult, digest: &mut FiredDigest) -> Outcome {
    let mut fired: Vec<u32> = result.fired_neurons.iter().map(|neuron| neuron.0).collect();
    digest.burst(result.burst, &mut fired);
    // The engine does not report this number, but every wired neuron has the same number of synapses.
    let wired = fired.iter().filter(|id| **id >= FIRST_WIRED).count() as u64;
    let motor = result.fire_queue_sample.as_ref().and_then(|areas| areas.get(&MOTOR));
    let counts = Totals {
        neurons_fired: result.neuron_count as u64,
        motor_neurons_fired: motor.map_or(0, |(ids, ..)| ids.len() as u64),
        synapses_activated: wired * u64::from(FAN_OUT),
        neurons_reached: result.synaptic_injections as u64,
        neurons_computed: result.neurons_processed as u64,
        neurons_refractory: result.neurons_in_refractory as u64,
    };
    Outcome { burst: result.burst, counts }
}

/// The same stimuli in every run.
struct Stimulus {
    rng: Rng,
    sensory: Range<u32>,
    chosen: Vec<(NeuronId, f32)>,
}

impl Stimulus {
    fn new(sensory: Range<u32>, count: usize) -> Self {
        let chosen = vec![(NeuronId(sensory.start), STIMULUS); count];
        Stimulus { rng: Rng::new(STIMULUS_SEED), sensory, chosen }
    }

    /// Chooses the neurons of the next burst; one may be chosen twice.
    fn draw(&mut self) -> &[(NeuronId, f32)] {
        for (neuron, _) in &mut self.chosen {
            neuron.0 = self.sensory.start + self.rng.below(self.sensory.len() as u32);
        }
        &self.chosen
    }
}
