//! Propagation, injection, plasticity: free functions and a module that is observed as a whole.

use super::engine::{Flat, NeuralValue, NeuronStorage};
use feagi_observability::{observe, observe_block, profile};
use std::collections::VecDeque;
use std::io::{self, Write};
use std::ops::{Add, Mul};

#[derive(Default)]
pub(crate) struct Propagation {
    delayed: VecDeque<(usize, f32)>,
    propagated: usize,
}

impl Propagation {
    #[observe(profile, fields(neurons = storage.len(), limit))]
    pub(crate) fn propagate_delayed(
        &mut self,
        storage: &impl NeuronStorage<Value = f32>,
        limit: usize,
    ) -> Result<&mut usize, String> {
        for neuron in 0..storage.len() {
            observe_block! { name = "delayed", metric, profile, fields(neuron);
                if neuron == limit {
                    break;
                }
                let weight = storage.potential(neuron).ok_or("no such neuron")?;
                self.schedule_from_delayed_propagation((neuron, weight), 1);
            }
        }
        self.propagated = self.delayed.len();
        Ok(&mut self.propagated)
    }

    #[observe(level = "trace")]
    fn schedule_from_delayed_propagation(&mut self, (neuron, weight): (usize, f32), _delay: u8) {
        self.delayed.push_back((neuron, weight));
    }

    #[observe]
    pub(crate) fn drain_into_phase1<'a>(
        &'a mut self,
        keep: impl Fn(usize, f32) -> bool + 'a,
    ) -> impl Iterator<Item = (usize, f32)> + 'a {
        self.delayed.drain(..).filter(move |(neuron, weight)| keep(*neuron, *weight))
    }
}

#[observe(fields(cortical_id, given = stimuli.len()))]
pub(crate) fn inject_sensory_xyzp_by_id<const N: usize>(
    propagation: &mut Propagation,
    cortical_id: u32,
    stimuli: [(u32, u32, u32, f32); N],
) -> usize {
    let strong = stimuli.into_iter().filter(|(.., potential)| *potential > 0.0);
    strong.map(|(x, .., potential)| propagation.delayed.push_back((x as usize, potential))).count()
}

#[observe(err, metric = "corpus_decode", fields(bytes = bytes.len()))]
pub(crate) fn decode_sensory_bytes(
    bytes: &[u8],
) -> Result<Vec<u16>, Box<dyn std::error::Error + Send + Sync + 'static>> {
    let (pairs, []) = bytes.as_chunks::<2>() else { return Err("odd".into()) };
    Ok(pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect())
}

#[observe]
pub(crate) fn write_payload<W>(writer: &mut W, payload: &[u8]) -> io::Result<usize>
where
    W: Write + ?Sized,
{
    writer.write_all(payload)?;
    writer.flush()?;
    Ok(payload.len())
}

#[observe(level = "debug")]
pub(crate) fn process_candidates<T>(candidates: &[T], threshold: T) -> (Vec<usize>, usize)
where
    T: PartialOrd + Copy,
{
    let fired: Vec<usize> = profile!("simd_batch", {
        candidates
            .iter()
            .enumerate()
            .filter(|(_, value)| **value > threshold)
            .map(|(index, _)| index)
            .collect()
    });
    let count = fired.len();
    (fired, count)
}

/// Eleven arguments.
#[observe(fields(?area, power = power_stimuli.len(), decay, leak = leak as f64, is_first))]
pub(crate) fn phase1_injection<T, N, F>(
    neurons: &mut N,
    _synapses: &mut impl NeuronStorage,
    power_stimuli: &[usize],
    sensory: &[usize],
    decay: T,
    leak: f32,
    limit: usize,
    is_first: bool,
    area: Option<&str>,
    id: F,
    _seed: u64,
) -> Result<(usize, usize), String>
where
    T: NeuralValue + Into<f64> + feagi_observability::__private::Field,
    N: NeuronStorage<Value = T> + Potentials<T>,
    F: Fn(usize) -> usize,
{
    for neuron in power_stimuli.iter().chain(sensory).take(if is_first { limit } else { 0 }) {
        *neurons.potential_mut(id(*neuron)).ok_or_else(|| format!("no neuron {neuron} in {area:?}"))? = decay;
    }
    Ok((power_stimuli.len(), sensory.len()))
}

/// Potentials that can be set.
pub(crate) trait Potentials<T> {
    fn potential_mut(&mut self, neuron: usize) -> Option<&mut T>;
}

#[observe(metric = false)]
impl Potentials<f32> for Flat {
    fn potential_mut(&mut self, neuron: usize) -> Option<&mut f32> {
        self.0.get_mut(neuron)
    }
}

#[observe(name = "dynamics", fields(candidates = candidates.len()))]
pub(crate) fn process_neural_dynamics<T: NeuralValue + Add<Output = T> + Mul<Output = T>>(
    neurons: &mut (impl NeuronStorage<Value = T> + Potentials<T>),
    mut candidates: &[usize],
    excitability: T,
    leak: T,
    refractory: u16,
    bursts: u64,
    is_dense: bool,
    fired: &mut Vec<usize>,
) -> Result<usize, String> {
    if is_dense {
        candidates = &[];
    }
    for neuron in candidates {
        let potential = neurons.potential_mut(*neuron).ok_or("no such neuron")?;
        *potential = *potential * leak + excitability;
        if u64::from(refractory) < bursts && fired.is_empty() {
            fired.push(*neuron);
        }
    }
    Ok(fired.len())
}

#[observe(level = "debug")]
pub(crate) trait Backend {
    fn name(&self) -> &'static str;

    fn supports(&self, lanes: usize) -> bool {
        lanes.is_power_of_two()
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Cpu;

impl Backend for Cpu {
    #[observe]
    fn name(&self) -> &'static str {
        "cpu"
    }
}

#[cfg(not(target_arch = "wasm32"))]
#[observe(err, fields(backend = backend.name()))]
pub(crate) async fn run_backend<B: Backend, T>(backend: B, work: Vec<T>) -> Result<usize, String>
where
    T: Send + 'static,
{
    std::future::ready(()).await;
    if backend.supports(work.len()) { Ok(work.len()) } else { Err("lanes".to_owned()) }
}

pub(crate) struct Plasticity {
    rate: f32,
}

#[observe]
impl Plasticity {
    pub(crate) const fn new(rate: f32) -> Self {
        Plasticity { rate }
    }

    pub(crate) fn apply_stdp_updates_for_burst<'a, I>(&self, updates: I) -> Option<f32>
    where
        I: IntoIterator<Item = &'a (usize, f32)>,
        [(); 1 + 1]: Sized,
    {
        updates.into_iter().map(|(_, weight)| weight * self.rate).reduce(f32::add)
    }
}

#[observe]
pub(crate) fn finish_refractory<T, const N: usize>(mut counters: [T; N]) -> [T; N]
where
    T: From<u8> + std::ops::Sub<Output = T> + Copy + PartialEq,
{
    for counter in &mut counters {
        if *counter != T::from(0) {
            *counter = *counter - T::from(1);
        }
    }
    counters
}

pub(crate) struct Ladder<const N: usize>([u32; N]);

#[observe(target = "ladder")]
impl<const N: usize> Ladder<N> {
    pub(crate) fn of(steps: [u32; N]) -> Self {
        Ladder(steps)
    }

    pub(crate) fn highest(self) -> Option<Ladder<1>> {
        self.0.into_iter().max().map(|step| Ladder([step]))
    }
}

impl Ladder<1> {
    #[observe(fields(step = self.0[0]))]
    pub(crate) fn step(self) -> u32 {
        self.0[0]
    }
}
