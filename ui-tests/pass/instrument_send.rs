//! Futures are `Send` and `Sync` exactly as before, and so are the functions.

use feagi_observability::instrument;
use std::fmt::Debug;
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

#[instrument(err, ret)]
async fn sendable(name: String, part: &str) -> Result<usize, String> {
    ready(()).await;
    Ok(name.len() + part.len())
}

#[instrument(skip_all, ret)]
async fn generic<T: Send + Debug>(value: T) -> T {
    ready(()).await;
    value
}

#[instrument(fields(shared = Rc::strong_count(&Rc::new(1))))]
async fn field_of_a_thread_local_type() {
    ready(()).await;
}

#[instrument]
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
