//! Futures are `Send` and `Sync` exactly as before, and so are the functions.

use feagi_observability::observe;
use std::future::ready;
use std::rc::Rc;

fn assert_send<T: Send>(value: T) -> T {
    value
}

fn assert_sync<T: Sync>(value: T) -> T {
    value
}

struct Ambiguous;
trait NotSend<A> {
    fn not_send(&self) {}
}
impl<T: ?Sized> NotSend<()> for T {}
impl<T: ?Sized + Send> NotSend<Ambiguous> for T {}

#[observe(fields(name), err)]
async fn sendable(name: String, part: &str) -> Result<usize, String> {
    ready(()).await;
    Ok(name.len() + part.len())
}

#[observe]
async fn generic<T: Send>(value: T) -> T {
    ready(()).await;
    value
}

#[observe(fields(shared = Rc::strong_count(&Rc::new(1))))]
async fn field_of_a_thread_local_type() {
    ready(()).await;
}

#[observe]
async fn thread_bound(value: Rc<u8>) -> u8 {
    ready(()).await;
    *value
}

fn main() {
    drop(assert_sync(assert_send(sendable(String::new(), ""))));
    drop(assert_send(generic(1)));
    drop(assert_send(field_of_a_thread_local_type()));
    // Ambiguous, and so an error, if the future were `Send`.
    thread_bound(Rc::new(1)).not_send();
    drop(assert_send(std::thread::spawn(|| drop(sendable(String::new(), "x")))));
}
