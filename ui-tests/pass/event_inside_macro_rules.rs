//! Names, types, attributes and calls of events may come through macros.

#![deny(warnings)]

use feagi_observability::{Event, api_info, burst_info, feagi_warn};

macro_rules! event {
    ($(#[$doc:meta])* $name:ident $event:literal $level:literal $bound:expr; $($(#[$attribute:meta])* $field:ident: $ty:ty),*) => {
        $(#[$doc])*
        #[derive(Event)]
        #[event(name = $event, level = $level, macros)]
        struct $name {
            $($(#[$attribute])* $field: $ty,)*
            #[event(histogram, buckets = [$bound, 10])]
            size: u8,
        }
    };
}

event!(
    /// Documented.
    Job "job" "warn" -1.5; #[event(counter)] units: u64, #[event(label)] urgent: bool
);

/// The whole item, its macros and their uses are the macro's own.
macro_rules! own {
    () => {
        #[derive(Event)]
        #[event(macros(info))]
        struct Own {
            a: u8,
        }

        fn report() {
            let a = 1;
            Own { a }.emit();
            own_info!(a, b = a + 1, "message {a}");
        }
    };
}

own!();

macro_rules! reports {
    ($method:expr, $path:literal, $key:ident = $value:expr, $message:literal) => {{
        let a = 5;
        api_info!($method, $path, $key = $value, a, $message);
        burst_info!(burst_id = $value, seen = $value, counter.spikes = $value, "{}", $value);
        feagi_warn!($key = $value; "{a} of {}", $value);
        job_warn!(urgent = $value > a, units = $value, $key = 1);
        a
    }};
}

fn main() {
    Job { units: 1, urgent: true, size: 2 }.emit();
    job_info!(units = 1, urgent = false, "message");
    report();
    assert_eq!(reports!("GET", "/p", status = 7, "answered"), 5);
}
