//! The answer to a bulk request, item by item: <https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk>.

use crate::collect::DropReason;
use crate::export::delivery::Reply;
use serde::Deserialize;

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    errors: bool,
    #[serde(default)]
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    create: Outcome,
}

#[derive(Deserialize)]
struct Outcome {
    status: u16,
}

/// What became of each line of a request that was answered with success.
///
/// Each line has an id of its own, and is created, not overwritten: one that is there already has arrived with an earlier attempt.
pub(super) fn read(answer: &[u8]) -> Reply {
    let Ok(Answer { errors: true, items }) = serde_json::from_slice(answer) else {
        // Nothing went wrong, or nothing can be told: the status has said that all is well.
        return Reply::Accepted { rejected: 0 };
    };
    let (mut left, mut rejected) = (Vec::new(), 0);
    for (index, item) in items.iter().enumerate() {
        match item.create.status {
            200..=299 | 409 => {}
            429 | 502 | 503 | 504 => left.push(index),
            _ => rejected += 1,
        }
    }
    if left.is_empty() {
        return Reply::Accepted { rejected };
    }
    Reply::Partly { left, rejected, reason: DropReason::Rejected, after: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(statuses: &[u16]) -> Vec<u8> {
        let items: Vec<_> =
            statuses.iter().map(|status| serde_json::json!({"create": {"status": status}})).collect();
        let errors = statuses.iter().any(|status| *status >= 300);
        serde_json::to_vec(&serde_json::json!({"errors": errors, "items": items})).unwrap()
    }

    #[test]
    fn each_item_has_arrived_is_rejected_or_is_left_for_another_time() {
        assert_eq!(read(&answer(&[201, 201])), Reply::Accepted { rejected: 0 });
        assert_eq!(read(&answer(&[201, 409, 400])), Reply::Accepted { rejected: 1 });
        let partly =
            Reply::Partly { left: vec![1, 4], rejected: 1, reason: DropReason::Rejected, after: None };
        assert_eq!(read(&answer(&[201, 429, 400, 409, 503])), partly);
    }

    #[test]
    fn an_answer_that_cannot_be_read_leaves_the_status_its_word() {
        for answer in [b"".as_slice(), b"{}", b"[]", b"\xff", br#"{"errors":true,"items":[{"index":{}}]}"#] {
            assert_eq!(read(answer), Reply::Accepted { rejected: 0 });
        }
    }
}
