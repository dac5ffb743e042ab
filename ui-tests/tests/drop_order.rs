//! Parameters, locals and temporaries are dropped in the order in which the plain function drops them.

use feagi_observability::{instrument, observe};
use feagi_observability_ui_tests::block_on;
use std::cell::RefCell;
use std::future::{pending, ready};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Waker};

#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<&'static str>>>);

impl Log {
    fn noisy(&self, name: &'static str) -> Noisy {
        Noisy { name, log: self.clone() }
    }

    fn take(&self) -> Vec<&'static str> {
        self.0.take()
    }
}

struct Noisy {
    name: &'static str,
    log: Log,
}

impl Noisy {
    fn name(&self) -> &'static str {
        self.name
    }
}

impl Drop for Noisy {
    fn drop(&mut self) {
        self.log.0.borrow_mut().push(self.name);
    }
}

/// The same functions twice: as they are, and annotated.
macro_rules! functions {
    ($module:ident, $($annotation:tt)*) => {
        mod $module {
            use super::*;

            $($annotation)*
            pub(super) fn unit(log: &Log, a: Noisy, _b: Noisy, _: Noisy, (c, d): (Noisy, Noisy)) -> usize {
                let _local = log.noisy("local");
                let (_, _) = (&a, &c);
                log.noisy("temporary").name().len() + d.name().len()
            }

            $($annotation)*
            pub(super) fn reassigned(mut node: &mut [Noisy], a: Noisy, _b: Noisy) -> Result<&mut Noisy, Noisy> {
                node = &mut node[1..];
                match node.first_mut() {
                    Some(first) => Ok(first),
                    None => Err(a.log.noisy("none")),
                }
            }

            $($annotation)*
            pub(super) async fn later(log: &Log, a: Noisy, _b: Noisy, (c, d): (Noisy, Noisy)) -> Result<usize, Noisy> {
                let _local = log.noisy("local");
                ready(()).await;
                if a.name().is_empty() {
                    return Err(c);
                }
                Ok(log.noisy("temporary").name().len() + d.name().len() + c.name().len())
            }

            $($annotation)*
            pub(super) async fn never(log: &Log, a: Noisy, _b: Noisy, c: Noisy) -> usize {
                let _local = log.noisy("local");
                pending::<()>().await;
                a.name().len() + c.name().len()
            }
        }
    };
}

functions!(plain,);
functions!(observed, #[observe(fields(len = log_len(), kind = "test"))]);
functions!(instrumented, #[instrument(skip_all, fields(len = log_len(), kind = "test"))]);

#[observe]
fn moves_on_some_paths(log: &Log, a: Noisy, _b: Noisy, c: Noisy) -> Result<Noisy, Noisy> {
    let _local = log.noisy("local");
    if a.name().is_empty() {
        return Err(a);
    }
    Ok(c)
}

fn log_len() -> usize {
    0
}

/// Runs all versions and compares what was dropped when.
macro_rules! assert_same {
    ($log:ident, $module:ident => $run:expr) => {{
        let $log = Log::default();
        let expected = {
            use plain as $module;
            let _ = $run;
            $log.take()
        };
        assert!(expected.len() > 1, "nothing to compare");
        {
            use observed as $module;
            let _ = $run;
            assert_eq!($log.take(), expected);
        }
        use instrumented as $module;
        let _ = $run;
        assert_eq!($log.take(), expected);
    }};
}

#[test]
fn a_function_without_a_result_drops_as_before() {
    assert_same!(log, m => m::unit(
        &log,
        log.noisy("a"),
        log.noisy("b"),
        log.noisy("unnamed"),
        (log.noisy("c"), log.noisy("d")),
    ));
}

#[test]
fn a_function_with_a_result_drops_as_before() {
    assert_same!(log, m => m::reassigned(&mut [log.noisy("x"), log.noisy("y")], log.noisy("a"), log.noisy("b")).is_ok());
    assert_same!(log, m => m::reassigned(&mut [log.noisy("x")], log.noisy("a"), log.noisy("b")).is_ok());
}

/// A parameter that only some paths move is dropped with the body, before the parameters behind it: the one difference.
#[test]
fn a_parameter_that_some_paths_move_is_dropped_when_the_body_ends() {
    let log = Log::default();
    drop(moves_on_some_paths(&log, log.noisy("a"), log.noisy("b"), log.noisy("c")));
    let order = log.take();
    assert_eq!(order.iter().position(|name| *name == "local"), Some(0), "{order:?}");
    assert_eq!(order.last(), Some(&"c"), "{order:?}");
}

#[test]
fn a_finished_future_drops_as_before() {
    assert_same!(log, m => block_on(m::later(
        &log,
        log.noisy("a"),
        log.noisy("b"),
        (log.noisy("c"), log.noisy("d")),
    )));
}

#[test]
fn a_cancelled_future_drops_as_before() {
    assert_same!(log, m => {
        let mut future = Box::pin(m::never(&log, log.noisy("a"), log.noisy("b"), log.noisy("c")));
        assert!(std::future::Future::poll(future.as_mut(), &mut Context::from_waker(Waker::noop())).is_pending());
    });
}

#[test]
fn a_future_that_was_never_polled_drops_as_before() {
    assert_same!(log, m => {
        let future = pin!(m::never(&log, log.noisy("a"), log.noisy("b"), log.noisy("c")));
        let _ = &future;
    });
}
