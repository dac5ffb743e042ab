//! Prints the sizes of the futures: name, plain, annotated.

use off_proof::futures;
use std::future::ready;

fn main() {
    let text = String::new;
    let plain = size_of_val(&futures::plain(text(), ready(1)));
    let observed = size_of_val(&futures::observed(text(), ready(1)));
    println!("value {plain} {observed}");
    let plain = size_of_val(&futures::plain_fallible(text(), ready(Ok(1))));
    let observed = size_of_val(&futures::observed_fallible(text(), ready(Ok(1))));
    println!("fallible {plain} {observed}");
    let instrumented = size_of_val(&futures::instrumented_fallible(text(), ready(Ok(1))));
    println!("instrumented {plain} {instrumented}");
    let plain = size_of_val(&futures::plain_made("text", ready(1)));
    let observed = size_of_val(&futures::observed_made("text", ready(1)));
    println!("made {plain} {observed}");
}
