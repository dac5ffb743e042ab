//! What event macros expand to.

use super::{BURST, expand};
use crate::level::Level;
use crate::snapshot::assert_expansion;
use quote::quote;

macro_rules! snapshots {
    ($($name:ident: $level:ident ($($input:tt)*))*) => {$(
        #[test]
        fn $name() {
            let call = expand(&BURST, Level::$level, quote!($($input)*));
            assert_expansion(concat!("event_", stringify!($name)), &quote!(fn f() { #call }));
        }
    )*};
}

snapshots! {
    empty: Error ()
    message_alone: Warn ("message")
    target: Debug (target: "t", a)
    crate_path: Trace (crate = crate::facade::obs, target: "t", a)
    every_schema_field: Info (burst_id = 42, neurons_fired = n, synapses_activated = s + 1)
    other_fields_and_message: Info (a, %b, ?c, k = %v, dotted.key = ?v, "text" = 1, "message {} {b}", f(a, b)?)
    one_measured_field: Info (synapses_activated = s, burst_id)
    misuse: Info (a b, neurons_fired = %n)
}
