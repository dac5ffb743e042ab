//! What stands before every name is the start of a name.

#![allow(unused)]

use feagi_observability::{Counter, Metrics};

#[derive(Metrics)]
#[metrics(prefix = "")]
struct Empty {
    a: Counter,
}

#[derive(Metrics)]
#[metrics(prefix = "feagi.queue")]
struct Marks {
    a: Counter,
    b: Counter,
}

#[derive(Metrics)]
#[metrics(prefix = "é")]
struct NothingCanStay {
    a: Counter,
}

#[derive(Metrics)]
#[metrics(prefix = "feagi_")]
struct Underscore {
    a: Counter,
}

#[derive(Metrics)]
#[metrics(prefix = "_")]
struct OnlyUnderscore {
    a: Counter,
}

fn main() {}
