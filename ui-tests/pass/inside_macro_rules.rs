//! Names, types, bodies and arguments may come through macros, with their hygiene.

#![deny(warnings)]

use feagi_observability::{burst_info, observe};

macro_rules! define {
    ($vis:vis $name:ident($($arg:ident: $ty:ty),*) -> $ret:ty $body:block; $($argument:tt)*) => {
        #[observe($($argument)*)]
        $vis fn $name($($arg: $ty),*) -> $ret $body
    };
}

define!(add(a: u32, b: u32) -> Result<u32, String> { Ok(a + b) }; fields(a, sum = a + b), err, level = "debug");

/// `hidden` is the macro's own and cannot be seen by the caller's expression.
macro_rules! hygienic {
    ($value:expr) => {
        #[observe(fields(hidden, given = $value))]
        async fn hygienic(hidden: &str) -> (usize, u32) {
            (hidden.len(), $value)
        }
        #[observe(fields(hidden))]
        fn moves(mut hidden: &mut u32) -> Result<&mut u32, String> {
            if *hidden == 0 {
                hidden = Box::leak(Box::new(1));
            }
            Ok(hidden)
        }
        burst_info!(burst_id = $value, seen = $value, "{}", $value);
    };
}

macro_rules! level {
    ($level:literal, $key:ident) => {
        #[observe(level = $level, metric = $level, fields($key = 1))]
        fn levelled() {}
    };
}

level!("warn", key);

const HIDDEN: u32 = 3;

fn main() {
    assert_eq!(add(1, 2), Ok(3));
    hygienic!(HIDDEN);
    let future = std::pin::pin!(hygienic("ab"));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert_eq!(std::future::Future::poll(future, &mut context), std::task::Poll::Ready((2, 3)));
    assert_eq!(moves(&mut 1), Ok(&mut 1));
    levelled();
}
