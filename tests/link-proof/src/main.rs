//! Prints the names of all sites of this executable, and how many there are in the shared object that an argument names.

#![allow(unsafe_code, missing_docs, reason = "a program to be looked at by a test")]

use feagi_observability::{catalog, observe};
// Names the library, so that it is linked; nothing of it is called.
use link_proof as _;
use std::ffi::CString;

#[observe(name = "in the executable")]
#[allow(dead_code, reason = "that is what it is for")]
fn unused() {}

fn main() {
    for entry in catalog() {
        println!("{}", entry.name);
    }
    if let Some(path) = std::env::args().nth(1) {
        println!("{} in the shared object", sites_in(&path));
    }
}

fn sites_in(path: &str) -> usize {
    let path = CString::new(path).unwrap();
    // SAFETY: the strings end in a zero byte, and the function is that of `lib.rs`, with its type.
    unsafe {
        let object = libc::dlopen(path.as_ptr(), libc::RTLD_NOW);
        assert!(!object.is_null(), "cannot load {path:?}");
        let function = libc::dlsym(object, c"link_proof_sites".as_ptr());
        assert!(!function.is_null(), "no function in {path:?}");
        std::mem::transmute::<*mut libc::c_void, extern "C" fn() -> usize>(function)()
    }
}
