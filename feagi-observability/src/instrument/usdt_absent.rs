//! Stands in for the probes where they are not compiled in: nothing.

use super::outcome::Outcome;
use crate::context::Context;

#[inline(always)]
pub(super) fn enter(_: &Context) {}

#[inline(always)]
pub(super) fn exit(_: &Context, _: Outcome, _: u64) {}
