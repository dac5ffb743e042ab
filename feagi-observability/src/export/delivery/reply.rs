//! What a collector's answer means: arrived, in part, lost, or try again.

use crate::collect::DropReason;
use std::time::Duration;

/// What became of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// Taken, but for this many records.
    Accepted { rejected: u64 },
    /// Not taken as a whole; less might be.
    TooLarge,
    /// Not taken, and it would not be taken another time.
    Refused(DropReason),
    /// These pieces, counted from the first one sent, are not taken now; `rejected` of the other records never will be, the rest has arrived.
    #[cfg_attr(
        not(any(feature = "syslog", feature = "elk")),
        allow(dead_code, reason = "others take all or nothing")
    )]
    Partly { left: Vec<usize>, rejected: u64, reason: DropReason, after: Option<Duration> },
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
