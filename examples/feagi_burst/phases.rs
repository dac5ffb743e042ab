//! The same burst, one phase at a time, from the engine's own public parts.
//!
//! `RustNPU::process_burst` is one call, so from outside it is one duration. Its phases are public functions of the
//! engine, though: called in its order on the same brain they fire the same neurons (the digest shows it), and each
//! can be observed. Left out is what this brain has none of: memory neurons, plasticity, modulators, fatigue.

use crate::connectome::{Connectome, FIRE_LEDGER_WINDOW, POWER};
use ahash::{AHashMap, AHashSet};
use feagi_npu_burst_engine::{
    BurstResult, DelayedPropagationResult, DynamicsResult, FireLedger, FireQueue, SynapticArrivalSchedule,
    SynapticPropagationEngine, finish_burst_refractory_period, process_neural_dynamics,
};
use feagi_npu_neural::types::connectome::{SerializableNeuronArray, SerializableSynapseArray};
use feagi_npu_neural::types::{FeagiError, FireCandidateList, NeuronId, Result};
use feagi_npu_runtime::{NeuronStorage, StdNeuronArray, StdSynapseArray, SynapseStorage};
use feagi_observability::observe;
use feagi_structures::genomic::cortical_area::CorticalID;

/// A brain taken apart.
pub(crate) struct Phases {
    neurons: StdNeuronArray<f32>,
    synapses: StdSynapseArray,
    propagation: SynapticPropagationEngine,
    arrivals: SynapticArrivalSchedule,
    candidates: FireCandidateList,
    ledger: FireLedger,
    staged: Vec<(NeuronId, f32)>,
    power: f32,
    burst: u64,
}

impl Phases {
    /// Takes a brain apart that has not run yet.
    pub(crate) fn of(connectome: Connectome) -> Result<Self> {
        let brain = connectome.npu.export_connectome();
        let areas: AHashMap<u32, CorticalID> = brain
            .cortical_area_names
            .iter()
            .filter_map(|(area, name)| Some((*area, CorticalID::try_from_base_64(name).ok()?)))
            .collect();
        let neurons = neurons(&brain.neurons)?;
        let synapses = synapses(&brain.synapses)?;
        let propagation = propagation(&areas, &brain.neurons, &synapses);
        let mut ledger = FireLedger::new(FIRE_LEDGER_WINDOW);
        for (area, window) in connectome.npu.get_all_fire_ledger_configs() {
            ledger.track_area(area, window).map_err(|e| FeagiError::RuntimeError(e.to_string()))?;
        }
        Ok(Phases {
            neurons,
            synapses,
            propagation,
            arrivals: SynapticArrivalSchedule::default(),
            candidates: FireCandidateList::new(),
            ledger,
            staged: Vec::new(),
            power: brain.power_amount,
            burst: brain.burst_count,
        })
    }

    /// Stages the stimulus of the next burst.
    pub(crate) fn stage(&mut self, stimulus: &[(NeuronId, f32)]) {
        self.staged.extend_from_slice(stimulus);
    }

    /// Runs one burst, in the order of `RustNPU::process_burst`.
    #[observe(profile)]
    pub(crate) fn process(&mut self) -> Result<BurstResult> {
        self.burst += 1;
        let reached = self.inject();
        let dynamics = self.compute()?;
        self.recover(&dynamics.fire_queue);
        let delayed = self.propagate(&dynamics.fire_queue)?;
        self.schedule(&delayed);
        self.archive(&dynamics.fire_queue)?;
        Ok(self.result(reached, dynamics))
    }

    /// Collects what arrives in this burst: from synapses, from outside, from the power neuron.
    #[observe]
    fn inject(&mut self) -> usize {
        self.candidates.clear();
        let mut associative = AHashMap::new();
        self.arrivals.drain_into_phase1(self.burst, &mut self.candidates, &mut associative);
        let reached = self.candidates.len();
        for (neuron, potential) in self.staged.drain(..) {
            self.candidates.add_candidate(neuron, potential);
        }
        self.candidates.add_candidate(POWER, self.power);
        reached
    }

    /// Which of the neurons that got something fire.
    #[observe(profile)]
    fn compute(&mut self) -> Result<DynamicsResult> {
        let mut no_memory = AHashMap::new();
        process_neural_dynamics(
            &self.candidates,
            None,
            None,
            None,
            &mut no_memory,
            None,
            &mut self.neurons,
            self.burst,
        )
    }

