//! What event macros expand to.

use super::expand;
use crate::snapshot::assert_expansion;
use quote::quote;

macro_rules! snapshots {
    ($($name:ident: $level:literal $schema:ident ($($input:tt)*))*) => {$(
        #[test]
        fn $name() {
            let schema = $schema();
            let call = expand(quote!(::feagi_observability, $level, #schema [$($input)*]));
            assert_expansion(concat!("event_", stringify!($name)), &quote!(fn f() { #call }));
        }
    )*};
}

fn burst() -> proc_macro2::TokenStream {
    quote! {
        "burst" "feagi_burst" "feagi.burst" "Burst executed" "Bursts executed."
        [
            (Counter "feagi_burst_total" "Bursts executed." "" "" "")
            (Gauge "feagi_neurons_fired" "Neurons fired." "" "" "neurons_fired")
            (Counter "feagi_burst_neurons_fired_total" "Neurons fired." "" "" "neurons_fired")
            (Histogram "feagi_burst_duration_seconds" "Time." "seconds" "-1 0.001 0.5" "duration")
        ]
        []
    }
}

fn request() -> proc_macro2::TokenStream {
    quote! {
        "request" "request" "" "" "Requests."
        [(Counter "request_total" "Requests." "" "" "")]
        [(plain "method" true) (label "urgent" false) (redacted "owner" false)]
    }
}

snapshots! {
    empty: "error" burst ()
    message_alone: "warn" burst ("message")
    target: "debug" burst (target: "t", a)
    crate_path: "trace" burst (crate = crate::facade::obs, target: "t", a)
    every_schema_field: "info" burst (burst_id = 42, neurons_fired = n, duration = since.elapsed())
    other_fields_and_message: "info" burst (a, %b, ?c, k = %v, dotted.key = ?v, "text" = 1, "message {} {b}", f(a, b)?)
    one_measured_field: "info" burst (duration = d, burst_id)
    message_behind_a_semicolon: "info" burst (a = 1, b; "message {}", f(a))
    ad_hoc: "info" burst (counter.spikes = n, gauge.load = 0.5, histogram.wait_seconds = w, "counter.text" = 1)
    positional_label_and_redacted: "info" request (%method(), urgent, owner = name()?, "message")
    misuse: "info" burst (a b, neurons_fired = %n)
}
