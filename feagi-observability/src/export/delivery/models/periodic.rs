//! What is made at regular times.

use super::*;
use crate::export::delivery::{Packer, Periodic, Source};
use crate::sync::check;

/// Makes one record each time.
struct One;

impl Source for One {
    fn collect(&mut self, packer: &mut Packer) {
        packer.add(b"a", 1);
    }
}

#[test]
fn the_last_round_is_made_once_and_counted_whenever_the_end_comes() {
    check(2, || {
        let counters = Arc::<SinkCounters>::default();
        let deadline = deadline();
        let time = time_passes();
        let source = (LONG, Box::new(One) as Box<dyn Source>);
        let given = (Arc::clone(&counters), single());
        let periodic = Periodic::start("delivery", given, scripted([]), source).unwrap();
        periodic.close(deadline);
        // It may have been late with its last round: then that is refused, and counted.
        periodic.queue.join();
        let made = counters.accepted();
        assert!((1..=3).contains(&made));
        settled(&counters, made);
        time.join().unwrap();
    });
}
