//! The brain: three cortical areas, wired at random but the same in every run.
//!
//! Half of the neurons sense, four tenths associate, one tenth acts. Every neuron has [`FAN_OUT`] synapses onto the
//! associating and acting ones, one in five inhibitory, with delays of one to three bursts.

use feagi_npu_burst_engine::RustNPU;
use feagi_npu_burst_engine::backend::CPUBackend;
use feagi_npu_neural::SynapseType;
use feagi_npu_neural::types::{NeuronId, Result, SynapticPsp, SynapticWeight};
use feagi_npu_runtime::StdRuntime;
use feagi_observability::observe;
use feagi_observability_examples::rng::Rng;
use feagi_structures::genomic::cortical_area::{CoreCorticalType, CorticalID};
use std::ops::Range;

/// The engine, with 32-bit potentials on the CPU, as FEAGI's server runs it.
pub(crate) type Npu = RustNPU<StdRuntime, f32, CPUBackend>;

/// Synapses that leave each neuron.
pub(crate) const FAN_OUT: u32 = 20;
/// The index of the area whose firing drives the body; indices 0 to 6 belong to the engine's core areas.
pub(crate) const MOTOR: u32 = 12;

/// Ids below this are the core areas' neurons, which have no synapses here.
pub(crate) const FIRST_WIRED: u32 = CORE_AREAS.len() as u32;
/// The neuron that the engine makes for the power area and excites in every burst.
pub(crate) const POWER: NeuronId = NeuronId(1);

const SENSORY: u32 = 10;
const ASSOCIATION: u32 = 11;
/// Bursts that the engine looks back on.
pub(crate) const FIRE_LEDGER_WINDOW: usize = 20;
const WIRING_SEED: u64 = 0xFEA6_1053;

// Powers of two: the engine adds synaptic inputs in an order that differs from run to run, and only sums that are
// exact in 32 bits come out the same in every order.
/// What a stimulus adds to a neuron: enough to fire.
pub(crate) const STIMULUS: f32 = 32.0;
const THRESHOLD: f32 = 32.0;
const SYNAPTIC_INPUT: f32 = 8.0;
const LEAK: f32 = 0.5;

/// Neurons whose synapses are made in one call: bounds the memory that building takes on top of the brain itself.
const WIRED_AT_ONCE: u32 = 50_000;

/// A brain that is ready to run.
pub(crate) struct Connectome {
    pub(crate) npu: Npu,
    /// The ids of the neurons that take stimuli.
    pub(crate) sensory: Range<u32>,
    pub(crate) neurons: usize,
    pub(crate) synapses: usize,
}

/// Builds the brain: neurons, synapses, index.
#[observe]
pub(crate) fn build(neurons: u32) -> Result<Connectome> {
    let core = CORE_AREAS.len();
    let synapses = neurons as usize * FAN_OUT as usize;
    let mut npu =
        Npu::new(StdRuntime, CPUBackend::new(), neurons as usize + core, synapses, FIRE_LEDGER_WINDOW)?;
    register_core_areas(&mut npu);
    let sensory = grow_area(&mut npu, SENSORY, b"csensory", neurons.div_ceil(2))?;
    let motor = neurons / 10;
    let association = neurons - sensory.len() as u32 - motor;
    grow_area(&mut npu, ASSOCIATION, b"cassocia", association)?;
    grow_area(&mut npu, MOTOR, b"cmotoric", motor)?;
    wire(&mut npu, sensory.start..sensory.start + neurons, sensory.end)?;
    index(&mut npu);
    Ok(Connectome { neurons: npu.get_neuron_count(), synapses: npu.get_synapse_count(), npu, sensory })
}

const CORE_AREAS: [CoreCorticalType; 3] =
    [CoreCorticalType::Death, CoreCorticalType::Power, CoreCorticalType::Fatigue];

/// The areas that every FEAGI brain has; the engine makes one neuron in each, and the power neuron fires by itself.
fn register_core_areas(npu: &mut Npu) {
    for (area, core) in (0..).zip(CORE_AREAS) {
        npu.register_cortical_area(area, core.to_cortical_id().as_base_64());
    }
}

/// Adds one area of equal neurons and returns their ids.
fn grow_area(npu: &mut Npu, area: u32, id: &[u8; 8], neurons: u32) -> Result<Range<u32>> {
    let id = CorticalID::try_from_bytes(id)
        .map_err(|e| feagi_npu_neural::types::FeagiError::InvalidArea(e.to_string()))?;
    npu.register_cortical_area(area, id.as_base_64());
    // Each synapse passes on its full input, as in the genomes that FEAGI ships, instead of a share of it.
    npu.set_psp_uniform_distribution_flag(id, true);
    npu.set_mp_driven_psp_flag(id, false);
    let first = npu.get_neuron_count() as u32;
    let (refractory, excitability, no_limit, charge_accumulates) = (1, 1.0, 0, true);
    npu.create_cortical_area_neurons(
        area,
        neurons,
        1,
        1,
        1,
        THRESHOLD,
        0.0,
        0.0,
        0.0,
        0.0,
        LEAK,
        0.0,
        0,
        refractory,
        excitability,
        no_limit,
        0,
        charge_accumulates,
    )?;
    // What fired lately is archived per area, as plasticity would ask for.
    npu.configure_fire_ledger_window(area, FIRE_LEDGER_WINDOW)?;
    Ok(first..first + neurons)
}

/// Gives each of `sources` its synapses; the targets are drawn from the end of the sensory area on.
#[observe]
fn wire(npu: &mut Npu, sources: Range<u32>, first_target: u32) -> Result<()> {
    let mut rng = Rng::new(WIRING_SEED);
    // A brain of one neuron has nothing but senses: it is wired to itself.
    let targets = if first_target < sources.end { first_target..sources.end } else { sources.clone() };
    for start in sources.clone().step_by(WIRED_AT_ONCE as usize) {
        let end = sources.end.min(start.saturating_add(WIRED_AT_ONCE));
        wire_some(npu, &mut rng, start..end, &targets)?;
    }
    Ok(())
}

fn wire_some(npu: &mut Npu, rng: &mut Rng, sources: Range<u32>, targets: &Range<u32>) -> Result<()> {
    let count = sources.len() * FAN_OUT as usize;
    let (mut from, mut to) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let (mut kinds, mut delays) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for source in sources {
        for synapse in 0..FAN_OUT {
            from.push(NeuronId(source));
            to.push(NeuronId(targets.start + rng.below(targets.len() as u32)));
            kinds.push(if synapse % 5 == 4 { SynapseType::Inhibitory } else { SynapseType::Excitatory });
            delays.push(1 + rng.below(3) as u8);
        }
    }
    let weights = vec![SynapticWeight(1.0); count];
    let inputs = vec![SynapticPsp(SYNAPTIC_INPUT); count];
    npu.add_synapses_batch(from, to, weights, inputs, kinds, None, delays)
}

/// Builds the table from a neuron to its synapses, without which nothing propagates.
#[observe]
fn index(npu: &mut Npu) {
    npu.rebuild_synapse_index();
}
