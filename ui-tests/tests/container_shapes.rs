//! An annotation on what holds functions leaves all of them what they were. Compiled with the instrumentation on and off, and free
//! of warnings.

#![deny(warnings, clippy::pedantic)]
#![allow(unreachable_pub, reason = "what a module shows is what is tested")]

use feagi_observability::{Level, observe};
use feagi_observability_ui_tests::block_on;
use std::fmt::{Debug, Display};
use std::future::ready;

struct Store<T, const N: usize> {
    values: [T; N],
    changes: usize,
}

#[observe(level = Level::Debug, target = "store", profile, err)]
impl<T: Clone + Display, const N: usize> Store<T, N>
where
    T: PartialEq,
{
    const ROOM: usize = { N + 1 };
    const FEW: bool = N < 3;

    const fn new(values: [T; N]) -> Self {
        Store { values, changes: 0 }
    }

    #[must_use]
    fn first(&self) -> Option<&T> {
        self.values.first()
    }

    /// Changes one of the values.
    fn change(&mut self, index: usize, value: &T) -> Result<&mut T, String> {
        self.changes += 1;
        let place = self.values.get_mut(index).ok_or("no such value")?;
        *place = value.clone();
        Ok(place)
    }

    async fn later(&self, value: T) -> Result<usize, String> {
        ready(()).await;
        self.values.iter().position(|known| *known == value).ok_or_else(|| value.to_string())
    }

    #[inline(always)]
    #[allow(clippy::inline_always)]
    fn changes(&self) -> usize {
        self.changes
    }

    #[cfg(not(any(unix, windows)))]
    fn checked(&self) -> NoSuchType {}

    #[cfg(any(unix, windows))]
    fn checked(&self, by: impl Fn(&T) -> bool) -> usize {
        self.values.iter().filter(|value| by(value)).count()
    }

    #[observe(metric = "store_shown", fields(separator))]
    fn shown(&self, separator: &str) -> String {
        self.values.each_ref().map(ToString::to_string).join(separator)
    }

    #[observe(skip)]
    fn left_out(self) -> [T; N] {
        self.values
    }
}

#[test]
fn every_method_of_an_impl_block_stays() {
    const STORE: Store<u8, 2> = Store::new([1, 2]);
    let mut store = STORE;
    assert_eq!(store.first(), Some(&1));
    *store.change(0, &7).unwrap() += 1;
    assert!(store.change(2, &7).is_err());
    assert_eq!(block_on(store.later(2)), Ok(1));
    assert_eq!((store.changes(), store.checked(|value| *value > 2)), (2, 1));
    assert_eq!(store.shown("-"), "8-2");
    assert_eq!((Store::<u8, 2>::ROOM, Store::<u8, 2>::FEW), (3, true));
    assert_eq!(store.left_out(), [8, 2]);
}

#[observe(metric = false)]
trait Shape {
    const NAME: &'static str;
    type Unit: Debug + Default;

    fn sides(&self) -> u32;

    fn describe(&self) -> String {
        format!("{} with {} sides in {:?}", Self::NAME, self.sides(), Self::Unit::default())
    }

    async fn describe_later(&self) -> String {
        ready(self.describe()).await
    }

    fn try_clone(&self) -> Result<Self, String>
    where
        Self: Sized + Clone,
    {
        Ok(self.clone())
    }
}

#[derive(Clone)]
struct Square;

#[observe]
impl Shape for Square {
    const NAME: &'static str = "square";
    type Unit = u8;

    fn sides(&self) -> u32 {
        4
    }
}

#[test]
fn traits_and_their_implementations_stay() {
    assert_eq!(Square.describe(), "square with 4 sides in 0");
    assert_eq!(block_on(Square.describe_later()), Square.try_clone().unwrap().describe());
}

macro_rules! getters {
    ($($name:ident)*) => {
        $(fn $name(&self) -> u32 {
            self.$name
        })*
    };
}

#[observe(level = Level::Debug, profile = false)]
mod engine {
    //! Documented inside.
    #![allow(clippy::must_use_candidate)]

    use std::{cell::Cell, fmt};

    thread_local! {
        static CALLS: Cell<u32> = const { Cell::new(0) };
    }

    pub static NAME: &str = "engine";

    pub struct Burst {
        pub fired: u32,
        pub spared: u32,
    }

    pub enum Never {}

    macro_rules! counted {
        ($value:expr) => {{
            CALLS.set(CALLS.get() + 1);
            $value
        }};
    }

    pub fn calls() -> u32 {
        counted!(CALLS.get())
    }

    impl Burst {
        getters! { fired spared }

        pub fn sum(&self) -> u32 {
            counted!(self.fired() + self.spared())
        }
    }

    impl fmt::Display for Burst {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{} fired", self.fired)
        }
    }

    pub trait Twice {
        fn once(&self) -> u32;
        fn twice(&self) -> u32 {
            self.once() * 2
        }
    }

    #[observe(level = "warn")]
    impl Twice for Burst {
        fn once(&self) -> u32 {
            self.fired
        }
    }

    pub mod inner {
        use super::{Burst, Twice};

        /// Changes what it is given.
        pub fn reset(mut burst: &mut Burst) -> Result<&mut Burst, String> {
            if burst.fired == 0 {
                burst = Box::leak(Box::new(Burst { fired: 1, spared: 0 }));
            }
            burst.fired = burst.twice();
            if burst.fired > 99 { Err("too many".to_owned()) } else { Ok(burst) }
        }
    }

    use feagi_observability::observe;

    #[cfg(test)]
    mod tests {
        pub(super) fn helper() -> u32 {
            3
        }
    }

    #[cfg(test)]
    pub fn through_tests() -> u32 {
        tests::helper()
    }

    #[test]
    fn a_test_inside_stays_a_test() {
        assert_eq!(through_tests(), 3);
    }
}

#[test]
fn modules_are_gone_through_to_their_ground() {
    use engine::Twice as _;
    let mut burst = engine::Burst { fired: 2, spared: 3 };
    assert_eq!((burst.sum(), burst.to_string(), burst.twice()), (5, "2 fired".to_owned(), 4));
    engine::inner::reset(&mut burst).unwrap().fired += 1;
    assert_eq!((burst.fired, engine::calls()), (5, 2));
    assert_eq!((engine::NAME, size_of::<engine::Never>()), ("engine", 0));
}

macro_rules! define {
    ($name:ident { $($item:item)* } $vis:vis $function:ident $body:block $(#[$attribute:meta])* fn $other:ident) => {
        #[observe]
        mod $name {
            $($item)*
            $vis fn $function() -> u32 $body
            $(#[$attribute])*
            pub const fn $other() -> u32 {
                7
            }
        }
    };
}

define! {
    defined {
        pub fn one() -> u32 { 1 }
        pub struct Two(u32);
        impl Two {
            pub fn two(&self) -> u32 { self.0 }
        }
    }
    pub three { Two(one() + 1).two() + 1 }
    /// Left out by its attribute, which comes through a fragment.
    #[observe(skip)]
    fn seven
}

#[test]
fn items_may_come_through_macros() {
    assert_eq!(defined::three(), 3);
    assert_eq!(defined::seven(), 7);
}

mod renamed {
    pub use feagi_observability as obs;
}

#[observe(crate = crate::renamed::obs)]
mod under_another_name {
    pub struct Unit(pub u8);
    impl Unit {
        pub fn method(&self) -> u8 {
            self.0
        }
    }
}

#[test]
fn the_runtime_may_have_another_name() {
    assert_eq!(under_another_name::Unit(1).method(), 1);
}
