//! What a collector's answer means: arrived, in part, lost, or try again.

use crate::collect::DropReason;
use std::time::Duration;

/// What became of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// Taken, but for this many spans.
    Accepted { rejected: u64 },
    /// Not taken, and it would not be taken another time.
    Refused(DropReason),
    /// Not taken now; `after` is what the collector asks to wait.
    Again { reason: DropReason, after: Option<Duration> },
}

impl Reply {
    /// Of a status other than success. Retryable are those that the OTLP specification lists.
    pub(super) fn from_status(status: u16, retry_after: Option<&str>) -> Reply {
        match status {
            429 | 502 | 503 | 504 => {
                // A date is allowed as well; who sends one is asked again at our own pace.
                let after = retry_after.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
                Reply::Again { reason: DropReason::Rejected, after }
            }
            413 => Reply::Refused(DropReason::TooLarge),
            _ => Reply::Refused(DropReason::Rejected),
        }
    }

    /// Of a request that got no answer. After a timeout the spans may have arrived: sending them again would make two.
    pub(super) fn from_error(error: &ureq::Error) -> Reply {
        use ureq::{Error, Timeout};
        let again = Reply::Again { reason: DropReason::Connect, after: None };
        match error {
            Error::Timeout(Timeout::Resolve | Timeout::Connect) => again,
            Error::Timeout(_) => Reply::Refused(DropReason::Timeout),
            Error::Io(_) | Error::HostNotFound | Error::ConnectionFailed | Error::ConnectProxyFailed(_) => {
                again
            }
            Error::Tls(_) | Error::Rustls(_) => Reply::Refused(DropReason::Connect),
            _ => Reply::Refused(DropReason::Rejected),
        }
    }

    /// Of the body of a success. One that cannot be read says nothing: the status has said that all is well.
    pub(super) fn from_body(body: &[u8]) -> Reply {
        let partial = fields(body).find_map(|field| field.content(1)).unwrap_or_default();
        let rejected = fields(partial).filter_map(|field| field.integer(1)).last().unwrap_or(0);
        // An `int64`: a negative number makes no sense.
        Reply::Accepted { rejected: u64::try_from(rejected as i64).unwrap_or(0) }
    }
}

/// One field of a protobuf message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    number: u64,
    integer: Option<u64>,
    content: Option<&'a [u8]>,
}

impl<'a> Field<'a> {
    pub(super) fn content(self, number: u64) -> Option<&'a [u8]> {
        self.content.filter(|_| self.number == number)
    }

    pub(super) fn integer(self, number: u64) -> Option<u64> {
        self.integer.filter(|_| self.number == number)
    }
}

/// The fields of a message, until its end or the first thing that is none.
pub(super) fn fields(mut rest: &[u8]) -> impl Iterator<Item = Field<'_>> {
    std::iter::from_fn(move || {
        let tag = varint(&mut rest)?;
        let mut field = Field { number: tag >> 3, integer: None, content: None };
        match tag & 7 {
            0 => field.integer = Some(varint(&mut rest)?),
            1 => {
                let (bytes, after) = rest.split_first_chunk()?;
                field.integer = Some(u64::from_le_bytes(*bytes));
                rest = after;
            }
            2 => {
                let length = usize::try_from(varint(&mut rest)?).ok()?;
                let (content, after) = rest.split_at_checked(length)?;
                field.content = Some(content);
                rest = after;
            }
            5 => rest = rest.get(4..)?,
            _ => return None,
        }
        Some(field)
    })
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protobuf::Message;

    fn body(rejected: i64) -> Vec<u8> {
        let mut response = Message::new();
        response.fixed64(9, 1);
        response.message(1, |partial| {
            partial.string(2, "quota");
            partial.int64(1, rejected);
        });
        response.into_bytes()
    }

    #[test]
    fn rejected_spans_are_read_and_anything_else_counts_as_none() {
        assert_eq!(Reply::from_body(&body(300)), Reply::Accepted { rejected: 300 });
        for other in
            [b"".as_slice(), &body(-1), b"{\"partialSuccess\":{}}", &[0xff; 40], &body(5)[..12], b"\x0a\xff"]
        {
            assert_eq!(Reply::from_body(other), Reply::Accepted { rejected: 0 }, "{other:?}");
        }
    }

    #[test]
    fn only_the_statuses_of_the_specification_are_tried_again() {
        let again = |after| Reply::Again { reason: DropReason::Rejected, after };
        for status in [429, 502, 503, 504] {
            assert_eq!(Reply::from_status(status, None), again(None));
            assert_eq!(Reply::from_status(status, Some(" 7 ")), again(Some(Duration::from_secs(7))));
            assert_eq!(Reply::from_status(status, Some("Wed, 21 Oct 2026 07:28:00 GMT")), again(None));
            assert_eq!(Reply::from_status(status, Some("-1")), again(None));
        }
        for status in [301, 302, 307, 400, 401, 404, 500, 501] {
            assert_eq!(Reply::from_status(status, Some("1")), Reply::Refused(DropReason::Rejected));
        }
        assert_eq!(Reply::from_status(413, None), Reply::Refused(DropReason::TooLarge));
    }
}
