//! Blocks under observation give their value and can be left as before. Compiled with the instrumentation on and off, and free of
//! warnings.

#![deny(warnings, clippy::pedantic)]

use feagi_observability::macros::instrument;
use feagi_observability::{Level, observe_block, profile};
use feagi_observability_ui_tests::block_on;
use std::future::ready;

fn leaves_in_every_way(values: &[i32]) -> Result<i32, String> {
    let mut sum = 0;
    'outer: for value in values {
        for round in 0..2 {
            observe_block! { name = "round", level = Level::Debug, metric, profile, fields(round, %value);
                if *value == 0 {
                    continue 'outer;
                }
                if *value < 0 {
                    break 'outer;
                }
                let checked = value.checked_mul(2).ok_or("too large")?;
                if checked == 14 {
                    return Ok(-1);
                }
                sum += checked + round;
            }
        }
    }
    Ok(sum)
}

#[test]
fn a_block_is_left_as_before() {
    assert_eq!(leaves_in_every_way(&[1, 0, 2, -1, 3]), Ok(14));
    assert_eq!(leaves_in_every_way(&[1, 7]), Ok(-1));
    assert_eq!(leaves_in_every_way(&[i32::MAX]), Err("too large".to_owned()));
}

#[test]
fn a_block_has_its_value_and_borrows_as_before() {
    let mut numbers = vec![1, 2, 3];
    let last = observe_block! { "last"; numbers.last_mut() };
    *last.unwrap() += 1;
    let text: &str = observe_block! { name = "text", metric = false; &String::from("temporary")[..4] };
    let doubled = profile!("double", { numbers.iter().map(|n| n * 2).collect::<Vec<_>>() });
    let sum: i32 = profile!("sum", level = "trace", target = "t", fields(len = doubled.len()), {
        let mut sum = 0;
        for n in &doubled {
            sum += n;
        }
        sum
    },);
    let found = loop {
        profile!("search", {
            if sum > 0 {
                break sum;
            }
        });
    };
    let nothing: () = observe_block! { name = "nothing"; };
    assert_eq!((text, sum, found, nothing), ("temp", 14, 14, ()));
    let moved = observe_block! { name = "moved"; move || numbers };
    assert_eq!(moved().len(), 3);
}

#[test]
fn futures_that_a_block_only_makes_may_wait() {
    let future = observe_block! { name = "made";
        let later = async |n: u32| ready(n).await;
        async move { later(1).await + ready(2).await }
    };
    assert_eq!(block_on(future), 3);
}

/// Suspends between its blocks, and can be sent.
async fn waits() -> u32 {
    let one = profile!("before", { 1 });
    ready(()).await;
    one + observe_block! { name = "after"; 2 }
}

#[test]
fn a_future_with_blocks_between_its_awaits_can_be_sent() {
    fn assert_send<T: Send>(value: T) -> T {
        value
    }
    assert_eq!(block_on(assert_send(waits())), 3);
}

macro_rules! wrapped {
    ($name:literal, $value:expr) => {
        profile!($name, { $value })
    };
}

#[test]
fn names_and_values_may_come_through_macros() {
    let hidden = 3;
    assert_eq!(wrapped!("wrapped", hidden), 3);
}

#[test]
fn events_by_name_take_each_value_at_most_once_and_leave_it() {
    let (mut count, name) = (0, String::from("n"));
    instrument!("bare");
    instrument!("trailing",);
    instrument!("fields", name, shown = %name, dotted.key = ?name, "text" = name.len());
    let mut next = || {
        count += 1;
        count
    };
    let nothing: () = instrument!(target: "t", "counted", n = next());
    instrument!(crate = feagi_observability, target: "t", "counted", n = next());
    assert!(count <= 2);
    assert_eq!(nothing, ());
    drop(name);
}
