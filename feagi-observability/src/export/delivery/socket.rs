//! Records over a plain socket: each piece is a message, sent as a datagram or one behind the other on a stream.
//!
//! A stream has no answers. On Linux a message counts as arrived once the other side's system has acknowledged it; elsewhere, once ours
//! has taken it. What is in doubt when a connection breaks is sent again: a message may arrive twice, and none is passed over in silence
//! but what the other side had received and not read when it died.

use super::batch::Part;
use super::reply::Reply;
use super::worker::Transport;
use crate::collect::DropReason;
use crate::export::shield::Shield;
use std::io::{self, ErrorKind, Write};
use std::net::{TcpStream, ToSocketAddrs, UdpSocket};
#[cfg(unix)]
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The longest that a connection is waited for.
const CONNECT: Duration = Duration::from_secs(5);
/// How often a full socket, and the other side's acknowledgement, is looked for.
const LOOK: Duration = Duration::from_millis(2);

/// Where messages go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    /// A socket of this machine, for datagrams.
    #[cfg_attr(not(unix), allow(dead_code, reason = "there are no such sockets"))]
    Path(PathBuf),
    /// `host:port`.
    Udp(String),
    /// `host:port`.
    Tcp(String),
}

enum Connection {
    Udp(UdpSocket),
    Tcp(TcpStream),
    #[cfg(unix)]
    Datagram(UnixDatagram),
}

/// Sends pieces over a socket, and connects again when it has to.
pub(crate) struct Socket {
    address: Address,
    connection: Option<Connection>,
    /// Where the pieces end in the body.
    ends: Vec<usize>,
}

/// How far an attempt has come.
#[derive(Default)]
struct Progress {
    /// Bytes that have arrived.
    bytes: usize,
    /// Messages that no datagram can hold.
    rejected: u64,
}

impl Socket {
    pub(crate) fn new(address: Address) -> Self {
        Socket { address, connection: None, ends: Vec::new() }
    }

    /// The connection, made if there is none or if the other side has closed it.
    fn connect(&mut self, deadline: Instant) -> io::Result<&mut Connection> {
        if self.connection.as_ref().is_some_and(Connection::is_closed) {
            self.connection = None;
        }
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(&self.address, deadline)?,
        };
        Ok(self.connection.insert(connection))
    }

    fn send(&mut self, body: &[u8], deadline: Instant, progress: &mut Progress) -> io::Result<()> {
        let ends = std::mem::take(&mut self.ends);
        let sent = match self.connect(deadline) {
            Ok(connection) => connection.send(body, &ends, deadline, progress),
            Err(error) => Err(error),
        };
        self.ends = ends;
        sent
    }
}

impl Transport for Socket {
    fn body(&mut self, part: &Part<'_>) -> Vec<u8> {
        let mut body = Vec::new();
        self.ends.clear();
        for piece in part.pieces() {
            body.extend_from_slice(piece);
            self.ends.push(body.len());
        }
        body
    }

    fn post(&mut self, body: &[u8], time: Duration) -> Reply {
        // A broken stream raises a signal on some systems.
        let _shield = Shield::raise();
        let mut progress = Progress::default();
        let failed = self.send(body, Instant::now() + time, &mut progress);
        let Progress { bytes, rejected } = progress;
        let Err(error) = failed else { return Reply::Accepted { rejected } };
        self.connection = None;
        let reason = if is_timeout(&error) { DropReason::Timeout } else { DropReason::Connect };
        let arrived = self.ends.partition_point(|end| *end <= bytes);
        if arrived == 0 && rejected == 0 {
            return Reply::Again { reason, after: None };
        }
        Reply::Partly { left: (arrived..self.ends.len()).collect(), rejected, reason, after: None }
    }
}

impl Connection {
    fn open(address: &Address, deadline: Instant) -> io::Result<Connection> {
        match address {
            Address::Udp(address) => {
                let target = resolve(address)?;
                let any = if target.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
                let socket = UdpSocket::bind(any)?;
                socket.connect(target)?;
                socket.set_nonblocking(true)?;
                Ok(Connection::Udp(socket))
            }
            Address::Tcp(address) => {
                let target = resolve(address)?;
                let time = deadline.saturating_duration_since(Instant::now()).min(CONNECT);
                let stream = TcpStream::connect_timeout(&target, time.max(LOOK))?;
                // Batches are whole: there is nothing to wait for.
                stream.set_nodelay(true)?;
                stream.set_nonblocking(true)?;
                Ok(Connection::Tcp(stream))
            }
            #[cfg(unix)]
            Address::Path(path) => {
                let socket = UnixDatagram::unbound()?;
                socket.connect(path)?;
                socket.set_nonblocking(true)?;
                Ok(Connection::Datagram(socket))
            }
            #[cfg(not(unix))]
            Address::Path(_) => Err(ErrorKind::Unsupported.into()),
        }
    }

