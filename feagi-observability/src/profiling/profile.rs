//! A CPU profile in memory: what every sampler gives and every format takes.

use std::time::{Duration, SystemTime};

use super::ProfilingError;

/// Where samples come from. Dropping a running sampler stops it.
///
/// A sampler may need the process to itself (one profiling signal): the `Recorder` starts one at a time.
pub(super) trait Sampler: Send {
    /// Begins to sample every thread at this frequency, per second of CPU time.
    fn start(&mut self, frequency_hz: u32) -> Result<(), ProfilingError>;

    /// Ends it, also when it fails, and hands over what was recorded, with names.
    fn stop(&mut self) -> Result<Profile, ProfilingError>;
}

/// The samples of one run.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    pub(super) started: SystemTime,
    pub(super) duration: Duration,
    /// The CPU time between two samples of a thread, as asked for.
    pub(super) period: Duration,
    pub(super) samples: Vec<Sample>,
    /// Executable mappings, the program's own first.
    pub(super) mappings: Vec<Mapping>,
}

/// Equal samples, aggregated.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    /// Leaf first.
    pub(super) stack: Vec<Frame>,
    /// Of the thread; its id where it has no name.
    pub(super) thread: String,
    /// Further text labels: key and value.
    pub(super) labels: Vec<(&'static str, String)>,
    pub(super) count: u64,
    /// The CPU time that these samples stand for.
    pub(super) cpu: Duration,
}

/// One function on a stack.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// For people: demangled.
    pub(super) function: String,
    /// As the linker knows it. pprof shortens `function` when this is empty or equal, and cuts generics as it does.
    pub(super) system_name: String,
    /// Empty if unknown.
    pub(super) file: String,
    /// 0 if unknown.
    pub(super) line: u32,
    /// 0 if unknown.
    pub(super) address: u64,
    /// The next frame of the stack holds this one's machine code.
    pub(super) inlined: bool,
}

/// A piece of executable memory and the file behind it.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) offset: u64,
    pub(super) file: String,
}

impl Mapping {
    pub(super) fn holds(&self, address: u64) -> bool {
        (self.start..self.end).contains(&address)
    }
}

/// The executable mappings of this process, in the order of `/proc/self/maps`; none where there is no such file.
pub(super) fn own_mappings() -> Vec<Mapping> {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let program = std::env::current_exe().unwrap_or_default();
    let mut mappings: Vec<Mapping> = maps.lines().filter_map(mapping).collect();
    // Stable: pprof takes the first mapping for the program.
    mappings.sort_by_key(|mapping| program.as_os_str() != mapping.file.as_str());
    mappings
}

/// `start-end perms offset dev inode path`, see proc(5); `None` for what is not executable or has no file.
fn mapping(line: &str) -> Option<Mapping> {
    let mut rest = line;
    let mut field = || {
        let (field, after) = rest.trim_start().split_once(' ')?;
        rest = after;
        Some(field)
    };
    let (range, permissions, offset) = (field()?, field()?, field()?);
    let (_device, _inode) = (field()?, field()?);
    let file = rest.trim();
    let (start, end) = range.split_once('-')?;
    let hex = |text: &str| u64::from_str_radix(text, 16).ok();
    let of_interest = permissions.contains('x') && file.starts_with('/');
    of_interest.then_some(Mapping {
        start: hex(start)?,
        end: hex(end)?,
        offset: hex(offset)?,
        file: file.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_maps_file_is_understood() {
        let line = "7f00a000-7f00c000 r-xp 00001000 fe:01 1234                       /opt/my lib/x.so";
        let mapping = mapping(line).expect("an executable mapping");
        assert_eq!((mapping.start, mapping.end, mapping.offset), (0x7f00_a000, 0x7f00_c000, 0x1000));
        assert_eq!(mapping.file, "/opt/my lib/x.so");
        assert!(mapping.holds(0x7f00_a000) && !mapping.holds(0x7f00_c000));
    }

    #[test]
    fn data_and_anonymous_memory_are_left_out() {
        assert!(mapping("7f00a000-7f00c000 r--p 00001000 fe:01 1234    /opt/x.so").is_none());
        assert!(mapping("7f00a000-7f00c000 r-xp 00000000 00:00 0 ").is_none());
        assert!(mapping("7f00a000-7f00c000 r-xp 00000000 00:00 0    [vdso]").is_none());
    }
}
