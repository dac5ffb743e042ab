//! Work to profile, and a pprof decoder of its own: it shares no line with the crate's writer or reader.

#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::HashMap;
use std::hint::black_box;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A folder that goes away with the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("feagi-{test}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a folder below the temporary one");
        Self(path)
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn cpu_clock(clock: libc::clockid_t) -> Duration {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock is one of the two below, and the result is written to a live timespec.
    assert_eq!(unsafe { libc::clock_gettime(clock, &mut now) }, 0);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec as u32)
}

pub(crate) fn thread_cpu() -> Duration {
    cpu_clock(libc::CLOCK_THREAD_CPUTIME_ID)
}

pub(crate) fn process_cpu() -> Duration {
    cpu_clock(libc::CLOCK_PROCESS_CPUTIME_ID)
}

/// Keeps this thread busy until it has used that much CPU time, however long that takes.
#[inline(never)]
pub(crate) fn simulate_spiking_neurons(budget: Duration) -> u64 {
    let end = thread_cpu() + budget;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    while thread_cpu() < end {
        for _ in 0..200_000 {
            state = black_box(state.wrapping_mul(6_364_136_223_846_793_005).rotate_left(17));
        }
    }
    state
}

/// A decoded profile.
#[derive(Debug, Default)]
pub(crate) struct Pprof {
    pub(crate) sample_types: Vec<(String, String)>,
    pub(crate) samples: Vec<Sample>,
    /// Name, system name, file.
    pub(crate) functions: Vec<[String; 3]>,
    pub(crate) mappings: Vec<String>,
    pub(crate) period: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Sample {
    pub(crate) values: Vec<u64>,
    pub(crate) labels: Vec<(String, String)>,
    /// Function names, leaf first.
    pub(crate) stack: Vec<String>,
}

/// A field: its number, its number value, its bytes.
type Field<'a> = (u64, u64, &'a [u8]);

fn number(bytes: &mut &[u8]) -> u64 {
    let length = bytes.iter().position(|byte| byte & 0x80 == 0).expect("a last byte") + 1;
    let (digits, rest) = bytes.split_at(length);
    *bytes = rest;
    digits.iter().rev().fold(0, |value, digit| value << 7 | u64::from(digit & 0x7f))
}

fn fields(mut bytes: &[u8]) -> Vec<Field<'_>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let tag = number(&mut bytes);
        match tag & 7 {
            0 => fields.push((tag >> 3, number(&mut bytes), &[][..])),
            2 => {
                let length = number(&mut bytes) as usize;
                fields.push((tag >> 3, 0, &bytes[..length]));
                bytes = &bytes[length..];
            }
            other => panic!("wire type {other} has no place in a profile"),
        }
    }
    fields
}

fn field(fields: &[Field<'_>], wanted: u64) -> u64 {
    fields.iter().find(|(number, ..)| *number == wanted).map_or(0, |(_, value, _)| *value)
}

fn packed(fields: &[Field<'_>], wanted: u64) -> Vec<u64> {
    let mut numbers = Vec::new();
    for (_, _, bytes) in fields.iter().filter(|(number, ..)| *number == wanted) {
        let mut bytes = *bytes;
        while !bytes.is_empty() {
            numbers.push(number(&mut bytes));
        }
    }
    numbers
}

fn messages<'a>(all: &'a [Field<'a>], wanted: u64) -> impl Iterator<Item = Vec<Field<'a>>> {
    all.iter().filter(move |(number, ..)| *number == wanted).map(|(_, _, bytes)| fields(bytes))
}

impl Pprof {
    pub(crate) fn read(path: &Path) -> Self {
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).expect("the profile exists");
        flate2::read::GzDecoder::new(file).read_to_end(&mut bytes).expect("gzip");
        let all = fields(&bytes);
        let strings: Vec<String> = all
            .iter()
            .filter(|(number, ..)| *number == 6)
            .map(|(_, _, text)| String::from_utf8(text.to_vec()).expect("utf-8"))
            .collect();
        assert_eq!(strings.first().map(String::as_str), Some(""), "string 0 must be empty");
        let text = |of: &[Field<'_>], wanted| strings[field(of, wanted) as usize].clone();

        let functions: Vec<_> = messages(&all, 5).collect();
        let by_id = |entry: Vec<_>| (field(&entry, 1), entry);
        let function_of: HashMap<u64, Vec<Field<'_>>> = messages(&all, 5).map(by_id).collect();
        let location_of: HashMap<u64, Vec<Field<'_>>> = messages(&all, 4).map(by_id).collect();
        let names = |location: u64| -> Vec<String> {
            let lines = messages(&location_of[&location], 4).map(|line| field(&line, 1)).collect::<Vec<_>>();
            lines.iter().map(|function| text(&function_of[function], 2)).collect()
        };
        Self {
            sample_types: messages(&all, 1).map(|kind| (text(&kind, 1), text(&kind, 2))).collect(),
            samples: messages(&all, 2)
                .map(|sample| Sample {
                    values: packed(&sample, 2),
                    labels: messages(&sample, 3).map(|label| (text(&label, 1), text(&label, 2))).collect(),
                    stack: packed(&sample, 1).into_iter().flat_map(names).collect(),
                })
                .collect(),
            functions: functions.iter().map(|f| [text(f, 2), text(f, 3), text(f, 4)]).collect(),
            mappings: messages(&all, 3).map(|mapping| text(&mapping, 5)).collect(),
            period: field(&all, 12),
        }
    }

    pub(crate) fn total(&self, value: usize) -> u64 {
        self.samples.iter().map(|sample| sample.values[value]).sum()
    }
}

/// Reads the whole SVG as XML and gives its text; panics if it is not well-formed.
pub(crate) fn well_formed_svg(path: &Path) -> String {
    let svg = std::fs::read_to_string(path).expect("the svg exists");
    let mut reader = quick_xml::Reader::from_str(&svg);
    let mut elements = 0;
    loop {
        match reader.read_event().expect("well-formed xml") {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Start(_) | quick_xml::events::Event::Empty(_) => elements += 1,
            _ => {}
        }
    }
    assert!(elements > 5, "only {elements} elements");
    svg
}
