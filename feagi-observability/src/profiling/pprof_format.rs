//! The pprof file: gzipped protobuf, as `go tool pprof` reads it.
//!
//! Receives a `Profile`, of whatever kind; gives bytes. Schema and field numbers: `profile.proto` of
//! <https://github.com/google/pprof>. Labels are text labels.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::time::{Duration, UNIX_EPOCH};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::profile::{Frame, Mapping, Profile, Sample, Stack, Unit};
use crate::protobuf::Message;

/// The whole file.
pub(super) fn compressed(profile: &Profile) -> io::Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&encoded(profile))?;
    gzip.finish()
}

/// The message inside.
pub(super) fn encoded(profile: &Profile) -> Vec<u8> {
    let mut writer = Writer::new(&profile.mappings);
    profile.values.iter().for_each(|value| writer.value_type(1, *value));
    profile.samples.iter().for_each(|sample| writer.sample(sample));
    writer.write_mappings();
    let started = profile.started.duration_since(UNIX_EPOCH).unwrap_or_default();
    writer.out.int64(9, nanos(started));
    writer.out.int64(10, nanos(profile.duration));
    let (period, unit) = profile.period;
    writer.value_type(11, unit);
    writer.out.int64(12, whole(period));
    writer.finish()
}

fn nanos(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

fn whole(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// pprof takes a name that equals its system name for one it has to demangle, and cuts `<…>` and `(…)` out of it. Debug
/// information without linkage names gives such pairs.
fn distinct_system_name(frame: &Frame) -> Cow<'_, str> {
    if frame.system_name == frame.function && frame.function.contains(['<', '(']) {
        Cow::Owned(format!("{} [no linkage name]", frame.function))
    } else {
        Cow::Borrowed(&*frame.system_name)
    }
}

/// One file being written. Strings, functions and locations are written once and then referred to: strings by position, the
/// others by an id that counts from 1.
struct Writer<'a> {
    out: Message,
    strings: HashMap<String, i64>,
    ordered_strings: Vec<String>,
    functions: HashMap<[i64; 3], u64>,
    locations: HashMap<Location, u64>,
    /// The locations of stacks that were written, by where they stand.
    stacks: HashMap<*const Frame, Vec<u64>>,
    mappings: &'a [Mapping],
}

/// An address and the functions there, innermost inlined one first.
#[derive(PartialEq, Eq, Hash)]
struct Location {
    mapping: u64,
    address: u64,
    lines: Vec<Line>,
}

#[derive(PartialEq, Eq, Hash)]
struct Line {
    function: u64,
    line: u32,
}

impl<'a> Writer<'a> {
    fn new(mappings: &'a [Mapping]) -> Self {
        let mut writer = Self {
            out: Message::new(),
            strings: HashMap::new(),
            ordered_strings: Vec::new(),
            functions: HashMap::new(),
            locations: HashMap::new(),
            stacks: HashMap::new(),
            mappings,
        };
        // The format demands that string 0 is empty.
        writer.string("");
        writer
    }

    fn string(&mut self, text: &str) -> i64 {
        if let Some(&position) = self.strings.get(text) {
            return position;
        }
        let position = self.ordered_strings.len() as i64;
        self.ordered_strings.push(text.to_owned());
        self.strings.insert(text.to_owned(), position);
        position
    }

    fn value_type(&mut self, field: u32, unit: Unit) {
        let (kind, unit) = (self.string(unit.kind), self.string(unit.unit));
        self.out.message(field, |value_type| {
            value_type.int64(1, kind);
            value_type.int64(2, unit);
        });
    }

    fn sample(&mut self, sample: &Sample) {
        let labels: Vec<(i64, i64)> =
            sample.labels.iter().map(|(key, value)| (self.string(key), self.string(value))).collect();
        let values: Vec<i64> = sample.values.iter().map(|value| whole(*value)).collect();
        let locations = self.stack(&sample.stack);
        self.out.message(2, |message| {
            message.packed_uint64(1, &locations);
            message.packed_int64(2, &values);
            for (key, value) in labels {
                message.message(3, |label| {
                    label.int64(1, key);
                    label.int64(2, value);
                });
            }
        });
    }

    fn stack(&mut self, stack: &Stack) -> Vec<u64> {
        if let Some(locations) = self.stacks.get(&stack.as_ptr()) {
            return locations.clone();
        }
        // An inlined frame shares the location of the one that holds its code.
        let locations: Vec<u64> =
            stack.split_inclusive(|frame| !frame.inlined).map(|frames| self.location(frames)).collect();
        if !stack.is_empty() {
            // An empty one has no place of its own. The profile holds the others while it is written.
            self.stacks.insert(stack.as_ptr(), locations.clone());
        }
        locations
    }

    fn location(&mut self, frames: &[Frame]) -> u64 {
        let lines =
            frames.iter().map(|frame| Line { function: self.function(frame), line: frame.line }).collect();
        let address = frames.last().map_or(0, |frame| frame.address);
        let mapping = self.mappings.iter().position(|mapping| mapping.holds(address));
        let location =
            Location { mapping: mapping.map_or(0, |position| position as u64 + 1), address, lines };
        let next = self.locations.len() as u64 + 1;
        if let Some(&id) = self.locations.get(&location) {
            return id;
        }
        self.out.message(4, |message| {
            message.uint64(1, next);
            message.uint64(2, location.mapping);
            message.uint64(3, location.address);
            for line in &location.lines {
                message.message(4, |written| {
                    written.uint64(1, line.function);
                    written.int64(2, i64::from(line.line));
                });
            }
        });
        self.locations.insert(location, next);
        next
    }

    fn function(&mut self, frame: &Frame) -> u64 {
        let system_name = self.string(&distinct_system_name(frame));
        let key = [self.string(&frame.function), system_name, self.string(&frame.file)];
        let next = self.functions.len() as u64 + 1;
        if let Some(&id) = self.functions.get(&key) {
            return id;
        }
        let [name, system_name, file] = key;
        self.out.message(5, |message| {
            message.uint64(1, next);
            message.int64(2, name);
            message.int64(3, system_name);
            message.int64(4, file);
        });
        self.functions.insert(key, next);
        next
    }

    fn write_mappings(&mut self) {
        for (mapping, id) in self.mappings.iter().zip(1..) {
            let file = self.string(&mapping.file);
            self.out.message(3, |message| {
                message.uint64(1, id);
                message.uint64(2, mapping.start);
                message.uint64(3, mapping.end);
                message.uint64(4, mapping.offset);
                message.int64(5, file);
                // Functions, files, lines and inlined frames are resolved: pprof need not look for the binary.
                (7..=10).for_each(|resolved| message.bool(resolved, true));
            });
        }
    }

    fn finish(self) -> Vec<u8> {
        let mut out = self.out;
        self.ordered_strings.iter().for_each(|text| out.string(6, text));
        out.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generic_name_without_a_linkage_name_is_kept_from_being_shortened() {
        let named = |function: &str, system_name: &str| {
            let (function, system_name) = (function.into(), system_name.into());
            let frame = Frame { function, system_name, file: "".into(), line: 0, address: 0, inlined: false };
            distinct_system_name(&frame).into_owned()
        };
        assert_eq!(named("sort<u32, fn(&u32) -> bool>", "_ZN4sort"), "_ZN4sort");
        assert_ne!(
            named("sort<u32, fn(&u32) -> bool>", "sort<u32, fn(&u32) -> bool>"),
            "sort<u32, fn(&u32) -> bool>"
        );
        assert_eq!(named("memcpy", "memcpy"), "memcpy");
    }
}
