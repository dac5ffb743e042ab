//! What was sampled so far: stacks, labels and names once each, and of each sample 32 bytes. Names are looked up at the end.

use super::Loaded;
use super::ring::Raw;
use crate::context::{SpanId, SpanName, TraceId};
use crate::profiling::capture::Moment;
use crate::profiling::counts::COUNTS;
use crate::profiling::profile::{Frame, Labels, OBSERVE, REQUEST_ID, SPAN_ID, Stack, THREAD, TRACE_ID};
use crate::profiling::symbols::Symbols;
use crate::profiling::tables::{self, Module};
use std::collections::HashMap;
use std::ops::Range;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

/// Samples of one profile: at 99 a second, three hours of a busy processor. What comes later is counted as lost.
const MOST: usize = 1 << 20;

/// Where an address was when it was sampled; no module where none held it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Place {
    module: Option<u32>,
    address: u64,
}

#[derive(PartialEq, Eq, Hash)]
struct Label {
    thread: Arc<str>,
    call: Option<(TraceId, SpanId, *const SpanName, Option<Box<str>>)>,
}

struct Sampled {
    at: u64,
    stack: u32,
    label: u32,
    thread: u32,
    weight: u32,
}

#[derive(Default)]
pub(super) struct Collected {
    samples: Vec<Sampled>,
    stacks: HashMap<Box<[Place]>, u32>,
    labels: HashMap<Label, u32>,
    modules: HashMap<(Range<u64>, Arc<str>), u32>,
    ordered_modules: Vec<Module>,
    /// Of the sample at hand; kept for its memory.
    places: Vec<Place>,
}

// SAFETY: the names that labels point to are statics.
unsafe impl Send for Collected {}

/// What handlers have walked stacks by since the last look: the tables of now, and those before.
pub(super) struct Epochs {
    pub(super) now: (u32, Arc<[Module]>),
    pub(super) before: Arc<[Module]>,
}

impl Collected {
    pub(super) fn add(&mut self, thread: u32, name: &Arc<str>, raw: &Raw, epochs: &Epochs) {
        let count = match (raw.name, raw.is_thinned) {
            _ if self.samples.len() >= MOST => &COUNTS.profile_full,
            (Some(_), _) => &COUNTS.labelled,
            (None, true) => &COUNTS.thinned,
            (None, false) => &COUNTS.outside,
        };
        count.fetch_add(1, Relaxed);
        if self.samples.len() >= MOST {
            return;
        }
        let modules = if raw.epoch == epochs.now.0 { &epochs.now.1 } else { &epochs.before };
        let stack = self.stack(raw.stack(), modules);
        let call = raw
            .name
            .map(|name| (raw.trace_id, raw.span_id, ptr::from_ref(name), raw.request_id().map(Box::from)));
        let next = self.labels.len() as u32;
        let label = *self.labels.entry(Label { thread: Arc::clone(name), call }).or_insert(next);
        self.samples.push(Sampled { at: raw.at, stack, label, thread, weight: raw.weight });
    }

    fn stack(&mut self, addresses: &[u64], modules: &[Module]) -> u32 {
        let mut places = std::mem::take(&mut self.places);
        places.clear();
        for &address in addresses {
            let module = tables::module_of(modules, address).map(|module| self.module(module));
            places.push(Place { module, address });
        }
        let next = self.stacks.len() as u32;
        let stack = match self.stacks.get(places.as_slice()) {
            Some(&stack) => stack,
            None => *self.stacks.entry(places.as_slice().into()).or_insert(next),
        };
        self.places = places;
        stack
    }

    fn module(&mut self, module: &Module) -> u32 {
        let next = self.ordered_modules.len() as u32;
        let key = (module.range.clone(), Arc::clone(&module.name));
        let number = *self.modules.entry(key).or_insert(next);
        if number == next {
            self.ordered_modules.push(module.clone());
        }
        number
    }

    /// Looks everything up, in order of time. `period` is in nanoseconds.
    pub(super) fn named(self, loaded: &Loaded, period: u64) -> Vec<Moment> {
        let is_loaded = |module: &Module| {
            let now = tables::module_of(&loaded.tables.modules, module.range.start);
            now.is_some_and(|now| now.range == module.range && now.name == module.name)
        };
        let modules: Vec<(&Module, bool)> =
            self.ordered_modules.iter().map(|module| (module, is_loaded(module))).collect();
        let mut symbols = Symbols::new();
        let (no_stack, no_labels): (Stack, Labels) = (Arc::new([]), Arc::new([]));
        let mut stacks = vec![no_stack; self.stacks.len()];
        for (places, number) in &self.stacks {
            let frames = places.iter().flat_map(|place| named(*place, &modules, &mut symbols)).collect();
            if let Some(stack) = stacks.get_mut(*number as usize) {
                *stack = frames;
            }
        }
        let mut labels = vec![no_labels; self.labels.len()];
        for (label, number) in &self.labels {
            if let Some(place) = labels.get_mut(*number as usize) {
                *place = written(label);
            }
        }
        let mut moments: Vec<Moment> = Vec::with_capacity(self.samples.len());
        moments.extend(self.samples.iter().filter_map(|sample| {
            Some(Moment {
                at: sample.at,
                cpu: u64::from(sample.weight).saturating_mul(period),
                thread: sample.thread,
                weight: sample.weight,
                stack: stacks.get(sample.stack as usize)?.clone(),
                labels: labels.get(sample.label as usize)?.clone(),
            })
        }));
        moments.sort_by_key(|moment| moment.at);
        moments
    }
}

fn named(place: Place, modules: &[(&Module, bool)], symbols: &mut Symbols) -> Vec<Frame> {
    let Place { module, address } = place;
    let module = module.and_then(|module| modules.get(module as usize));
    let stood_in = module.map(|(module, _)| (&*module.name, address.wrapping_sub(module.base)));
    match (module, stood_in) {
        // What is there now may be another's.
        (Some((_, false)), Some((file, offset))) => vec![symbols.of_module(file, offset, address)],
        _ => symbols.frames(address, stood_in).to_vec(),
    }
}

fn written(label: &Label) -> Labels {
    let mut labels: Vec<(&'static str, Arc<str>)> = vec![(THREAD, Arc::clone(&label.thread))];
    if let Some((trace_id, span_id, name, request_id)) = &label.call {
        // SAFETY: a static.
        let name = unsafe { (**name).get() };
        if !name.is_empty() {
            labels.push((OBSERVE, name.into()));
        }
        labels.push((TRACE_ID, trace_id.to_string().into()));
        labels.push((SPAN_ID, span_id.to_string().into()));
        labels.extend(request_id.as_ref().map(|id| (REQUEST_ID, Arc::from(&**id))));
    }
    labels.into()
}
