//! What `#[metrics(…)]` takes on a struct and `#[metric(…)]` on its fields.

#![allow(unused)]

use feagi_observability::{Counter, Metrics};

#[derive(Metrics)]
#[metrics]
struct Bare {
    #[metric]
    a: Counter,
}

#[derive(Metrics)]
#[metric(prefix = "x")]
struct Swapped {
    #[metrics(name = "x")]
    a: Counter,
}

#[derive(Metrics)]
#[metrics(prefx = "x", help = "x")]
struct Unknown {
    #[metric(nam = "x", labels = "x", "x")]
    a: Counter,
}

#[derive(Metrics)]
#[metrics(prefix, crate = "feagi_observability")]
struct WrongForm {
    #[metric(name, help = , unit = seconds)]
    a: Counter,
    #[metric(name = "b" + "c")]
    b: Counter,
}

#[derive(Metrics)]
#[metrics(prefix = "x", prefix = "y")]
struct Twice {
    #[metric(name = "x", name = "y", help = "x")]
    #[metric(help = "y")]
    a: Counter,
}

#[derive(Metrics)]
struct EmptyHelp {
    /// Hidden.
    #[metric(help = " ")]
    a: Counter,
}

fn main() {}
