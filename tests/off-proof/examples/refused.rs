//! Programs that are refused, whether or not the signals are compiled in. Without the cfg `refused` there are none.

fn main() {}

#[cfg(refused)]
mod cases {
    use feagi_observability::{Counter, Labels, Metrics, burst_info, observe, observe_block};

    struct Opaque;

    #[observe(fields(value))]
    fn field(value: Opaque) {}

    #[observe(fields(%value))]
    fn display(value: Opaque) {}

    #[observe(fields(?value))]
    fn debug(value: Opaque) {}

    #[observe(labels(value))]
    fn label(value: String) {}

    #[observe(parent = value)]
    fn parent(value: u64) {}

    #[observe(err)]
    fn err(value: u64) -> u64 {
        value
    }

    #[observe(fields(value = missing(value)))]
    fn missing_function(value: u64) {}

    fn event(value: Opaque) {
        burst_info!(neurons_fired = value);
    }

    fn block(value: Opaque) {
        observe_block! { name = "block", fields(value); }
    }

    #[derive(Labels)]
    struct Unbounded {
        text: String,
    }

    #[derive(Metrics)]
    struct Handles {
        labelled: Counter<u64>,
    }
}
