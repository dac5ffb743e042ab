//! Reads pprof files back, as far as a flamegraph needs: stacks of function names, the
//! observed function and the thread, the first value.
//!
//! Receives untrusted bytes; gives `Folded`. Anything that does not add up is an error, never a panic, and no length in the
//! file makes it allocate more than the file holds.

use std::collections::HashMap;

use super::folded::Folded;
use super::profile::{OBSERVE, THREAD};

/// The stacks of an uncompressed pprof message; the error is the first thing found wrong.
pub(super) fn folded(message: &[u8]) -> Result<Folded, &'static str> {
    let mut tables = Tables::default();
    let mut samples = Vec::new();
    for field in Fields(message) {
        match field? {
            (2, Value::Bytes(sample)) => samples.push(sample),
            (4, Value::Bytes(location)) => tables.location(location)?,
            (5, Value::Bytes(function)) => tables.function(function)?,
            (6, Value::Bytes(text)) => {
                tables.strings.push(std::str::from_utf8(text).map_err(|_| "a string is not utf-8")?);
            }
            _ => {}
        }
    }
    let mut folded = Folded::default();
    for sample in samples {
        tables.sample(sample, &mut folded)?;
    }
    Ok(folded)
}

#[derive(Default)]
struct Tables<'a> {
    strings: Vec<&'a str>,
    /// Function id to the position of its name.
    functions: HashMap<u64, u64>,
    /// Location id to function ids, innermost first.
    locations: HashMap<u64, Vec<u64>>,
}

impl<'a> Tables<'a> {
    fn string(&self, position: u64) -> Result<&'a str, &'static str> {
        let text = usize::try_from(position).ok().and_then(|position| self.strings.get(position));
        text.copied().ok_or("a string is missing")
    }

    fn function(&mut self, message: &[u8]) -> Result<(), &'static str> {
        let (mut id, mut name) = (0, 0);
        for field in Fields(message) {
            match field? {
                (1, Value::Number(number)) => id = number,
                (2, Value::Number(number)) => name = number,
                _ => {}
            }
        }
        self.functions.insert(id, name);
        Ok(())
    }

    fn location(&mut self, message: &[u8]) -> Result<(), &'static str> {
        let mut id = 0;
        let mut functions = Vec::new();
        for field in Fields(message) {
            match field? {
                (1, Value::Number(number)) => id = number,
                (4, Value::Bytes(line)) => {
                    for field in Fields(line) {
                        if let (1, Value::Number(function)) = field? {
                            functions.push(function);
                        }
                    }
                }
                _ => {}
            }
        }
        self.locations.insert(id, functions);
        Ok(())
    }

    fn sample(&self, message: &[u8], folded: &mut Folded) -> Result<(), &'static str> {
        let (mut locations, mut values, mut roots) = (Vec::new(), Vec::new(), [""; 2]);
        for field in Fields(message) {
            match field? {
                (1, value) => value.repeated(&mut locations)?,
                (2, value) => value.repeated(&mut values)?,
                (3, Value::Bytes(label)) => self.root(label, &mut roots)?,
                _ => {}
            }
        }
        let mut frames = Vec::new();
        for location in locations.iter().rev() {
            let functions = self.locations.get(location).ok_or("a location is missing")?;
            for function in functions.iter().rev() {
                let name = self.functions.get(function).ok_or("a function is missing")?;
                frames.push(self.string(*name)?);
            }
        }
        let weight = values.first().and_then(|&value| i64::try_from(value).ok());
        let weight = weight.ok_or("a sample has no value, or a negative one")?;
        folded.add(&roots, frames.into_iter(), weight.unsigned_abs());
        Ok(())
    }

    /// The observed function or the thread, if that is what the label holds.
    fn root(&self, label: &[u8], roots: &mut [&'a str; 2]) -> Result<(), &'static str> {
        let (mut key, mut value) = (0, 0);
        for field in Fields(label) {
            match field? {
                (1, Value::Number(number)) => key = number,
                (2, Value::Number(number)) => value = number,
                _ => {}
            }
        }
        let key = self.string(key)?;
        for (root, _) in roots.iter_mut().zip([OBSERVE, THREAD]).filter(|(_, wanted)| *wanted == key) {
            *root = self.string(value)?;
        }
        Ok(())
    }
}

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl Value<'_> {
    /// A repeated number stands packed, or one per field.
    fn repeated(self, into: &mut Vec<u64>) -> Result<(), &'static str> {
        match self {
            Value::Number(number) => into.push(number),
            Value::Bytes(mut packed) => {
                while !packed.is_empty() {
                    into.push(varint(&mut packed)?);
                }
            }
        }
        Ok(())
    }
}

