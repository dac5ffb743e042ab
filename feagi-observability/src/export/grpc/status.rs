//! What the status of a call means: arrived, lost, or try again.
//!
//! Codes: "gRPC status codes" of the gRPC documentation; which of them are tried again: "Failures" of the OTLP specification.

use crate::collect::DropReason;
use crate::export::delivery::Reply;
use crate::export::otlp::fields;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use h2::Reason;
use std::io::ErrorKind;
use std::time::Duration;
use ureq::http::HeaderMap;

pub(super) const STATUS: &str = "grpc-status";
const MESSAGE: &str = "grpc-message";
const DETAILS: &str = "grpc-status-details-bin";
const RETRY_INFO: &[u8] = b"type.googleapis.com/google.rpc.RetryInfo";

const CANCELLED: u32 = 1;
const DEADLINE_EXCEEDED: u32 = 4;
const RESOURCE_EXHAUSTED: u32 = 8;
const ABORTED: u32 = 10;
const OUT_OF_RANGE: u32 = 11;
const UNAVAILABLE: u32 = 14;
const DATA_LOSS: u32 = 15;

/// Of trailers; `None` if they have no status, or that of success.
pub(super) fn of_trailers(trailers: &HeaderMap) -> Option<Reply> {
    let status = trailers.get(STATUS)?.to_str().ok().and_then(|text| text.parse().ok());
    let reason = DropReason::Rejected;
    let after = trailers.get(DETAILS).and_then(|details| retry_delay(details.as_bytes()));
    match status {
        Some(0) => None,
        Some(RESOURCE_EXHAUSTED | OUT_OF_RANGE) if after.is_none() && speaks_of_size(trailers) => {
            Some(Reply::TooLarge)
        }
        Some(CANCELLED | DEADLINE_EXCEEDED | ABORTED | OUT_OF_RANGE | UNAVAILABLE | DATA_LOSS) => {
            Some(Reply::Again { reason, after })
        }
        // Without a word on when to come back it is not for now, but for good.
        Some(RESOURCE_EXHAUSTED) if after.is_some() => Some(Reply::Again { reason, after }),
        _ => Some(Reply::Refused(reason)),
    }
}

/// There is no status for a message that is too large. Servers say it in words: those of grpc-go, tonic, and grpc-java.
fn speaks_of_size(trailers: &HeaderMap) -> bool {
    let message = trailers.get(MESSAGE).map(|text| text.as_bytes().to_ascii_lowercase()).unwrap_or_default();
    let message = String::from_utf8_lossy(&message).replace("%20", " ");
    ["larger than max", "too large", "exceeds maximum"].iter().any(|words| message.contains(words))
}

/// `RetryInfo` among the details of a `google.rpc.Status`.
fn retry_delay(details: &[u8]) -> Option<Duration> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let status = GeneralPurpose::new(&STANDARD, config).decode(details).ok()?;
    let mut infos = fields(&status).filter_map(|field| field.content(3)).filter_map(|any| {
        let is_retry_info = fields(any).any(|field| field.content(1) == Some(RETRY_INFO));
        fields(any).find_map(|field| field.content(2)).filter(|_| is_retry_info)
    });
    let delay = infos.find_map(|info| fields(info).find_map(|field| field.content(1)))?;
    let number = |number| fields(delay).filter_map(|field| field.integer(number)).last().unwrap_or(0) as i64;
    // Neither is negative in a delay.
    let (seconds, nanos) = (u64::try_from(number(1)).ok()?, u32::try_from(number(2)).ok()?);
    Some(Duration::from_secs(seconds).saturating_add(Duration::from_nanos(u64::from(nanos))))
}

/// Of an answer that is not gRPC's, but of a proxy before it: "HTTP to gRPC Status Code Mapping".
pub(super) fn of_http(status: u16) -> Reply {
    let reason = DropReason::Rejected;
    match status {
        429 | 502 | 503 | 504 => Reply::Again { reason, after: None },
        413 => Reply::TooLarge,
        _ => Reply::Refused(reason),
    }
}

