//! Sites that nobody calls, in every place that a linker might think unused. `main.rs` lists them.

#![allow(missing_docs, reason = "a program to be looked at by a test")]

use feagi_observability::{catalog, macros::instrument, observe};

#[observe(name = "never called")]
pub fn function() {}

#[observe(name = "private")]
#[allow(dead_code, reason = "that is what it is for")]
fn private() {}

#[observe(name = "generic never instantiated")]
pub fn generic<T: Clone>(value: &T) -> T {
    value.clone()
}

pub trait Backend {
    #[observe(name = "default body")]
    fn run(&self) {}
}

pub struct Cpu;

impl Backend for Cpu {
    #[observe(name = "trait impl")]
    fn run(&self) {}
}

pub struct Queue<T>(pub T);

impl<T: Copy> Queue<T> {
    #[observe(name = "method of a generic type")]
    #[inline]
    pub fn front(&self) -> T {
        self.0
    }

    #[observe(name = "future")]
    pub async fn later(&self) -> T {
        self.0
    }
}

#[inline]
pub fn event() {
    instrument!("event");
}

mod inner {
    //! Nothing of this module is named from outside.

    use feagi_observability::observe;

    #[observe(name = "in a module")]
    #[allow(dead_code, reason = "that is what it is for")]
    pub(super) fn unused() {}
}

/// How many sites this shared object knows, called from the executable that has loaded it.
#[unsafe(no_mangle)]
pub extern "C" fn link_proof_sites() -> usize {
    catalog().len()
}
