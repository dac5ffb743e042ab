//! Names of events, of their counters and of their macros.

#![allow(unused)]

use feagi_observability::Event;

#[derive(Event)]
#[event(name = "my-event")]
struct NoMetric;

#[derive(Event)]
#[event(name = "my-event", metric = false, macros)]
struct NoMacro;

#[derive(Event)]
#[event(name = "")]
struct Empty;

#[derive(Event)]
#[event(name = "fine", metric = "")]
struct EmptyMetric;

#[derive(Event)]
#[event(metric = "a.b")]
struct Grammar;

#[derive(Event)]
#[event(metric = "jobs_count")]
struct Reserved;

#[derive(Event)]
#[event(metric = "jobs_total_total")]
struct TotalTwice;

#[derive(Event)]
struct StepInfo;

fn main() {}
