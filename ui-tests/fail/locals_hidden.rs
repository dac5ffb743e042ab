//! What an expansion declares cannot be seen from the body or from fields.

#![allow(unused)]

use feagi_observability::observe;

#[observe(fields(a = encoder))]
fn field() {}

#[observe]
fn body() -> Result<(), String> {
    let _ = (&SITE, &here, &frame, &scope, &output);
    Ok(())
}

#[observe]
async fn later() {
    let _ = (&SITE, &here, &frame);
}

fn main() {}
