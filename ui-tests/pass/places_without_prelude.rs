//! Containers, futures made by hand, and blocks: nothing of the standard prelude is assumed.

#![no_implicit_prelude]
#![allow(dead_code, non_camel_case_types)]

mod core {}
mod std {}
struct Option;
struct Some;
struct Box;

struct Failed;
struct Npu;

#[::feagi_observability::observe(level = "debug", err, profile)]
impl Npu {
    fn burst(&self) -> ::core::result::Result<u32, Failed> {
        ::core::result::Result::Ok(1)
    }

    #[::feagi_observability::observe(skip)]
    fn skipped(&self) {}
}

#[::feagi_observability::observe]
mod inside {
    pub(crate) fn free() -> u8 {
        1
    }
}

#[::feagi_observability::observe(fields(n))]
fn later(
    n: u32,
) -> ::core::pin::Pin<
    ::std::boxed::Box<dyn ::core::future::Future<Output = ::core::result::Result<u32, Failed>>>,
> {
    ::std::boxed::Box::pin(async move { ::core::result::Result::Ok(n) })
}

fn main() {
    let _ = (Npu.burst(), inside::free(), later(1));
    Npu.skipped();
    let one = ::feagi_observability::observe_block! { name = "block", fields(k = 1); 1 };
    let two = ::feagi_observability::profile!("two", { one + 1 });
    ::feagi_observability::macros::instrument!("event", two);
}