/// The fields of one message, up to its end or its first error.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), &'static str>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Result<(u64, Value<'a>), &'static str> {
        let tag = varint(&mut self.0)?;
        let value = match tag & 7 {
            0 => Value::Number(varint(&mut self.0)?),
            1 => Value::Bytes(self.take(8)?),
            2 => {
                let length = varint(&mut self.0)?;
                Value::Bytes(self.take(length)?)
            }
            5 => Value::Bytes(self.take(4)?),
            _ => return Err("a field has an unknown wire type"),
        };
        Ok((tag >> 3, value))
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], &'static str> {
        let taken = usize::try_from(length).ok().and_then(|length| self.0.split_at_checked(length));
        let (taken, rest) = taken.ok_or("a field is longer than the file")?;
        self.0 = rest;
        Ok(taken)
    }
}

fn varint(bytes: &mut &[u8]) -> Result<u64, &'static str> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().ok_or("the file ends within a number")?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err("a number is longer than ten bytes")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::{Duration, SystemTime};

    use super::super::pprof_format::encoded;
    use super::super::profile::{Frame, Profile, Sample, Unit};
    use super::*;

    fn frame(function: &str, address: u64, inlined: bool) -> Frame {
        let (system_name, file) = (format!("_{function}").into(), "src/a.rs".into());
        Frame { function: function.into(), system_name, file, line: 3, address, inlined }
    }

    fn profile() -> Profile {
        let stack = vec![frame("inner", 16, true), frame("outer", 16, false), frame("main", 32, false)];
        let labels = |labels: &[(&'static str, &str)]| -> super::super::profile::Labels {
            labels.iter().map(|(key, value)| (*key, Arc::from(*value))).collect()
        };
        let sample = Sample {
            stack: stack.into(),
            labels: labels(&[(THREAD, "worker"), ("trace_id", "1")]),
            values: vec![300, 3_000_000],
        };
        let labels = labels(&[(THREAD, "worker"), (OBSERVE, "burst")]);
        let observed = Sample { labels, values: vec![2, 0], ..sample.clone() };
        let alone = Sample { stack: Arc::new([]), labels: Arc::new([]), values: vec![1, 0] };
        let unit = Unit { kind: "samples", unit: "count" };
        Profile {
            started: SystemTime::UNIX_EPOCH,
            duration: Duration::from_secs(1),
            values: vec![unit, Unit { kind: "cpu", unit: "nanoseconds" }],
            period: (10_000_000, unit),
            samples: vec![sample, observed, alone],
            mappings: Vec::new(),
        }
    }

    #[test]
    fn our_own_file_gives_the_stacks_that_went_in() {
        let profile = profile();
        let read = folded(&encoded(&profile)).expect("our own file");
        assert_eq!(read, Folded::of(&profile));
        let stacks = ["[unknown] 1", "burst;worker;main;outer;inner 2", "worker;main;outer;inner 300"];
        assert_eq!(read.lines(), stacks);
    }

    #[test]
    fn a_file_cut_short_anywhere_is_an_error_or_a_smaller_profile_but_no_panic() {
        let whole = encoded(&profile());
        let refused = (0..whole.len()).filter(|&length| folded(&whole[..length]).is_err()).count();
        assert!(refused > whole.len() / 2, "{refused} of {}", whole.len());
    }

    #[test]
    fn a_length_beyond_the_file_and_an_endless_number_are_refused() {
        assert_eq!(folded(b"\x12\xff\xff\xff\xff\x0f"), Err("a field is longer than the file"));
        assert_eq!(folded(&[0xff; 11]), Err("a number is longer than ten bytes"));
        assert_eq!(folded(b"\x0b"), Err("a field has an unknown wire type"));
    }
}
