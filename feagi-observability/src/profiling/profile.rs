//! A profile in memory: what every source of samples gives and every format takes. Of CPU time as of memory.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The label that names a sample's thread.
pub(super) const THREAD: &str = "thread";
/// The label that names the observed call that a sample was taken in.
pub(super) const OBSERVE: &str = "observe";
/// The labels that lead to the call's other signals.
pub(super) const TRACE_ID: &str = "trace_id";
/// See [`TRACE_ID`].
pub(super) const SPAN_ID: &str = "span_id";
/// The caller's own id, where one was set.
pub(super) const REQUEST_ID: &str = "request_id";

/// What a number counts: `cpu` in `nanoseconds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) kind: &'static str,
    pub(super) unit: &'static str,
}

/// The samples of one run.
#[derive(Clone, Debug)]
pub(super) struct Profile {
    pub(super) started: SystemTime,
    pub(super) duration: Duration,
    /// What the values of each sample count. Flamegraphs draw the first, pprof shows the last unless told otherwise.
    pub(super) values: Vec<Unit>,
    /// How far apart samples are, on average, and in what.
    pub(super) period: (u64, Unit),
    pub(super) samples: Vec<Sample>,
    /// Executable mappings, the program's own first.
    pub(super) mappings: Vec<Mapping>,
}

/// Functions, leaf first. Samples of one stack share it.
pub(super) type Stack = Arc<[Frame]>;

/// Keys and values; samples of one call share them.
pub(super) type Labels = Arc<[(&'static str, Arc<str>)]>;

/// Equal samples, aggregated.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    pub(super) stack: Stack,
    pub(super) labels: Labels,
    /// As many as the profile has units.
    pub(super) values: Vec<u64>,
}

impl Sample {
    /// The value of a label, where there is one.
    pub(super) fn label(&self, key: &str) -> Option<&str> {
        label(&self.labels, key)
    }
}

/// The value that stands there under a key.
pub(super) fn label<'a>(labels: &'a [(&'static str, Arc<str>)], key: &str) -> Option<&'a str> {
    labels.iter().find(|(name, _)| *name == key).map(|(_, value)| &**value)
}

/// One function on a stack.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Frame {
    /// For people: demangled.
    pub(super) function: Arc<str>,
    /// As the linker knows it. pprof shortens `function` when this is empty or equal, and cuts generics as it does.
    pub(super) system_name: Arc<str>,
    /// Empty if unknown.
    pub(super) file: Arc<str>,
    /// 0 if unknown.
    pub(super) line: u32,
    /// 0 if unknown.
    pub(super) address: u64,
    /// The next frame of the stack holds this one's machine code.
    pub(super) inlined: bool,
}

/// A piece of executable memory and the file behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    let mut mappings: Vec<Mapping> = maps.lines().filter_map(executable).collect();
    // Stable: pprof takes the first mapping for the program.
    mappings.sort_by_key(|mapping| program.as_os_str() != mapping.file.as_str());
    mappings
}

/// `None` for what is not executable or has no file.
fn executable(line: &str) -> Option<Mapping> {
    let (permissions, mapping) = mapping(line)?;
    (permissions.contains('x') && mapping.file.starts_with('/')).then_some(mapping)
}

/// `start-end perms offset dev inode path`, see proc(5): the permissions, and the rest.
pub(super) fn mapping(line: &str) -> Option<(&str, Mapping)> {
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
    let mapping = Mapping { start: hex(start)?, end: hex(end)?, offset: hex(offset)?, file: file.into() };
    Some((permissions, mapping))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_maps_file_is_understood() {
        let line = "7f00a000-7f00c000 r-xp 00001000 fe:01 1234                       /opt/my lib/x.so";
        let mapping = executable(line).expect("an executable mapping");
        assert_eq!((mapping.start, mapping.end, mapping.offset), (0x7f00_a000, 0x7f00_c000, 0x1000));
        assert_eq!(mapping.file, "/opt/my lib/x.so");
        assert!(mapping.holds(0x7f00_a000) && !mapping.holds(0x7f00_c000));
    }

    #[test]
    fn data_and_anonymous_memory_are_left_out() {
        assert!(executable("7f00a000-7f00c000 r--p 00001000 fe:01 1234    /opt/x.so").is_none());
        assert!(executable("7f00a000-7f00c000 r-xp 00000000 00:00 0 ").is_none());
        assert!(executable("7f00a000-7f00c000 r-xp 00000000 00:00 0    [vdso]").is_none());
    }
}
