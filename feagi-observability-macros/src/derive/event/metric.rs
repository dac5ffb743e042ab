//! The metrics of a field: kinds from the attribute, names from there or from event and field, units behind them.

use super::field::FieldArgs;
use crate::errors::Errors;
use crate::event::{Instrument, default_prefix};
use crate::metric_name::{MetricKind, MetricName, check_metric_name, check_unit, on_page};
use crate::slot::Slot;
use crate::unit;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::LitStr;

/// One metric, and what has chosen its name.
pub(super) struct FieldMetric {
    pub(super) instrument: Instrument,
    pub(super) place: TokenStream,
}

/// What the metrics of one field have in common.
pub(super) struct Measured<'a> {
    /// What the names begin with that are not given.
    pub(super) stem: &'a str,
    /// The field's name as a part of theirs.
    pub(super) own: String,
    pub(super) key: &'a str,
    pub(super) help: &'a str,
}

impl Measured<'_> {
    pub(super) fn metrics(&self, args: &FieldArgs, errors: &mut Errors) -> Vec<FieldMetric> {
        // Read once, so that a wrong one is one error.
        let unit = args.unit.as_ref().and_then(|slot| unit::read(&slot.value, errors));
        let kinds = [
            (MetricKind::Gauge, &args.gauge),
            (MetricKind::Counter, &args.counter),
            (MetricKind::Histogram, &args.histogram),
        ];
        let given = kinds.into_iter().filter_map(|(kind, slot)| Some((kind, slot.as_ref()?)));
        given
            .map(|(kind, slot)| {
                let mut metric = self.metric(kind, slot, unit, errors);
                if kind == MetricKind::Histogram {
                    metric.instrument.buckets =
                        args.buckets.as_ref().map(|slot| slot.value.clone()).unwrap_or_default();
                }
                metric
            })
            .collect()
    }

    fn metric(
        &self,
        kind: MetricKind,
        slot: &Slot<Option<LitStr>>,
        unit: Option<&'static str>,
        errors: &mut Errors,
    ) -> FieldMetric {
        let written = match &slot.value {
            Some(name) => MetricName::new(name.to_token_stream(), None, &name.value()),
            None => MetricName::new(slot.written.clone(), Some(&default_prefix(self.stem, kind)), &self.own),
        };
        let fine = check_metric_name(&written, kind, errors);
        let name = match unit.filter(|_| fine) {
            Some(unit) => check_unit(&written, kind, unit, errors),
            None => written.full().to_owned(),
        };
        let name = on_page(&name, kind);
        let unit = unit::of_name(name.strip_suffix("_total").unwrap_or(&name)).unwrap_or_default();
        let instrument = Instrument {
            kind,
            help: self.help.to_owned(),
            unit: unit.to_owned(),
            buckets: Vec::new(),
            field: self.key.to_owned(),
            name,
        };
        FieldMetric { instrument, place: written.place }
    }
}
