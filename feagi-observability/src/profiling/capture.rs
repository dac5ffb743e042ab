//! A CPU profile as users have it: to be looked at, narrowed down, compared and written.
//!
//! Receives samples from a sampler; gives a `Profile` to each format.

use super::folded::Folded;
use super::profile::{
    Frame, Labels, Mapping, OBSERVE, Profile, REQUEST_ID, SPAN_ID, Sample, Stack, THREAD, TRACE_ID, Unit,
    label,
};
use super::{ProfilingError, perf_script, render};
use crate::context::{SpanId, TraceId};
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const SAMPLES: Unit = Unit { kind: "samples", unit: "count" };
const CPU: Unit = Unit { kind: "cpu", unit: "nanoseconds" };

/// What the threads of this process have done for a while, sample by sample.
///
/// ```no_run
/// use feagi_observability::{CpuProfiler, ProfilingConfig};
/// use std::time::Duration;
///
/// let profiler = CpuProfiler::new(&ProfilingConfig::default())?;
/// let profile = profiler.window(Duration::from_secs(2))?;
/// // Only what one observed function did.
/// let bursts = profile.of_site("Npu::burst");
/// std::fs::write("burst.svg", bursts.flamegraph()?).unwrap();
/// for sample in bursts.samples() {
///     println!("{:?} {:?}", sample.trace_id(), sample.functions().next());
/// }
/// # Ok::<(), feagi_observability::ProfilingError>(())
/// ```
#[derive(Clone)]
pub struct CpuProfile {
    pub(super) started: SystemTime,
    pub(super) duration: Duration,
    /// Nanoseconds.
    pub(super) period: u64,
    pub(super) moments: Vec<Moment>,
    pub(super) mappings: Arc<[Mapping]>,
}

/// One sample, with its names.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    /// Nanoseconds of the monotonic clock; 0 if unknown.
    pub(super) at: u64,
    /// Nanoseconds that it stands for.
    pub(super) cpu: u64,
    /// The system's id; 0 if unknown.
    pub(super) thread: u32,
    /// How many periods it stands for.
    pub(super) weight: u32,
    pub(super) stack: Stack,
    pub(super) labels: Labels,
}

impl CpuProfile {
    /// When it began.
    pub fn started(&self) -> SystemTime {
        self.started
    }

    /// How long it took, by the wall's clock.
    pub fn duration(&self) -> Duration {
        self.duration
    }

    /// The CPU time that all samples together stand for.
    pub fn cpu_time(&self) -> Duration {
        Duration::from_nanos(self.moments.iter().map(|moment| moment.cpu).sum())
    }

    /// All samples, by time.
    pub fn samples(&self) -> impl ExactSizeIterator<Item = CpuSample<'_>> {
        self.moments.iter().map(CpuSample)
    }

    /// The same with those samples only for which `keep` is true.
    pub fn filtered(&self, mut keep: impl FnMut(&CpuSample<'_>) -> bool) -> CpuProfile {
        let moments = self.moments.iter().filter(|moment| keep(&CpuSample(moment))).cloned().collect();
        CpuProfile { moments, mappings: Arc::clone(&self.mappings), ..*self }
    }

    /// The samples of one trace.
    pub fn of_trace(&self, trace_id: TraceId) -> CpuProfile {
        let id = trace_id.to_string();
        self.filtered(|sample| sample.label(TRACE_ID) == Some(&id))
    }

    /// The samples that were taken in an observed function of this name, and not in another one that it has called.
    pub fn of_site(&self, name: &str) -> CpuProfile {
        self.filtered(|sample| sample.site() == Some(name))
    }

    /// As a gzipped pprof file, with all labels: for `go tool pprof`, speedscope, Pyroscope.
    ///
    /// # Errors
    /// What the compressor refuses.
    pub fn pprof(&self) -> Result<Vec<u8>, ProfilingError> {
        render::pprof(&self.profile())
    }

    /// As folded stacks, `site;thread;caller;leaf 42`, a stack per line, weighed by samples; without the site outside of observed
    /// functions.
    pub fn folded(&self) -> String {
        let mut text = Folded::of(&self.profile()).lines().join("\n");
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }

    /// As an interactive SVG: one tower for each observed function, and in it one per thread.
    ///
    /// # Errors
    /// [`ProfilingError::EmptyProfile`] when there is nothing to draw.
    pub fn flamegraph(&self) -> Result<Vec<u8>, ProfilingError> {
        render::flamegraph(&Folded::of(&self.profile()))
    }

    /// What has changed since `before`, as an interactive SVG: this profile's stacks, red where they have grown, blue where they have
    /// shrunk. The weights of `before` are scaled, so that both profiles have the same sum.
    ///
    /// # Errors
    /// [`ProfilingError::EmptyProfile`] when one of the two is.
    pub fn flamegraph_since(&self, before: &CpuProfile) -> Result<Vec<u8>, ProfilingError> {
        render::difference(&Folded::of(&before.profile()), &Folded::of(&self.profile()))
    }

    /// As the text of `perf script`, a sample per paragraph: for Firefox Profiler and other viewers of it. Times are those of the monotonic
    /// clock, as with `perf record -k CLOCK_MONOTONIC`.
    pub fn perf_script(&self) -> String {
        perf_script::text(&self.moments)
    }

    /// Writes `cpu.pb.gz` and `cpu.svg` into a folder, which is created if need be, and returns the path of the former. A profile without
    /// samples has no `cpu.svg`; an older one is removed.
    ///
    /// # Errors
    /// What the file system refuses.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, ProfilingError> {
        self.write_as(folder, "cpu").map(|(profile, _)| profile)
    }

    /// Under another name; also where the flamegraph is, if there is one.
    pub(super) fn write_as(
        &self,
        folder: &Path,
        name: &str,
    ) -> Result<(PathBuf, Option<PathBuf>), ProfilingError> {
        render::files(&self.profile(), folder, name)
    }

    /// Equal samples as one.
    fn profile(&self) -> Profile {
        type Key = (*const Frame, *const (&'static str, Arc<str>));
        let mut numbers: HashMap<Key, usize> = HashMap::new();
        let mut samples: Vec<Sample> = Vec::new();
        for moment in &self.moments {
            // Equal ones share their place.
            let key = (moment.stack.as_ptr(), moment.labels.as_ptr());
            let number = *numbers.entry(key).or_insert(samples.len());
            let added = [u64::from(moment.weight), moment.cpu];
            match samples.get_mut(number) {
                Some(sample) => sample.values.iter_mut().zip(added).for_each(|(value, more)| *value += more),
                None => samples.push(Sample {
                    stack: Arc::clone(&moment.stack),
                    labels: Arc::clone(&moment.labels),
                    values: added.to_vec(),
                }),
            }
        }
        Profile {
            started: self.started,
            duration: self.duration,
            values: vec![SAMPLES, CPU],
            period: (self.period, CPU),
            samples,
            mappings: self.mappings.to_vec(),
        }
    }
}

impl fmt::Debug for CpuProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CpuProfile")
            .field("started", &self.started)
            .field("duration", &self.duration)
            .field("samples", &self.moments.len())
            .finish_non_exhaustive()
    }
}

