//! Faults of the way to a collector, and of its process: what becomes of spans by each way, exactly, while calls go on.
//!
//! The numbers are those of `feagi-observability/docs/faults.md`.
#![cfg(target_os = "linux")]

use feagi_observability_tests::counterpart::skip;
use feagi_observability_tests::exporting::{Exporting, Waits, Way, endpoint, wait_until};
use feagi_observability_tests::receiver::Receiver;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Milliseconds that are never needed whole.
const LONG: u64 = 60_000;

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_exporting"))
}

fn start(way: Way, collector: &str, waits: Waits) -> Exporting {
    Exporting::start(program(), way, collector, waits)
}

/// An address where nobody listens.
fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port")
}

/// Neither more nor fewer attempts than waits of 100, 200 and 400 ms allow within `give_up: 500`.
fn assert_bounded(failures: u64, retries: u64, way: Way) {
    let batches = failures - retries;
    assert!(retries > 0 && retries <= 3 * batches, "{way:?}: {failures} failures, {retries} retries");
}

#[test]
fn fault_25_refused_connections_are_retried_until_the_batch_is_given_up() {
    for way in Way::ALL {
        let mut exporting = start(way, &endpoint(nobody()), Waits { give_up: 500, ..Default::default() });
        exporting.calls(50);
        exporting.wait_for("failures", 1);
        exporting.calls(2000);
        let ended = exporting.shutdown(LONG);
        assert_eq!((ended.exported, ended.emitted), (0, 2050), "{way:?}");
        assert!(ended.dropped["connect"] > 0, "{way:?}: {ended:?}");
        assert_bounded(ended.failures, ended.retries, way);
        assert_eq!(ended.failed, BTreeMap::from([("connect".to_owned(), ended.failures)]), "{way:?}");
    }
}

/// Listens, and drops each SYN: the queue of connections that nobody has accepted is full.
struct Full {
    listener: std::os::fd::OwnedFd,
    address: SocketAddr,
    _inside: Vec<TcpStream>,
}

impl Full {
    fn listen() -> Full {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let listener = std::os::fd::OwnedFd::from(listener);
        // SAFETY: the descriptor is a listening socket that lives here; listening again only makes its queue shorter.
        assert_eq!(unsafe { libc::listen(std::os::fd::AsRawFd::as_raw_fd(&listener), 0) }, 0);
        let mut inside = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
            inside.push(stream);
            assert!(inside.len() < 100, "the queue has an end");
        }
        Full { listener, address, _inside: inside }
    }
}

#[test]
fn fault_26_a_connection_that_is_never_made_is_given_up_in_time() {
    for way in Way::ALL {
        let full = Full::listen();
        let waits = Waits { request: 500, give_up: 500, ..Default::default() };
        let mut exporting = start(way, &endpoint(full.address), waits);
        exporting.calls(50);
        exporting.calls(2000);
        exporting.wait_for("failures", 1);
        let ended = exporting.shutdown(LONG);
        assert_eq!((ended.exported, ended.emitted), (0, 2050), "{way:?}");
        // Nothing can have arrived: it is not a timeout, but a connection that was not made.
        assert!(ended.dropped["connect"] > 0 && !ended.dropped.contains_key("timeout"), "{way:?}: {ended:?}");
        assert!(ended.retries <= 3 * (ended.failures - ended.retries), "{way:?}: {ended:?}");
        drop(full.listener);
    }
}

/// A collector in a process of its own.
struct Process {
    child: Child,
    address: SocketAddr,
    output: BufReader<std::process::ChildStdout>,
}

