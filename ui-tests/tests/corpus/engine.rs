//! The engine: a generic implementation that is observed as a whole, and its guards.

use feagi_observability::observe;
use std::fmt::{self, Debug};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard};

/// A value that neurons compute with.
pub(crate) trait NeuralValue: Copy + PartialOrd + Debug + Send + Sync + 'static {
    /// Where a neuron fires.
    const THRESHOLD: Self;
}

impl NeuralValue for f32 {
    const THRESHOLD: f32 = 0.25;
}

/// Where neurons live.
pub(crate) trait NeuronStorage {
    type Value: NeuralValue;

    fn potential(&self, neuron: usize) -> Option<Self::Value>;

    fn len(&self) -> usize;
}

pub(crate) struct Flat(pub(crate) Vec<f32>);

#[observe(level = "trace", metric = false)]
impl NeuronStorage for Flat {
    type Value = f32;

    fn potential(&self, neuron: usize) -> Option<f32> {
        self.0.get(neuron).copied()
    }

    #[inline(always)]
    fn len(&self) -> usize {
        self.0.len()
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BurstResult {
    pub(crate) burst: u64,
    pub(crate) neuron_count: usize,
    pub(crate) fired_neurons: Vec<usize>,
}

#[derive(Debug)]
pub(crate) struct EngineError(&'static str);

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for EngineError {}

type Result<T, E = EngineError> = std::result::Result<T, E>;

pub(crate) struct Engine<T: NeuralValue, S: NeuronStorage<Value = T>, const PHASES: usize> {
    storage: RwLock<S>,
    fire_queue: Mutex<Vec<usize>>,
    bursts: AtomicU64,
}

#[observe(level = "debug", target = "engine", profile)]
impl<T, S, const PHASES: usize> Engine<T, S, PHASES>
where
    T: NeuralValue,
    S: NeuronStorage<Value = T>,
{
    pub(crate) fn new(storage: S) -> Self {
        Engine { storage: RwLock::new(storage), fire_queue: Mutex::default(), bursts: AtomicU64::new(0) }
    }

    /// One burst of all phases.
    #[observe(metric = "corpus_burst", profile, err, fields(phases = PHASES, stimulus = stimulus.len()))]
    pub(crate) fn process_burst(&self, stimulus: &[usize]) -> Result<BurstResult> {
        if stimulus.is_empty() {
            return Err(EngineError("nothing to process"));
        }
        let storage = self.storage();
        let fired: Vec<usize> =
            stimulus.iter().copied().filter(|neuron| self.fires(&*storage, *neuron)).collect();
        self.queue()?.clone_from(&fired);
        let burst = self.bursts.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(BurstResult { burst, neuron_count: fired.len(), fired_neurons: fired })
    }

    #[inline]
    fn fires(&self, storage: &impl NeuronStorage<Value = T>, neuron: usize) -> bool {
        neuron < storage.len() && storage.potential(neuron).is_some_and(|value| value > T::THRESHOLD)
    }

    fn storage(&self) -> RwLockReadGuard<'_, S> {
        self.storage.read().unwrap()
    }

    fn queue(&self) -> Result<MutexGuard<'_, Vec<usize>>> {
        self.fire_queue.lock().map_err(|_| EngineError("poisoned"))
    }

    #[must_use]
    pub(crate) fn burst_count(&self) -> u64 {
        self.bursts.load(Ordering::Relaxed)
    }

    pub(crate) fn archive_burst<const N: usize>(self) -> [usize; N] {
        let queue = self.fire_queue.into_inner().unwrap_or_default();
        std::array::from_fn(|index| queue.get(index).copied().unwrap_or_default())
    }
}

pub(crate) struct GuardedEngine<E> {
    engine: Mutex<E>,
    seen: Vec<usize>,
}

#[observe]
impl<T: NeuralValue, S: NeuronStorage<Value = T>, const N: usize> GuardedEngine<Engine<T, S, N>> {
    pub(crate) fn new(engine: Engine<T, S, N>) -> Self {
        let seen = engine.queue().map(|queue| queue.clone()).unwrap_or_default();
        GuardedEngine { engine: Mutex::new(engine), seen }
    }

    pub(crate) fn locked<R>(&self, work: impl FnOnce(&mut Engine<T, S, N>) -> R) -> R {
        work(&mut self.engine.lock().unwrap())
    }

    pub(crate) fn fire_queue(&mut self) -> MutexGuard<'_, Vec<usize>> {
        self.engine.get_mut().unwrap().fire_queue.lock().unwrap()
    }

    pub(crate) fn last_fired(&self) -> Result<Option<&usize>> {
        if self.seen.len() > N { Err(EngineError("too many")) } else { Ok(self.seen.last()) }
    }

    pub(crate) fn into_engine(self) -> Engine<T, S, N> {
        self.engine.into_inner().unwrap()
    }
}
