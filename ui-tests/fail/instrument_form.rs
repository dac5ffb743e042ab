//! A value in the wrong form is answered with the right one.

#![allow(unused)]

use feagi_observability::instrument;

#[instrument(name)]
fn name_without_value() {}

#[instrument(name = 7)]
fn name_is_a_number() {}

#[instrument(target = true)]
fn target_is_a_truth() {}

#[instrument(level)]
fn level_without_value() {}

#[instrument(level = "loud")]
fn level_unknown() {}

#[instrument(level = 6)]
fn level_too_high() {}

#[instrument(level = 0)]
fn level_too_low() {}

#[instrument(level = some::call())]
fn level_is_a_call() {}

#[instrument(parent)]
fn parent_without_value() {}

#[instrument(follows_from)]
fn follows_from_without_value() {}

#[instrument(skip)]
fn skip_without_list() {}

#[instrument(skip(1))]
fn skip_of_a_number() {}

#[instrument(fields)]
fn fields_without_list() {}

#[instrument(skip_all = true)]
fn skip_all_with_value() {}

#[instrument(crate = 7)]
fn crate_is_a_number() {}

#[instrument(profile = 1)]
fn profile_is_a_number() {}

#[instrument(metric = 1)]
fn metric_is_a_number() {}

fn main() {}
