//! Several that want to end the same, in every order.

use super::ending::Ending;
use crate::sync::{AtomicU64, advance, check, now, thread};
use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Acquire};
use std::time::Duration;

const LONG: Duration = Duration::from_secs(60);

/// Ends what counts how often it was ended.
fn stop(ending: &Ending<Arc<AtomicU64>>) -> bool {
    ending.stop(now() + LONG, |ended| ended.fetch_add(1, AcqRel) == 0)
}

#[test]
fn it_is_stopped_once_and_whoever_returns_finds_it_stopped() {
    check(4, || {
        let ended = Arc::new(AtomicU64::new(0));
        let ending = Arc::new(Ending::new(Arc::clone(&ended)));
        let threads = [(); 2].map(|()| {
            let (ending, ended) = (Arc::clone(&ending), Arc::clone(&ended));
            thread::spawn(move || {
                assert!(stop(&ending));
                assert_eq!(ended.load(Acquire), 1);
            })
        });
        if ending.see(|ended| assert_eq!(ended.load(Acquire), 0)).is_none() {
            assert!(ending.wait(now() + LONG));
            assert_eq!(ended.load(Acquire), 1);
        }
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert!(stop(&ending) && ending.see(|_| ()).is_none());
    });
}

#[test]
fn who_waits_for_another_does_not_wait_longer_than_it_wanted() {
    check(4, || {
        let ending = Arc::new(Ending::new(()));
        let slow = thread::spawn({
            let ending = Arc::clone(&ending);
            // It takes longer than the other has time.
            move || {
                ending.stop(now() + LONG * 9, |()| {
                    advance(LONG * 2);
                    true
                })
            }
        });
        ending.stop(now() + LONG, |()| true);
        slow.join().unwrap();
        assert!(ending.stop(now(), |()| false), "what came of it is said again");
    });
}