    /// One step of recovery for every neuron that did not fire: a walk over the whole brain.
    #[observe(profile)]
    fn recover(&mut self, fired: &FireQueue) {
        let fired: AHashSet<u32> = fired.get_all_neuron_ids().iter().map(|neuron| neuron.0).collect();
        finish_burst_refractory_period(&mut self.neurons, &fired);
    }

    /// What the neurons that fired send to others; runs on all cores.
    #[observe(profile)]
    fn propagate(&mut self, fired: &FireQueue) -> Result<DelayedPropagationResult> {
        let firing = fired.neurons_by_area.values().flatten();
        let potentials =
            firing.map(|neuron| (neuron.neuron_id, neuron.membrane_potential.max(0.0))).collect();
        self.propagation.propagate_delayed(&fired.get_all_neuron_ids(), &self.synapses, &potentials)
    }

    /// Puts it into the bursts in which it will arrive.
    #[observe]
    fn schedule(&mut self, delayed: &DelayedPropagationResult) {
        self.arrivals.schedule_from_delayed_propagation(
            self.burst,
            &delayed.fcl_by_delay,
            &delayed.memory_associative_by_delay,
        );
    }

    /// Keeps what fired for plasticity to look back on.
    #[observe]
    fn archive(&mut self, fired: &FireQueue) -> Result<()> {
        let archived = self.ledger.archive_burst(self.burst, &fired.clone_for_stdp_fire_ledger());
        archived.map_err(|e| FeagiError::RuntimeError(format!("the fire ledger refused the burst: {e}")))
    }

    fn result(&self, reached: usize, dynamics: DynamicsResult) -> BurstResult {
        let areas = dynamics.fire_queue.neurons_by_area.iter();
        let sample = areas.map(|(area, firing)| {
            let column =
                |of: fn(&feagi_npu_burst_engine::FiringNeuron) -> u32| firing.iter().map(of).collect();
            let potentials = firing.iter().map(|neuron| neuron.membrane_potential).collect();
            (
                *area,
                (column(|n| n.neuron_id.0), column(|n| n.x), column(|n| n.y), column(|n| n.z), potentials),
            )
        });
        let fired_neurons = dynamics.fire_queue.get_all_neuron_ids();
        BurstResult {
            fire_queue_sample: Some(sample.collect()),
            neuron_count: fired_neurons.len(),
            fired_neurons,
            burst: self.burst,
            power_injections: 1,
            synaptic_injections: reached,
            neurons_processed: dynamics.neurons_processed,
            neurons_in_refractory: dynamics.neurons_in_refractory,
        }
    }
}

fn neurons(from: &SerializableNeuronArray) -> Result<StdNeuronArray<f32>> {
    let mut neurons = StdNeuronArray::new(from.count);
    let axis = |axis| from.coordinates.iter().skip(axis).step_by(3).copied().collect::<Vec<u32>>();
    let added = neurons.add_neurons_batch(
        &from.thresholds,
        &from.threshold_limits,
        &from.leak_coefficients,
        &from.resting_potentials,
        &from.neuron_types,
        &from.refractory_periods,
        &from.excitabilities,
        &from.consecutive_fire_limits,
        &from.snooze_periods,
        &from.mp_charge_accumulation,
        &from.cortical_areas,
        &axis(0),
        &axis(1),
        &axis(2),
    );
    added.map(|()| neurons).map_err(|e| FeagiError::RuntimeError(e.to_string()))
}

fn synapses(from: &SerializableSynapseArray) -> Result<StdSynapseArray> {
    let mut synapses = StdSynapseArray::new(from.count);
    let added = synapses.add_synapses_batch(
        &from.source_neurons,
        &from.target_neurons,
        &from.weights,
        &from.postsynaptic_potentials,
        &from.types,
        Some(&from.edge_flags),
        &from.delay_bursts,
    );
    added.map(|()| synapses).map_err(|e| FeagiError::RuntimeError(e.to_string()))
}

fn propagation(
    areas: &AHashMap<u32, CorticalID>,
    neurons: &SerializableNeuronArray,
    synapses: &StdSynapseArray,
) -> SynapticPropagationEngine {
    let mut propagation = SynapticPropagationEngine::new();
    let place = |(id, area)| Some((NeuronId(id), *areas.get(area)?));
    propagation.set_neuron_mapping((0..).zip(&neurons.cortical_areas).filter_map(place).collect());
    for area in areas.values() {
        propagation.set_psp_uniform_distribution_flag(*area, true);
        propagation.set_mp_driven_psp_flag(*area, false);
    }
    propagation.build_synapse_index(synapses);
    propagation
}
