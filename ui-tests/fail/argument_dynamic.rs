//! A label with any number of values needs a cap.

#![allow(unused)]

use feagi_observability::observe;

struct Opaque;

#[observe(dynamic)]
fn no_list(tenant: &str) {}

#[observe(dynamic(tenant))]
fn no_cap(tenant: &str) {}

#[observe(dynamic(cap = 10))]
fn no_label(tenant: &str) {}

#[observe(dynamic(tenant, cap = 0))]
fn zero(tenant: &str) {}

#[observe(dynamic(tenant, cap = 10001))]
fn too_many(tenant: &str) {}

#[observe(dynamic(tenant, cap = "ten"))]
fn text(tenant: &str) {}

#[observe(dynamic(tenant, name, cap = 10))]
fn two(tenant: &str, name: &str) {}

#[observe(dynamic(tenant, cap = 10, cap = 20))]
fn two_caps(tenant: &str) {}

#[observe(dynamic(user_id = tenant, cap = 10))]
fn id(tenant: &str) {}

#[observe(dynamic(le = tenant, cap = 10))]
fn reserved(tenant: &str) {}

#[observe(dynamic(tenant, cap = 10), metric = false)]
fn without_metric(tenant: &str) {}

#[observe(dynamic(tenant, cap = 10))]
fn no_display(tenant: Opaque) {}

#[observe(dynamic(tenant, cap = 10), sample = 1/8, buckets = [1])]
fn with_sample_and_buckets(tenant: &str) {}

fn main() {}
