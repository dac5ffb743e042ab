//! Threads as `loom`'s, but for how they sleep: an `unpark` of `loom` also lets a thread go on that waits for a lock.

use loom::sync::Notify;
use std::cell::OnceCell;
use std::io;
use std::sync::Arc;
use std::time::Duration;

loom::thread_local! {
    static TOKEN: OnceCell<Arc<Notify>> = OnceCell::new();
}

fn token() -> Arc<Notify> {
    TOKEN.with(|token| Arc::clone(token.get_or_init(Arc::default)))
}

/// Somebody to be woken.
#[derive(Clone)]
pub(crate) struct Thread {
    inner: loom::thread::Thread,
    token: Arc<Notify>,
}

impl Thread {
    pub(crate) fn name(&self) -> Option<&str> {
        self.inner.name()
    }

    pub(crate) fn unpark(&self) {
        self.token.notify();
    }
}

pub(crate) fn current() -> Thread {
    Thread { inner: loom::thread::current(), token: token() }
}

/// However long: nothing but an `unpark` ends it, or chance.
pub(crate) fn park_timeout(_time: Duration) {
    token().wait();
}

pub(crate) struct JoinHandle<T> {
    inner: loom::thread::JoinHandle<T>,
    thread: Thread,
}

impl<T> JoinHandle<T> {
    pub(crate) fn thread(&self) -> &Thread {
        &self.thread
    }

    pub(crate) fn join(self) -> std::thread::Result<T> {
        self.inner.join()
    }
}

#[derive(Default)]
pub(crate) struct Builder {
    name: String,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn name(mut self, name: String) -> Self {
        self.name = name;
        self
    }

    pub(crate) fn spawn<T: Send + 'static>(
        self,
        run: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<JoinHandle<T>> {
        // The thread's own, which is known before it has begun.
        let token = Arc::<Notify>::default();
        let given = Arc::clone(&token);
        let run = move || {
            TOKEN.with(|own| drop(own.set(given)));
            run()
        };
        let inner = loom::thread::Builder::new().name(self.name).spawn(run)?;
        let thread = Thread { inner: inner.thread().clone(), token };
        Ok(JoinHandle { inner, thread })
    }
}

pub(crate) fn spawn<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
    Builder::new().spawn(run).unwrap()
}
