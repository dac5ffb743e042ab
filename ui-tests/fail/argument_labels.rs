//! Labels are few, named as Prometheus takes it, and bounded by their type.

#![allow(unused)]

use feagi_observability::observe;

#[observe(labels)]
fn no_list(phase: bool) {}

#[observe(labels(%phase, ?phase))]
fn sigils(phase: bool) {}

#[observe(labels(a.b = phase, le = phase, __name = phase, outcome = phase, site = phase, trace_id = phase))]
fn names(phase: bool) {}

#[observe(labels(phase, phase = !phase))]
fn twice(phase: bool) {}

#[observe(fields(phase), labels(phase))]
fn field_and_label(phase: bool) {}

#[observe(labels(a = p, b = p, c = p, d = p, e = p, f = p, g = p, h = p, i = p))]
fn many(p: bool) {}

#[observe(labels(phase), metric = false)]
fn without_metric(phase: bool) {}

#[observe(labels(phase = phase?))]
fn leaves(phase: Option<bool>) -> Option<bool> {
    phase
}

#[observe(labels(name))]
fn unbounded(name: &str) {}

#[observe(labels(count = count + 1))]
fn number(count: u32) {}

fn main() {}
