//! A label's name is one that Prometheus takes, and never that of an id.

#![allow(unused, non_snake_case, mixed_script_confusables)]

use feagi_observability::Labels;

#[derive(Labels)]
struct Grammar {
    #[label(rename = "http.method")]
    marks: bool,
    #[label(rename = "2nd")]
    digit: bool,
    #[label(rename = "a:b")]
    colon: bool,
    #[label(rename = "")]
    empty: bool,
    größe: bool,
}

#[derive(Labels)]
struct Reserved {
    le: bool,
    quantile: bool,
    __name__: bool,
    #[label(rename = "__")]
    nothing_left: bool,
}

#[derive(Labels)]
struct Ids {
    trace_id: bool,
    span_id: bool,
    request_id: bool,
    burst_id: bool,
    agent_id: bool,
    id: bool,
    #[label(rename = "owner_ID")]
    owner: bool,
}

#[derive(Labels)]
struct Twice {
    phase: bool,
    #[label(rename = "phase")]
    other: bool,
}

fn main() {}
