//! `rayon` on functions and blocks of every shape: they compile, return what they did, and borrow what they did.

#![deny(warnings, clippy::all, clippy::pedantic)]

use feagi_observability::{observe, observe_block, profile};

struct Engine {
    steps: Vec<u64>,
}

impl Engine {
    #[observe(rayon, err, fields(n))]
    fn step(&mut self, n: u64) -> Result<&mut u64, String> {
        if n == 0 {
            return Err("none".to_owned());
        }
        self.steps.push(n);
        self.steps.last_mut().ok_or_else(|| "empty".to_owned())
    }

    #[observe(rayon, ret, metric = "rayon_shapes", in_flight, budget = "10s", profile(cpu, alloc))]
    fn sum(&self) -> u64 {
        self.steps.iter().sum()
    }
}

#[observe(rayon, sample = 1 / 1, log(on = "never"))]
fn every_one<T: Clone>(value: &T) -> impl Iterator<Item = T> + use<T> {
    std::iter::once(value.clone())
}

#[observe(rayon, metric = false)]
#[track_caller]
fn located() -> u32 {
    std::panic::Location::caller().line()
}

#[observe(level = "debug", rayon, crate = ::feagi_observability, error_if = |n| *n == 0)]
fn reassigned(mut n: u64, text: &mut String) -> u64 {
    n += 1;
    text.push('x');
    n
}

macro_rules! made {
    ($name:ident, $value:expr) => {
        #[observe(rayon)]
        fn $name() -> u64 {
            $value
        }
    };
}

made!(made_by_a_macro, 7);

/// Nothing of the standard library is in reach.
mod without_prelude {
    #![no_implicit_prelude]

    #[::feagi_observability::observe(rayon, parent = ::feagi_observability::current_context())]
    pub(super) fn bare(value: u8) -> u8 {
        value
    }
}

fn blocks(values: &[u64]) -> Option<u64> {
    let mut sum = 0;
    for value in values {
        observe_block! { name = "block", rayon, fields(value);
            if *value == 0 {
                continue;
            }
            sum += value;
        }
    }
    let first = profile!("profile", rayon, { values.first()? });
    Some(sum + first)
}

#[test]
fn functions_and_blocks_do_what_they_did() {
    let mut engine = Engine { steps: Vec::new() };
    assert_eq!(engine.step(0), Err("none".to_owned()));
    *engine.step(3).unwrap() += 1;
    assert_eq!(engine.sum(), 4);
    assert_eq!(every_one(&"a").collect::<Vec<_>>(), ["a"]);
    assert_eq!(located(), line!());
    let mut text = String::new();
    assert_eq!((reassigned(1, &mut text), text.as_str()), (2, "x"));
    assert_eq!((made_by_a_macro(), without_prelude::bare(3)), (7, 3));
    assert_eq!((blocks(&[1, 0, 2]), blocks(&[])), (Some(4), None));
}
