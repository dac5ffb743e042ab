//! What goes over a boundary may, and what must stay on its thread cannot.

use feagi_observability::{
    CapturedContext, Carrying, InCurrentContext, carry, carry_fn, current_request_id, observe,
    with_request_id,
};
use std::rc::Rc;

fn may_travel<T: Send + Sync + Clone + 'static>(value: T) -> T {
    value
}

#[must_use]
fn is_send<T: Send + 'static>(value: T) -> T {
    value
}

#[test]
fn captured_contexts_and_messages_travel() {
    let captured = may_travel(CapturedContext::capture());
    may_travel(Carrying::from((7, captured.clone())));
    drop(is_send(captured.scope(async {})));
    is_send(carry(|| ()))();
    is_send(carry_fn(|n: u64| n))(7);
}

#[test]
fn closures_and_futures_keep_what_they_borrow_and_return() {
    let mut text = String::from("a");
    let length = carry(|| {
        text.push('b');
        text.len()
    })();
    assert_eq!((length, text.as_str()), (2, "ab"));
    let not_send = Rc::new(7);
    let same = CapturedContext::capture().run(|| Rc::clone(&not_send));
    assert_eq!(*same, 7);
    let borrowed = with_request_id(String::from("r-7"), || not_send.as_ref());
    assert_eq!(*borrowed, 7);
    let future = async { *not_send }.in_current_context();
    let mut future = std::pin::pin!(future);
    let polled = future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
    assert_eq!(polled, std::task::Poll::Ready(7));
}

#[test]
fn a_captured_context_can_be_a_parent() {
    #[observe(parent = context, follows_from = [context])]
    fn child(context: &CapturedContext) -> Option<String> {
        current_request_id().map(|id| id.to_string())
    }
    assert_eq!(child(&CapturedContext::capture().with_request_id("r-7")), None, "its ids alone");
}