/// One sample of a [`CpuProfile`]: what one thread was doing at one moment.
#[derive(Clone, Copy, Debug)]
pub struct CpuSample<'a>(&'a Moment);

impl<'a> CpuSample<'a> {
    /// When it was taken, in nanoseconds of the monotonic clock (`CLOCK_MONOTONIC`); 0 where the sampler does not know.
    pub fn monotonic_nanos(&self) -> u64 {
        self.0.at
    }

    /// The CPU time that it stands for.
    pub fn cpu_time(&self) -> Duration {
        Duration::from_nanos(self.0.cpu)
    }

    /// The system's id of the thread; 0 where the sampler does not know.
    pub fn thread_id(&self) -> u32 {
        self.0.thread
    }

    /// The name of the thread, as far as the system keeps it: on Linux 15 bytes.
    pub fn thread(&self) -> &'a str {
        self.label(THREAD).unwrap_or_default()
    }

    /// The trace that the thread was working for.
    pub fn trace_id(&self) -> Option<TraceId> {
        self.label(TRACE_ID).and_then(TraceId::from_hex)
    }

    /// The span of the innermost observed call.
    pub fn span_id(&self) -> Option<SpanId> {
        self.label(SPAN_ID).and_then(SpanId::from_hex)
    }

    /// The name of the innermost observed function, or block.
    pub fn site(&self) -> Option<&'a str> {
        self.label(OBSERVE)
    }

    /// The caller's own id, where one was set.
    pub fn request_id(&self) -> Option<&'a str> {
        self.label(REQUEST_ID)
    }

    /// The functions on the stack, leaf first, those included that were inlined.
    pub fn functions(&self) -> impl DoubleEndedIterator<Item = &'a str> + use<'a> {
        self.0.stack.iter().map(|frame| &*frame.function)
    }

    /// The same with their files and lines: empty and 0 where they are not known.
    pub(crate) fn places(&self) -> impl DoubleEndedIterator<Item = (&'a str, &'a str, u32)> + use<'a> {
        self.0.stack.iter().map(|frame| (&*frame.function, &*frame.file, frame.line))
    }

    fn label(&self, key: &str) -> Option<&'a str> {
        label(&self.0.labels, key)
    }
}

#[cfg(test)]
impl CpuProfile {
    /// One of these samples: when each was taken, the CPU time that it stands for, its thread, and its functions, leaf first.
    pub(crate) fn of_samples(samples: &[(u64, u64, u32, &[&str])]) -> CpuProfile {
        let frame = |function: &&str| Frame {
            function: (*function).into(),
            system_name: "".into(),
            file: "src/a.rs".into(),
            line: 7,
            address: 0,
            inlined: false,
        };
        let moment = |(at, cpu, thread, functions): &(u64, u64, u32, &[&str])| Moment {
            at: *at,
            cpu: *cpu,
            thread: *thread,
            weight: 1,
            stack: functions.iter().map(frame).collect(),
            labels: Arc::new([]),
        };
        CpuProfile {
            started: SystemTime::UNIX_EPOCH,
            duration: Duration::ZERO,
            period: 1,
            moments: samples.iter().map(moment).collect(),
            mappings: Arc::new([]),
        }
    }
}
