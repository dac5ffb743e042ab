//! Futures that are made by hand, and by `#[async_trait]`, stay what they were. Compiled with the instrumentation on and off, and
//! free of warnings.

#![deny(warnings, clippy::pedantic)]
#![allow(clippy::manual_async_fn, reason = "what is written by hand is what is tested")]

use async_trait::async_trait;
use feagi_observability::observe;
use feagi_observability_ui_tests::block_on;
use std::cell::RefCell;
use std::future::{Future, ready};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Waker};

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
type LocalBoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
type Answer<'a> = Pin<Box<dyn Future<Output = Result<u32, String>> + Send + 'a>>;

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[async_trait]
trait Genome: Send + Sync {
    async fn load(&mut self, path: &str, part: Option<u8>) -> Result<usize, String>;

    #[observe(fields(path))]
    async fn is_loaded(&self, path: &str) -> bool
    where
        Self: Sized,
    {
        ready(path.len()).await > 1
    }

    async fn name(&self) -> &str {
        "genome"
    }
}

struct Above {
    loads: usize,
}

#[observe(level = "debug", err)]
#[async_trait]
impl Genome for Above {
    async fn load(&mut self, path: &str, part: Option<u8>) -> Result<usize, String> {
        self.loads += 1;
        let part: usize = part.ok_or("no part")?.into();
        ready(()).await;
        if path.is_empty() {
            return Err("no path".to_owned());
        }
        Ok(path.len() + part)
    }

    #[observe(skip)]
    async fn name(&self) -> &str {
        ready("above").await
    }
}

struct Below<T> {
    loaded: Vec<T>,
}

#[async_trait]
#[observe]
impl<T: Send + Sync + From<u8>> Genome for Below<T> {
    #[observe(fields(path, self.loaded = self.loaded.len(), ?part), err)]
    async fn load(&mut self, path: &str, part: Option<u8>) -> Result<usize, String> {
        self.loaded.push(part.unwrap_or(0).into());
        ready(Ok(path.len() + self.loaded.len())).await
    }
}

#[observe(level = "trace")]
#[async_trait(?Send)]
trait Local {
    async fn count(&self, by: Rc<u8>, (a, b): (u8, u8)) -> u8;

    async fn count_none(&self) -> u8 {
        self.count(Rc::new(0), (0, 0)).await
    }
}

#[async_trait(?Send)]
#[observe(profile)]
impl Local for u8 {
    async fn count(&self, by: Rc<u8>, (a, b): (u8, u8)) -> u8 {
        ready(()).await;
        *self + *by + a + b
    }
}

#[test]
fn async_trait_may_stand_above_and_below() {
    let mut above = Above { loads: 0 };
    assert_eq!(block_on(assert_send(above.load("ab", Some(1)))), Ok(3));
    assert_eq!(block_on(above.load("", Some(1))), Err("no path".to_owned()));
    assert_eq!(block_on(above.load("ab", None)), Err("no part".to_owned()));
    assert_eq!((above.loads, block_on(above.name())), (3, "above"));
    assert!(block_on(above.is_loaded("ab")));
    let mut below = Below::<u64> { loaded: Vec::new() };
    let genome: &mut dyn Genome = &mut below;
    assert_eq!(block_on(assert_send(genome.load("ab", None))), Ok(3));
    assert_eq!(block_on(below.name()), "genome");
    assert_eq!(block_on(1_u8.count(Rc::new(2), (3, 4))) + block_on(1_u8.count_none()), 11);
}

struct Client {
    base: String,
    calls: u32,
}