/// Of a call that got no answer: the connection broke or ended, or what came was not HTTP/2.
pub(super) fn of_error(error: &h2::Error) -> Reply {
    let is_away = error.is_io() || (error.is_go_away() && error.is_remote());
    let is_busy =
        matches!(error.reason(), Some(Reason::REFUSED_STREAM | Reason::ENHANCE_YOUR_CALM | Reason::CANCEL));
    // TLS has been refused after it seemed to be made, as the one without the right certificate is: not for now, but for good.
    let is_untrusted = error.get_io().is_some_and(|error| error.kind() == ErrorKind::InvalidData);
    if is_untrusted {
        Reply::Refused(DropReason::Connect)
    } else if is_busy && error.is_remote() {
        Reply::Again { reason: DropReason::Rejected, after: None }
    } else if is_away {
        Reply::Again { reason: DropReason::Connect, after: None }
    } else {
        Reply::Refused(DropReason::Rejected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protobuf::Message;
    use base64::engine::general_purpose::{STANDARD as PADDED, STANDARD_NO_PAD};
    use ureq::http::HeaderValue;

    fn trailers(status: &str, message: &str, details: Option<String>) -> Option<Reply> {
        let mut trailers = HeaderMap::new();
        trailers.insert(STATUS, HeaderValue::from_str(status).unwrap());
        trailers.insert(MESSAGE, HeaderValue::from_str(message).unwrap());
        if let Some(details) = details {
            trailers.insert(DETAILS, HeaderValue::from_str(&details).unwrap());
        }
        of_trailers(&trailers)
    }

    fn details(kind: &[u8], seconds: i64, nanos: i64) -> Vec<u8> {
        let mut status = Message::new();
        status.int64(1, 8);
        status.message(3, |any| {
            any.bytes(1, kind);
            any.message(2, |info| {
                info.message(1, |delay| {
                    delay.int64(1, seconds);
                    delay.int64(2, nanos);
                });
            });
        });
        status.into_bytes()
    }

    const REJECTED: DropReason = DropReason::Rejected;

    #[test]
    fn only_the_codes_of_the_specification_are_tried_again() {
        assert_eq!(trailers("0", "", None), None);
        for code in ["1", "4", "10", "11", "14", "15"] {
            assert_eq!(
                trailers(code, "", None),
                Some(Reply::Again { reason: REJECTED, after: None }),
                "{code}"
            );
        }
        for code in ["2", "3", "5", "6", "7", "8", "9", "12", "13", "16", "99", "-1", "x"] {
            assert_eq!(trailers(code, "", None), Some(Reply::Refused(REJECTED)), "{code}");
        }
    }

    #[test]
    fn a_retry_info_says_how_long_to_wait_and_makes_an_exhausted_collector_worth_asking() {
        let good = details(RETRY_INFO, 2, 500_000_000);
        let again = Some(Reply::Again { reason: REJECTED, after: Some(Duration::from_millis(2500)) });
        for code in ["8", "14"] {
            assert_eq!(trailers(code, "", Some(PADDED.encode(&good))), again);
            assert_eq!(trailers(code, "", Some(STANDARD_NO_PAD.encode(&good))), again);
        }
        let bad = [details(b"other", 2, 0), details(RETRY_INFO, -2, 0), good[..9].to_vec(), vec![0xff; 50]];
        for details in bad {
            let expected = Some(Reply::Refused(REJECTED));
            assert_eq!(trailers("8", "", Some(PADDED.encode(details))), expected);
        }
        assert_eq!(trailers("8", "", Some("no base64!".to_owned())), Some(Reply::Refused(REJECTED)));
    }

    #[test]
    fn a_message_that_is_too_large_is_known_by_the_words_of_servers() {
        let words = [
            ("8", "grpc: received message larger than max (5000000 vs. 4194304)"),
            (
                "11",
                "Error, decoded message length too large: found 5000000 bytes, the limit is: 4194304 bytes",
            ),
            ("8", "gRPC%20message%20exceeds%20maximum%20size%204194304"),
        ];
        for (code, words) in words {
            assert_eq!(trailers(code, words, None), Some(Reply::TooLarge), "{words}");
        }
        assert_eq!(trailers("8", "quota", None), Some(Reply::Refused(REJECTED)));
    }
}
