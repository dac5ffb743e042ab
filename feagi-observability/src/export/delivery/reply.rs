//! What a collector's answer means: arrived, in part, lost, or try again.

use crate::collect::DropReason;
use std::io::ErrorKind;
use std::time::Duration;

/// What became of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// Taken, but for this many records.
    Accepted { rejected: u64 },
    /// Not taken as a whole; less might be.
    TooLarge,
    /// Not taken, and it would not be taken another time.
    Refused(DropReason),
    /// Not taken now; `after` is what the collector asks to wait.
    Again { reason: DropReason, after: Option<Duration> },
}

impl Reply {
    /// Of a status other than success. Retryable are those that the OTLP specification lists.
    pub(super) fn from_status(status: u16, after: Option<Duration>) -> Reply {
        match status {
            429 | 502 | 503 | 504 => Reply::Again { reason: DropReason::Rejected, after },
            413 => Reply::TooLarge,
            _ => Reply::Refused(DropReason::Rejected),
        }
    }

    /// Of a request that got no answer. After a timeout the records may have arrived: sending them again would make two.
    pub(super) fn from_error(error: &ureq::Error) -> Reply {
        use ureq::{Error, Timeout};
        let again = Reply::Again { reason: DropReason::Connect, after: None };
        match error {
            Error::Timeout(Timeout::Resolve | Timeout::Connect) => again,
            Error::Timeout(_) => Reply::Refused(DropReason::Timeout),
            // A certificate that is not trusted now will not be in a moment; a connection that breaks is another matter.
            Error::Io(error) if error.kind() == ErrorKind::InvalidData => Reply::Refused(DropReason::Connect),
            Error::Io(_) | Error::HostNotFound | Error::ConnectionFailed | Error::ConnectProxyFailed(_) => {
                again
            }
            Error::Tls(_) | Error::Rustls(_) => Reply::Refused(DropReason::Connect),
            _ => Reply::Refused(DropReason::Rejected),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_statuses_of_the_specification_are_tried_again() {
        for status in [429, 502, 503, 504] {
            for after in [None, Some(Duration::from_secs(7))] {
                let again = Reply::Again { reason: DropReason::Rejected, after };
                assert_eq!(Reply::from_status(status, after), again);
            }
        }
        for status in [301, 302, 307, 400, 401, 404, 500, 501] {
            let refused = Reply::Refused(DropReason::Rejected);
            assert_eq!(Reply::from_status(status, Some(Duration::ZERO)), refused);
        }
        assert_eq!(Reply::from_status(413, None), Reply::TooLarge);
    }
}
