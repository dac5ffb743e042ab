//! Takes connections and gives each a thread of its own, a few at a time.

use super::connection::{self, Limits};
use super::routes::{Answer, Routes};
use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const THREAD_NAME: &str = "feagi-obs-http";

/// The longest pause after an accept that failed, such as for want of file descriptors.
const MAX_PAUSE: Duration = Duration::from_secs(1);

/// The clock cannot be asked for an instant at the end of time.
const MAX_STOP: Duration = Duration::from_secs(3600);

/// Takes an address such as `127.0.0.1:9464` or `localhost:0`. Nothing is started: the caller can still back out.
///
/// # Errors
/// `InvalidInput` for what is no loopback address with a port; else what the system says.
pub(crate) fn bind(address: &str) -> io::Result<TcpListener> {
    let invalid = |why| Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    let local = address.strip_prefix("localhost:").and_then(|port| port.parse().ok());
    let parsed = match local {
        Some(port) => SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        None => match address.parse::<SocketAddr>() {
            Ok(parsed) => parsed,
            Err(_) => return invalid("not an address with a port; write one such as `127.0.0.1:9464`"),
        },
    };
    if !parsed.ip().is_loopback() {
        return invalid("not a loopback address: metrics are served to this machine only");
    }
    TcpListener::bind(parsed)
}

/// A running server; stops when it is told to, or dropped.
pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    routes: Routes,
    limits: Limits,
    state: Mutex<State>,
    /// Told of each change of `state`.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    stopping: bool,
    accepting: bool,
    next_id: u64,
    /// What stands in a connection's way to be stopped: a second handle to its socket.
    open: Vec<(u64, Option<TcpStream>)>,
    refused: u64,
}

impl Shared {
    /// A thread that died while it held the lock has left whole values behind.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// Waits until `until` holds, or the deadline; says which.
    fn wait(&self, timeout: Duration, until: impl Fn(&State) -> bool) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), timeout, |state| !until(state));
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        until(&state)
    }
}

impl Server {
    /// Serves on a listener of [`bind`].
    pub(crate) fn start(listener: TcpListener, routes: Routes) -> io::Result<Server> {
        Server::with_limits(listener, routes, Limits::default())
    }

    pub(super) fn with_limits(listener: TcpListener, routes: Routes, limits: Limits) -> io::Result<Server> {
        let address = listener.local_addr()?;
        let state = Mutex::new(State { accepting: true, ..State::default() });
        let shared = Arc::new(Shared { routes, limits, state, changed: Condvar::new() });
        let acceptor = thread::Builder::new().name(THREAD_NAME.to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || accept(listener, &shared)
        })?;
        Ok(Server { address, shared, acceptor: Mutex::new(Some(acceptor)) })
    }

    /// The address with the port that the system has chosen.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Reads how many connections were turned away because too many were open; outlives the server.
    pub(crate) fn refused_count(&self) -> impl Fn() -> u64 + Send + Sync + 'static {
        let shared = Arc::clone(&self.shared);
        move || shared.lock().refused
    }

    /// Closes the port, lets answers under way go out, and says whether all threads have ended in time.
    pub(crate) fn stop(&self, timeout: Duration) -> bool {
        let timeout = timeout.min(MAX_STOP);
        let deadline = Instant::now() + timeout;
        self.shared.change(|state| {
            state.stopping = true;
            // Ends those that still wait for a request.
            for stream in state.open.iter().filter_map(|(_, stream)| stream.as_ref()) {
                let _ = stream.shutdown(Shutdown::Read);
            }
        });
        let left = |most: Duration| deadline.saturating_duration_since(Instant::now()).min(most);
        let ended = |state: &State| !state.accepting && state.open.is_empty();
        // Nothing but a connection ends a waiting accept; one may fail for the reasons that accept fails for.
        while self.shared.lock().accepting && !left(MAX_PAUSE).is_zero() {
            let _ = TcpStream::connect_timeout(&self.address, left(Duration::from_millis(100)));
            self.shared.wait(left(Duration::from_millis(100)), |state| !state.accepting);
        }
        let all_ended = self.shared.wait(left(timeout), ended);
        if all_ended {
            let acceptor = self.acceptor.lock().unwrap_or_else(PoisonError::into_inner).take();
            // It has nothing left to do but return.
            let _ = acceptor.map(JoinHandle::join);
        }
        all_ended
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop(Duration::from_secs(1));
    }
}

/// The acceptor's thread.
fn accept(listener: TcpListener, shared: &Arc<Shared>) {
    let mut pause = Duration::from_millis(10);
    while !shared.lock().stopping {
        match listener.accept() {
            Ok((stream, _)) => {
                pause = Duration::from_millis(10);
                admit(stream, shared);
            }
            // Tried again at once, it would spin while, say, no file descriptor is free.
            Err(_) => {
                shared.wait(pause, |state| state.stopping);
                pause = (pause * 2).min(MAX_PAUSE);
            }
        }
    }
    drop(listener);
    shared.change(|state| state.accepting = false);
}

/// Gives a connection its thread, or turns it away.
fn admit(stream: TcpStream, shared: &Arc<Shared>) {
    let mut state = shared.lock();
    if state.stopping {
        return;
    }
    if state.open.len() >= shared.limits.connections {
        state.refused += 1;
        drop(state);
        return turn_away(stream);
    }
    let id = state.next_id;
    state.next_id += 1;
    state.open.push((id, stream.try_clone().ok()));
    drop(state);
    shared.changed.notify_all();
    let guard = Open { id, shared: Arc::clone(shared) };
    // Where no thread can be had the closure is dropped, and with it connection and guard.
    let _ = thread::Builder::new().name(THREAD_NAME.to_owned()).spawn(move || {
        let mut stream = stream;
        connection::serve(&mut stream, &guard.shared.routes, &guard.shared.limits);
        drop(stream);
        drop(guard);
    });
}

/// Takes the connection off the list, however its thread ends.
struct Open {
    id: u64,
    shared: Arc<Shared>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.shared.change(|state| state.open.retain(|(id, _)| *id != self.id));
    }
}

/// Says why, if that goes without waiting: the acceptor has others to see to.
fn turn_away(mut stream: TcpStream) {
    if stream.set_nonblocking(true).is_ok() {
        let deadline = Instant::now() + Duration::from_millis(10);
        let _ = connection::send(&mut stream, &Answer::text(503), true, deadline);
        let _ = stream.shutdown(Shutdown::Write);
        let _ = io::Read::read(&mut stream, &mut [0; 1024]);
    }
}

#[cfg(test)]
mod tests;
