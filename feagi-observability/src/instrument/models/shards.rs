//! Counters that go from thread to thread.

use super::super::thread::{Leave, ThreadState};
use super::super::{Outcome, SiteFacts, registry, site::Site};
use crate::sync::{check, thread};
use std::sync::atomic::Ordering::Relaxed;

/// One of this run alone: those of the program outlive it.
fn site() -> &'static Site {
    let site = Box::leak(Box::new(Site::new(SiteFacts::new(|| "site", module_path!(), file!(), line!()))));
    registry::register(site, &[]);
    site
}

fn counted() -> u64 {
    let shards = registry::sites().into_iter().flat_map(|(_, _, shards)| shards);
    shards.map(|shard| shard.call.outcomes[0].load(Relaxed)).sum()
}

/// A call, the thread's end, and a call after it.
fn call_end_call(site: &'static Site) {
    let leave = Leave::new();
    let state: &ThreadState = leave.state;
    state.shard(site.live().index, site).record_call(Outcome::Ok, 5);
    assert!(state.shard_if_any(site.live().index).is_some());
    drop(leave);
    site.live().shared.call.count_shared(Outcome::Ok);
}

#[test]
fn counts_outlive_their_threads_and_never_go_back() {
    check(3, || {
        let site = site();
        let threads = [(); 2].map(|()| thread::spawn(move || call_end_call(site)));
        // As the collector does: so that the second may go on with what the first had.
        registry::visit_threads(|_| ());
        let before = counted();
        let after = counted();
        assert!(before <= after && after <= 4);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(counted(), 4);
    });
}

#[test]
fn a_thread_goes_on_with_the_shard_of_one_that_has_ended() {
    check(3, || {
        let site = site();
        let first = thread::spawn(move || call_end_call(site));
        let second = thread::spawn(move || {
            first.join().unwrap();
            call_end_call(site);
        });
        assert!(counted() <= 4);
        second.join().unwrap();
        assert_eq!(counted(), 4);
        let shards: usize = registry::sites().iter().map(|(_, _, shards)| shards.len()).sum();
        assert_eq!(shards, 2, "the one that was handed on, and the shared one");
    });
}