impl Process {
    fn start(address: SocketAddr, act: &str) -> Process {
        let mut child = Command::new(env!("CARGO_BIN_EXE_receiver"))
            .args([address.to_string(), act.to_owned()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the receiver starts");
        let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        output.read_line(&mut line).expect("its address");
        let address = line.trim_end().parse().expect("an address");
        Process { child, address, output }
    }

    fn signal(&self, signal: libc::c_int) {
        let id = libc::pid_t::try_from(self.child.id()).expect("a process id");
        // SAFETY: the process was started here and is waited for only when this is dropped, so the id is its own.
        assert_eq!(unsafe { libc::kill(id, signal) }, 0);
    }

    /// Requests, spans, and different ones.
    fn counts(&mut self) -> [u64; 3] {
        let input = self.child.stdin.as_mut().expect("a pipe");
        writeln!(input, "counts").expect("it listens");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("its counts");
        let mut numbers = line.split_whitespace().map(|number| number.parse().expect("a number"));
        std::array::from_fn(|_| numbers.next().expect("three numbers"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn fault_35_a_stopped_collector_fills_the_queue_and_gets_what_was_in_it_when_it_goes_on() {
    for way in Way::ALL {
        let mut collector = Process::start(([127, 0, 0, 1], 0).into(), "accept");
        let mut exporting = start(way, &endpoint(collector.address), Waits::default());
        exporting.calls(1);
        exporting.wait_for("exported", 1);
        collector.signal(libc::SIGSTOP);
        // It has the connection, and does nothing with it: these calls return all the same.
        (0..20).for_each(|_| exporting.calls(100));
        wait_until("a full queue", || {
            exporting.calls(100);
            exporting.ask("stats").contains("queue_full")
        });
        collector.signal(libc::SIGCONT);
        let ended = exporting.shutdown(LONG);
        assert!(ended.dropped["queue_full"] > 0 && ended.dropped.len() == 1, "{way:?}: {ended:?}");
        assert_eq!(ended.retries, 0, "{way:?}");
        assert_eq!(collector.counts()[1..], [ended.exported; 2], "I4, {way:?}");
    }
}

#[test]
fn fault_35_a_collector_that_stays_stopped_does_not_outlast_the_shutdown() {
    for way in Way::ALL {
        let collector = Process::start(([127, 0, 0, 1], 0).into(), "accept");
        let mut exporting = start(way, &endpoint(collector.address), Waits::default());
        exporting.calls(1);
        exporting.wait_for("exported", 1);
        collector.signal(libc::SIGSTOP);
        exporting.calls(100);
        wait_until("in flight", || exporting.count("in_flight") > 0);
        let ended = exporting.shutdown(200);
        assert_eq!((ended.emitted, ended.exported), (101, 1), "{way:?}");
        assert_eq!(ended.dropped, BTreeMap::from([("shutdown_timeout".to_owned(), 100)]), "{way:?}");
    }
}

#[test]
fn fault_36_a_batch_whose_collector_dies_is_sent_to_the_next_one() {
    for way in Way::ALL {
        let mut first = Process::start(([127, 0, 0, 1], 0).into(), "hold");
        let mut exporting = start(way, &endpoint(first.address), Waits::default());
        exporting.calls(50);
        wait_until("a request", || first.counts()[0] > 0);
        exporting.calls(50);
        let address = first.address;
        drop(first);
        let mut second = Process::start(address, "accept");
        exporting.wait_for("exported", 100);
        let ended = exporting.shutdown(LONG);
        assert_eq!((ended.exported, &ended.dropped), (100, &BTreeMap::new()), "{way:?}");
        assert!(ended.retries > 0 && ended.retries == ended.failures, "{way:?}: {ended:?}");
        assert_eq!(second.counts()[1..], [100, 100], "I4, {way:?}");
    }
}

#[test]
fn fault_37_a_resolver_that_never_answers_holds_up_neither_calls_nor_the_shutdown() {
    const RESOLVER: &str = "127.77.0.53";
    let is_possible = || {
        let socket = UdpSocket::bind((RESOLVER, 53)).ok()?;
        let made = Command::new("unshare").args(["-m", "true"]).output().ok()?.status.success();
        made.then_some(socket)
    };
    let Some(socket) = is_possible() else {
        skip("no resolver or mount namespace of one's own without privileges", 4);
        return;
    };
    let file = std::env::temp_dir().join(format!("feagi-faults-resolv-{}.conf", std::process::id()));
    std::fs::write(&file, format!("nameserver {RESOLVER}\noptions timeout:30 attempts:1\n")).expect("a file");
    for way in Way::ALL {
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", "mount --bind \"$0\" /etc/resolv.conf && exec \"$1\""]);
        command.arg(&file).arg(env!("CARGO_BIN_EXE_exporting"));
        let waits = Waits { request: 500, give_up: 500, ..Default::default() };
        let mut exporting = Exporting::start(command, way, "http://collector.example:4318", waits);
        exporting.calls(50);
        let mut question = [0; 512];
        socket.set_nonblocking(false).expect("a socket can");
        let asked = socket.recv(&mut question).expect("it is asked");
        assert!(question[..asked].windows(9).any(|part| part == b"collector"), "{way:?}");
        exporting.calls(2000);
        // The first batch has been given up, and another is under way.
        exporting.wait_for("failures", 2);
        let began = Instant::now();
        let ended = exporting.shutdown(1000);
        assert!(began.elapsed() < Duration::from_secs(20), "{way:?}: not until the resolver gives up");
        socket.set_nonblocking(true).expect("a socket can");
        // For the addresses of either kind: the look-up that hangs is not begun again by each attempt.
        let more = std::iter::from_fn(|| socket.recv(&mut question).ok()).count();
        assert!(more <= 1, "{way:?}: {more} questions more");
        assert_eq!((ended.exported, ended.emitted), (0, 2050), "{way:?}");
        assert!(ended.dropped["connect"] > 0 && !ended.dropped.contains_key("timeout"), "{way:?}: {ended:?}");
        assert!(ended.retries <= 3 * (ended.failures - ended.retries), "{way:?}: {ended:?}");
    }
    std::fs::remove_file(file).expect("it is there");
}

/// Bytes a second of a link with 1 Mbit/s.
const LINK: usize = 125_000;

/// Carries one connection after the other to `collector`, no faster than the link.
fn slow_link(collector: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    // What the system holds for the reader would be a faster link.
    let small: libc::c_int = 4096;
    // SAFETY: the descriptor is a socket that lives here, and the option is an integer of the length that is given.
    let set = unsafe {
        libc::setsockopt(
            std::os::fd::AsRawFd::as_raw_fd(&listener),
            libc::SOL_SOCKET,
            libc::SO_RCVBUF,
            (&raw const small).cast(),
            libc::socklen_t::try_from(size_of_val(&small)).expect("a small number"),
        )
    };
    assert_eq!(set, 0);
    std::thread::spawn(move || {
        while let Ok((near, _)) = listener.accept() {
            let far = TcpStream::connect(collector).expect("the collector is there");
            let (back_from, back_to) =
                (far.try_clone().expect("a clone"), near.try_clone().expect("a clone"));
            std::thread::spawn(move || carry(near, far, Some(LINK)));
            std::thread::spawn(move || carry(back_from, back_to, None));
        }
    });
    address
}

fn carry(mut from: TcpStream, mut to: TcpStream, rate: Option<usize>) {
    let mut buffer = [0; 2500];
    let begun = Instant::now();
    let mut carried = 0;
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        carried += read;
        if let Some(rate) = rate {
            // This is the fault.
            let due = Duration::from_secs_f64(carried as f64 / rate as f64);
            std::thread::sleep(due.saturating_sub(begun.elapsed()));
        }
        if to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Write);
}

#[test]
fn fault_38_over_a_link_of_one_megabit_what_fits_arrives_and_the_rest_is_counted() {
    for way in Way::ALL {
        let receiver = Receiver::doing([]);
        let link = slow_link(receiver.address);
        let mut exporting = start(way, &endpoint(link), Waits::default());
        // Some 300 kB of protobuf, for which the link takes seconds.
        (0..10).for_each(|_| exporting.calls(100));
        wait_until("a full queue", || {
            exporting.calls(100);
            exporting.ask("stats").contains("queue_full")
        });
        let ended = exporting.shutdown(LONG);
        assert!(ended.dropped["queue_full"] > 0 && ended.dropped.len() == 1, "{way:?}: {ended:?}");
        assert_eq!((ended.failures, ended.retries), (0, 0), "{way:?}");
        assert!(ended.exported > 0, "{way:?}");
        receiver.got(|got| assert_eq!(got.content.ids.len() as u64, ended.exported, "I4, {way:?}"));
    }
}

#[test]
fn fault_40_without_file_descriptors_nothing_is_sent_until_there_are_some() {
    for way in Way::ALL {
        let receiver = Receiver::doing([]);
        let mut command = program();
        let few = libc::rlimit { rlim_cur: 16, rlim_max: 16 };
        // SAFETY: between fork and exec this makes one system call, which is safe after a fork, on a value that was made before.
        unsafe {
            command.pre_exec(move || {
                if libc::setrlimit(libc::RLIMIT_NOFILE, &few) == 0 {
                    Ok(())
                } else {
                    Err(std::io::Error::last_os_error())
                }
            });
        }
        let mut exporting = Exporting::start(command, way, &endpoint(receiver.address), Waits::default());
        assert_eq!(exporting.ask("exhaust"), "done");
        exporting.calls(50);
        exporting.wait_for("failures", 1);
        exporting.calls(50);
        receiver.got(|got| assert_eq!(got.requests, 0, "{way:?}"));
        assert_eq!(exporting.ask("release"), "done");
        exporting.wait_for("exported", 100);
        let ended = exporting.shutdown(LONG);
        assert_eq!((ended.exported, &ended.dropped), (100, &BTreeMap::new()), "{way:?}");
        assert!(ended.retries > 0 && ended.retries == ended.failures, "{way:?}: {ended:?}");
        receiver.got(|got| assert_eq!(got.content.ids.len(), 100, "I4, {way:?}"));
    }
}
