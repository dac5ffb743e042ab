//! Rules about metrics and promises.

use super::super::args::Args;
use super::super::recorded::Recorded;
use crate::call_metric;
use crate::errors::Errors;
use crate::field::Recording;
use crate::form::Metric;
use crate::labels::check_label_name;
use crate::log;
use quote::ToTokens;

/// What the runtime keeps the values of.
const MAX_LABELS: usize = 8;
/// Bounds beside `+Inf` that a histogram has room for.
const MAX_BOUNDS: usize = 22;
/// What the families of calls write themselves.
const OURS: [&str; 2] = ["outcome", "site"];

pub(super) fn all(args: &Args, recorded: &Recorded, errors: &mut Errors) {
    check_metric_name(args, errors);
    check_metric_is_on(args, recorded, errors);
    check_labels(recorded, errors);
    check_buckets(args, errors);
    check_sample(args, errors);
    check_sampled_region(args, errors);
    check_dynamic(args, recorded, errors);
    check_slo(args, errors);
    if let Some(slot) = &args.log {
        log::check(&slot.value, errors);
    }
}

/// The name must be one that Prometheus takes.
fn check_metric_name(args: &Args, errors: &mut Errors) {
    if let Some(Metric::Named(literal)) = args.metric.as_ref().map(|slot| &slot.value) {
        call_metric::check(literal, errors);
    }
}

/// What describes or divides the metrics is of no use where `metric = false` turns them off.
fn check_metric_is_on(args: &Args, recorded: &Recorded, errors: &mut Errors) {
    let Some(metric) = &args.metric else { return };
    if !matches!(metric.value, Metric::Off) {
        return;
    }
    let label = recorded.labels.first();
    let labels =
        if label.is_some_and(|label| label.recording == Recording::Dynamic) { "dynamic" } else { "labels" };
    let dependants: [(&str, Option<&dyn ToTokens>); 5] = [
        ("help", args.help.as_ref().map(|slot| slot as _)),
        ("buckets", args.buckets.as_ref().map(|slot| slot as _)),
        ("in_flight", args.in_flight.as_ref().map(|slot| slot as _)),
        ("slo", args.slo.as_ref().map(|slot| slot as _)),
        (labels, label.map(|label| label as _)),
    ];
    for (key, place) in dependants {
        if let Some(place) = place {
            let message = format!(
                "`{key}` is about the metrics, and `{}` turns them off; remove one of the two",
                metric.text()
            );
            errors.push(place, message);
        }
    }
}

/// Names that Prometheus takes and our families do not write themselves; values in each, so there cannot be many.
fn check_labels(recorded: &Recorded, errors: &mut Errors) {
    for label in &recorded.labels {
        if OURS.contains(&label.key.as_str()) {
            let message = format!(
                "`{}` is a label that the metrics of calls write themselves; choose another",
                label.key
            );
            errors.push(&label.name, message);
        } else {
            check_label_name(&label.name, &label.key, errors);
        }
    }
    if let Some(label) = recorded.labels.get(MAX_LABELS) {
        errors.push(label, format!("{} labels are more than {MAX_LABELS}", recorded.labels.len()));
    }
}

/// A bucket counts what the one before it does not.
fn check_buckets(args: &Args, errors: &mut Errors) {
    let Some(buckets) = &args.buckets else { return };
    let bounds = &buckets.value.bounds;
    for pair in bounds.windows(2) {
        if let [(before, written), (bound, place)] = pair
            && bound <= before
        {
            let before = written.to_token_stream();
            errors.push(place, format!("bounds ascend; this one is not above `{before}`"));
        }
    }
    if let Some((_, place)) = bounds.get(MAX_BOUNDS) {
        let message =
            format!("{} bounds are more than the {MAX_BOUNDS} that a histogram holds", bounds.len());
        errors.push(place, message);
    }
}

/// A call that is not timed cannot be held against a time.
fn check_sample(args: &Args, errors: &mut Errors) {
    if let (Some(sample), Some(budget)) = (&args.sample, &args.budget)
        && sample.value.every > 1
    {
        let message = format!(
            "`{}` leaves calls untimed, so `{}` would miss them; remove one of the two",
            sample.text(),
            budget.text()
        );
        errors.push(sample, message);
    }
}

/// A call that is counted only has no context; what its pool does would be said of another call, should one be running.
fn check_sampled_region(args: &Args, errors: &mut Errors) {
    if let (Some(rayon), Some(sample)) = (&args.rayon, &args.sample)
        && sample.value.every > 1
    {
        let message = format!(
            "`rayon` gives the call's context to threads of a pool, and `{}` leaves calls without one; remove one of the two",
            sample.text()
        );
        errors.push(rayon, message);
    }
}

/// The facade counts each call as it ends, in buckets of its own.
fn check_dynamic(args: &Args, recorded: &Recorded, errors: &mut Errors) {
    let Some(label) = recorded.labels.iter().find(|label| label.recording == Recording::Dynamic) else {
        return;
    };
    let label = &label.key;
    if let Some(sample) = args.sample.as_ref().filter(|sample| sample.value.every > 1) {
        let message = format!(
            "`{}` leaves calls out of the series of `{label}`, which the `metrics` facade counts one by one; remove one of the two",
            sample.text()
        );
        errors.push(sample, message);
    }
    if let Some(buckets) = &args.buckets {
        let message = format!(
            "the series of `{label}` are counted by the `metrics` facade, in its own buckets; remove `buckets`, or bound the label by its type"
        );
        errors.push(buckets, message);
    }
}

/// A percentile is one of latencies.
fn check_slo(args: &Args, errors: &mut Errors) {
    let Some(slo) = &args.slo else { return };
    if let (Some(p), None) = (&slo.value.p, &slo.value.latency) {
        errors
            .push(p, "`p` is the share of calls that stay below `latency`; write `latency = \"250ms\"`, too");
    }
}