impl Client {
    #[observe(fields(path, base = %self.base), err)]
    fn get<'a>(&'a mut self, path: &'a str) -> BoxFuture<'a, Result<&'a str, std::fmt::Error>> {
        self.calls += 1;
        if path == "ready" {
            return Box::pin(ready(Ok("ready")));
        }
        Box::pin(async move {
            ready(()).await;
            if path.is_empty() { Err(std::fmt::Error) } else { Ok(&*self.base) }
        })
    }

    /// Captures a part of what it borrows, without `move`.
    #[observe(fields(len = self.base.len()))]
    fn base_length(&self) -> impl Future<Output = usize> + Send + '_ {
        async { ready(self.base.len()).await }
    }

    #[observe]
    fn local(&self, shared: Rc<u32>) -> LocalBoxFuture<'_, u32> {
        Box::pin(async move { *shared + self.calls })
    }

    #[observe(name = "aliased")]
    fn aliased(&self) -> Answer<'_> {
        std::boxed::Box::pin(async move { Ok(self.calls) })
    }

    #[observe]
    fn generic<T: Send + 'static>(value: T) -> impl Future<Output = Result<T, T>> + Send {
        async move { if size_of::<T>() == 0 { Err(value) } else { Ok(value) } }
    }

    #[observe(err)]
    fn converted(text: &'static str) -> Pin<Box<dyn Future<Output = Result<u32, std::num::ParseIntError>>>> {
        Pin::from(Box::new(async move { text.parse() }))
    }
}

/// Stands for `futures::FutureExt`.
trait Boxed: Future + Sized {
    fn boxed<'a>(self) -> BoxFuture<'a, Self::Output>
    where
        Self: Send + 'a,
    {
        Box::pin(self)
    }
}

impl<F: Future> Boxed for F {}

#[rustfmt::skip]
#[observe]
fn by_method(n: u32) -> BoxFuture<'static, u32> { async move { n + ready(1).await }.boxed() }

#[test]
fn futures_made_by_hand_give_what_they_gave() {
    let mut client = Client { base: "base".into(), calls: 0 };
    assert_eq!(block_on(assert_send(client.get("a"))), Ok("base"));
    assert!(block_on(client.get("")).is_err());
    assert_eq!(block_on(client.get("ready")), Ok("ready"));
    assert_eq!(block_on(assert_send(client.base_length())), 4);
    assert_eq!(block_on(client.local(Rc::new(2))), 5);
    assert_eq!(block_on(client.aliased()), Ok(3));
    assert_eq!(block_on(assert_send(Client::generic(5))), Ok(5));
    assert_eq!(block_on(Client::converted("7")), Ok(7));
    assert_eq!(block_on(by_method(1)), 2);
}

#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<&'static str>>>);

struct Noisy(&'static str, Log);

impl Drop for Noisy {
    fn drop(&mut self) {
        self.1.0.borrow_mut().push(self.0);
    }
}

/// The same functions twice: as they are, and annotated.
macro_rules! functions {
    ($module:ident, $($annotation:tt)*) => {
        mod $module {
            use super::*;

            $($annotation)*
            pub(super) fn made(a: Noisy, b: Noisy, unused: Noisy) -> LocalBoxFuture<'static, Result<usize, Noisy>> {
                let before = Noisy("before", b.1.clone());
                drop(unused);
                Box::pin(async move {
                    let _local = Noisy("local", a.1.clone());
                    ready(()).await;
                    if a.0.is_empty() {
                        return Err(b);
                    }
                    Ok(b.0.len() + before.0.len())
                })
            }

            #[async_trait(?Send)]
            pub(super) trait Later {
                $($annotation)*
                async fn later(&self, a: Noisy, _b: Noisy, (c, _d): (Noisy, Noisy)) -> usize {
                    let _local = Noisy("local", a.1.clone());
                    std::future::pending::<()>().await;
                    c.0.len()
                }
            }

            impl Later for u8 {}
        }
    };
}

functions!(plain, #[allow(clippy::used_underscore_binding)]);
functions!(observed, #[allow(clippy::used_underscore_binding)] #[observe]);

fn poll_once(future: impl Future) {
    assert!(pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

#[test]
fn everything_is_dropped_in_its_order() {
    macro_rules! dropped {
        ($module:ident) => {{
            use $module::Later as _;
            let log = Log::default();
            let noisy = |name| Noisy(name, log.clone());
            assert!(block_on($module::made(noisy("a"), noisy("b"), noisy("unused"))).is_ok());
            drop($module::made(noisy("a"), noisy("b"), noisy("unused")));
            poll_once(1.later(noisy("a"), noisy("_b"), (noisy("c"), noisy("_d"))));
            drop(1.later(noisy("a"), noisy("_b"), (noisy("c"), noisy("_d"))));
            log.0.take()
        }};
    }
    let plain = dropped!(plain);
    assert!(plain.len() > 16, "{plain:?}");
    assert_eq!(dropped!(observed), plain);
}
