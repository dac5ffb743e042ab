//! The place of `bridge` where OpenTelemetry's API is not compiled in: there is nothing to be told.

use super::intake::Intake;
use std::any::TypeId;
use std::marker::PhantomData;
use std::sync::Arc;
use tracing_core::Dispatch;
use tracing_core::span::{Attributes, Id};
use tracing_subscriber::layer::Context;

pub(super) struct Bridge<S>(PhantomData<fn(S)>);

impl<S> Bridge<S> {
    pub(super) fn new(_: &Arc<Intake>) -> Self {
        Bridge(PhantomData)
    }

    pub(super) fn put_over(&mut self, _: &S) {}

    pub(super) fn show(&self, _: &Dispatch) {}

    pub(super) fn settle(&self, _: &Id) {}

    pub(super) fn opened(&self, _: &Attributes<'_>, _: &Id, _: u64, _: Context<'_, S>) {}

    pub(super) fn entering(&self, _: &Id, _: Context<'_, S>) {}

    pub(super) fn exited(&self, _: &Id, _: Context<'_, S>) {}

    pub(super) fn closing(&self, _: Id, _: Context<'_, S>) {}

    // SAFETY: nothing is returned.
    pub(super) unsafe fn downcast_raw(&self, _: TypeId) -> Option<*const ()> {
        None
    }
}