    /// Whether the other side has ended the stream. It has nothing else to say.
    fn is_closed(&self) -> bool {
        let Connection::Tcp(stream) = self else { return false };
        match stream.peek(&mut [0]) {
            Ok(read) => read == 0,
            Err(error) => error.kind() != ErrorKind::WouldBlock,
        }
    }

    /// Sends the messages that end at `ends`.
    fn send(
        &mut self,
        body: &[u8],
        ends: &[usize],
        deadline: Instant,
        progress: &mut Progress,
    ) -> io::Result<()> {
        match self {
            Connection::Udp(socket) => send_each(|bytes| socket.send(bytes), body, ends, deadline, progress),
            #[cfg(unix)]
            Connection::Datagram(socket) => {
                send_each(|bytes| socket.send(bytes), body, ends, deadline, progress)
            }
            Connection::Tcp(stream) => {
                let sent = write_all(&*stream, body, deadline, progress);
                let left = match &sent {
                    // Nothing is known of what a broken connection has carried.
                    Err(error) if !is_timeout(error) => return doubt(sent, progress),
                    _ => acknowledged(stream, deadline),
                };
                match left {
                    Ok(0) => sent,
                    Ok(left) => {
                        progress.bytes = progress.bytes.saturating_sub(left);
                        sent.and(Err(ErrorKind::TimedOut.into()))
                    }
                    Err(error) => doubt(Err(error), progress),
                }
            }
        }
    }
}

/// All of it is to be sent again.
fn doubt(result: io::Result<()>, progress: &mut Progress) -> io::Result<()> {
    progress.bytes = 0;
    result
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock)
}

fn resolve(address: &str) -> io::Result<std::net::SocketAddr> {
    address.to_socket_addrs()?.next().ok_or_else(|| ErrorKind::NotFound.into())
}

/// Each message in a datagram of its own. One that the system has no room for waits.
fn send_each(
    send: impl Fn(&[u8]) -> io::Result<usize>,
    body: &[u8],
    ends: &[usize],
    deadline: Instant,
    progress: &mut Progress,
) -> io::Result<()> {
    for end in ends {
        let message = body.get(progress.bytes..*end).unwrap_or_default();
        match until(deadline, || send(message)) {
            Ok(_) => {}
            Err(error) if is_too_large(&error) => progress.rejected += 1,
            Err(error) => return Err(error),
        }
        progress.bytes = *end;
    }
    Ok(())
}

fn write_all(
    mut stream: impl Write,
    body: &[u8],
    deadline: Instant,
    progress: &mut Progress,
) -> io::Result<()> {
    while let Some(rest) = body.get(progress.bytes..).filter(|rest| !rest.is_empty()) {
        match until(deadline, || stream.write(rest))? {
            0 => return Err(ErrorKind::WriteZero.into()),
            written => progress.bytes += written,
        }
    }
    Ok(())
}

/// Tries until it works, fails, or time is up.
fn until(deadline: Instant, mut attempt: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match attempt() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if has_no_room(&error) && Instant::now() < deadline => std::thread::sleep(LOOK),
            result => return result,
        }
    }
}

#[cfg(unix)]
fn has_no_room(error: &io::Error) -> bool {
    error.kind() == ErrorKind::WouldBlock || error.raw_os_error() == Some(libc::ENOBUFS)
}

#[cfg(not(unix))]
fn has_no_room(error: &io::Error) -> bool {
    error.kind() == ErrorKind::WouldBlock
}

#[cfg(unix)]
fn is_too_large(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EMSGSIZE)
}

#[cfg(not(unix))]
fn is_too_large(_: &io::Error) -> bool {
    false
}

/// Waits until the other side's system has all bytes; how many it has not at the deadline.
#[cfg(target_os = "linux")]
fn acknowledged(stream: &TcpStream, deadline: Instant) -> io::Result<usize> {
    use std::os::fd::AsRawFd;
    loop {
        let mut left: libc::c_int = 0;
        // SAFETY: the descriptor is open; the call writes one number to where it is told.
        if unsafe { libc::ioctl(stream.as_raw_fd(), libc::TIOCOUTQ, &mut left) } != 0 {
            return Err(io::Error::last_os_error());
        }
        if left == 0 {
            // Also when the connection was reset: then the queue is gone, and so is what it held.
            return stream.take_error()?.map_or(Ok(0), Err);
        }
        if Instant::now() >= deadline {
            return Ok(usize::try_from(left).unwrap_or(0));
        }
        std::thread::sleep(LOOK);
    }
}

/// Not to be found out here.
#[cfg(not(target_os = "linux"))]
fn acknowledged(_: &TcpStream, _: Instant) -> io::Result<usize> {
    Ok(0)
}
