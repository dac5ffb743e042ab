//! The tables of a run as a profile with names, in the values and the order that Go's heap profiles have.

use super::caller::Caller;
use super::tables::HeapTables;
use super::weight::{ONE, Weight};
use crate::profiling::folded::Folded;
use crate::profiling::profile::{
    Labels, OBSERVE, Profile, REQUEST_ID, SPAN_ID, Sample, Stack, THREAD, TRACE_ID, Unit, own_mappings,
};
use crate::profiling::symbols::Symbols;
use crate::profiling::tables::{Module, module_of};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

/// The last is what tools show unless told otherwise.
const VALUES: [Unit; 4] = [
    Unit { kind: "alloc_objects", unit: "count" },
    Unit { kind: "alloc_space", unit: "bytes" },
    Unit { kind: "inuse_objects", unit: "count" },
    Unit { kind: "inuse_space", unit: "bytes" },
];

/// Which of the values is the memory in use.
const IN_USE: usize = 3;

/// Between the program and us on every stack, the leaf before it included.
const OURS: [&str; 4] = ["feagi_observability::profiling::", "FeagiAlloc<", "__rust_", "__rustc::__rust_"];

/// How many of the first functions may be ours.
const MOST_OURS: usize = 24;

/// All that was sampled so far. Takes long, and allocates.
pub(super) fn profile(
    tables: &HeapTables,
    modules: &[Module],
    started: SystemTime,
    interval: u64,
) -> Profile {
    let mut names = Names { symbols: Symbols::new(), modules, stacks: HashMap::new() };
    let samples = tables.origins().filter_map(|(addresses, caller, [come, used])| {
        let values = vec![objects(come), come.bytes, objects(used), used.bytes];
        // Of one that is only just being written nothing is known.
        (come.objects > 0).then(|| Sample { stack: names.stack(addresses), labels: labels(caller), values })
    });
    Profile {
        samples: samples.collect(),
        started,
        duration: started.elapsed().unwrap_or_default(),
        values: VALUES.to_vec(),
        period: (interval, Unit { kind: "space", unit: "bytes" }),
        mappings: own_mappings(),
    }
}

/// The stacks of what is in use, in bytes, as flamegraphs draw them.
pub(super) fn in_use(profile: &Profile) -> Folded {
    let mut folded = Folded::default();
    for sample in &profile.samples {
        let frames = sample.stack.iter().rev().map(|frame| &*frame.function);
        let roots = [OBSERVE, THREAD].map(|key| sample.label(key).unwrap_or_default());
        folded.add(&roots, frames, sample.values.get(IN_USE).copied().unwrap_or_default());
    }
    folded
}

/// Whole ones: what is in use is one at least.
fn objects(weight: Weight) -> u64 {
    let whole = weight.objects.saturating_add(ONE / 2) / ONE;
    whole.max(u64::from(weight.objects > 0))
}

struct Names<'a> {
    symbols: Symbols,
    modules: &'a [Module],
    /// Samples of one stack share it.
    stacks: HashMap<Vec<u64>, Stack>,
}

impl Names<'_> {
    fn stack(&mut self, addresses: &[u64]) -> Stack {
        if let Some(stack) = self.stacks.get(addresses) {
            return Arc::clone(stack);
        }
        let mut frames = Vec::new();
        for address in addresses {
            let module = module_of(self.modules, *address);
            let place = module.map(|module| (&*module.name, address.wrapping_sub(module.base)));
            frames.extend(self.symbols.frames(*address, place).iter().cloned());
        }
        let is_ours =
            |name: &str| OURS.iter().any(|ours| name.starts_with(ours) || name.contains("::FeagiAlloc"));
        let ours = frames.iter().take(MOST_OURS).rposition(|frame| is_ours(&frame.function));
        let theirs = ours.map_or(0, |last| last + 1);
        let stack: Stack = frames.split_off(theirs).into();
        self.stacks.insert(addresses.to_vec(), Arc::clone(&stack));
        stack
    }
}

fn labels(caller: &Caller) -> Labels {
    let mut labels: Vec<(&'static str, Arc<str>)> = Vec::new();
    let mut add = |key, value: Option<Arc<str>>| labels.extend(value.map(|value| (key, value)));
    add(THREAD, Some(caller.thread().into()).filter(|thread: &Arc<str>| !thread.is_empty()));
    add(OBSERVE, caller.observe().map(Arc::from));
    add(TRACE_ID, caller.trace_id.is_valid().then(|| caller.trace_id.to_string().into()));
    add(SPAN_ID, caller.span_id.is_valid().then(|| caller.span_id.to_string().into()));
    add(REQUEST_ID, caller.request_id().map(Arc::from));
    labels.into()
}
