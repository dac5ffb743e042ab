//! Names of hosts looked up on a thread of their own, because the system's resolver may hang for as long as it likes.
//!
//! Invariant: one look-up is under way at most. Who asks again while it hangs waits for it, so that a resolver that never answers costs one
//! thread, not one for each attempt.

use std::io::{Error, ErrorKind};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

type Answer = Result<Vec<SocketAddr>, Error>;

/// Looks names up, one at a time.
#[derive(Debug, Default)]
pub(crate) struct Lookup {
    hanging: Mutex<Option<Asked>>,
}

#[derive(Debug)]
struct Asked {
    host: String,
    port: u16,
    answer: Receiver<Answer>,
}

impl Lookup {
    /// The addresses of a host, within `time`; one that is written as an address needs no look-up.
    ///
    /// # Errors
    /// The resolver's, `TimedOut` when it does not answer in time, and the system's if it refuses a thread.
    pub(crate) fn addresses(&self, host: &str, port: u16, time: Duration) -> Answer {
        if let Ok(ip) = host.parse::<IpAddr>() {
            return Ok(vec![(ip, port).into()]);
        }
        self.ask(host, port, time, |host, port| Ok((host, port).to_socket_addrs()?.collect()))
    }

    fn ask(&self, host: &str, port: u16, time: Duration, resolve: fn(&str, u16) -> Answer) -> Answer {
        let mut hanging = self.hanging.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = match hanging.take().filter(|asked| asked.host == host && asked.port == port) {
            Some(asked) => asked,
            None => Asked::begin(host, port, resolve)?,
        };
        match asked.answer.recv_timeout(time) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => {
                *hanging = Some(asked);
                Err(ErrorKind::TimedOut.into())
            }
            Err(RecvTimeoutError::Disconnected) => Err(Error::other("the resolver's thread has ended")),
        }
    }
}

impl Asked {
    fn begin(host: &str, port: u16, resolve: fn(&str, u16) -> Answer) -> Result<Self, Error> {
        let (found, answer) = channel();
        let name = host.to_owned();
        thread::Builder::new().name("feagi-obs-name".to_owned()).spawn(move || {
            // Nobody may be waiting any more.
            let _ = found.send(resolve(&name, port));
        })?;
        Ok(Asked { host: host.to_owned(), port, answer })
    }
}

impl Resolver for Lookup {
    fn resolve(
        &self,
        uri: &Uri,
        _: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let by_scheme = if uri.scheme_str() == Some("https") { 443 } else { 80 };
        let port = uri.port_u16().unwrap_or(by_scheme);
        let found = self.addresses(host, port, *timeout.after).map_err(|error| {
            if error.kind() == ErrorKind::TimedOut {
                ureq::Error::Timeout(timeout.reason)
            } else {
                error.into()
            }
        })?;
        let mut addresses = self.empty();
        found.into_iter().take(MOST).for_each(|address| addresses.push(address));
        if addresses.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(addresses) }
    }
}

/// What the client has room for.
const MOST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn addresses_and_names_are_found() {
        let lookup = Lookup::default();
        let found = |host| lookup.addresses(host, 7, LONG).unwrap();
        assert_eq!(found("127.0.0.1"), ["127.0.0.1:7".parse().unwrap()]);
        assert_eq!(found("::1"), ["[::1]:7".parse().unwrap()]);
        assert!(found("localhost").iter().all(|address| address.ip().is_loopback() && address.port() == 7));
        assert!(lookup.addresses("host.invalid", 7, LONG).is_err());
    }

    #[test]
    fn a_resolver_that_hangs_is_asked_once_and_its_late_answer_is_used() {
        static ASKED: AtomicU32 = AtomicU32::new(0);
        static LET_GO: Mutex<()> = Mutex::new(());
        fn hangs(_: &str, port: u16) -> Answer {
            ASKED.fetch_add(1, SeqCst);
            let _until = LET_GO.lock();
            Ok(vec![([127, 0, 0, 9], port).into()])
        }
        let lookup = Lookup::default();
        let held = LET_GO.lock().unwrap();
        for _ in 0..5 {
            let error = lookup.ask("collector", 1, Duration::from_millis(5), hangs).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TimedOut);
        }
        drop(held);
        assert_eq!(lookup.ask("collector", 1, LONG, hangs).unwrap(), ["127.0.0.9:1".parse().unwrap()]);
        assert_eq!(ASKED.load(SeqCst), 1);
    }
}
