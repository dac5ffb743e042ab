//! A semicolon stands once, between the fields and the message.

#![allow(unused)]

use feagi_observability::{burst_info, feagi_error};

fn calls(k: u8) {
    feagi_error!(k = 1;);
    feagi_error!(k = 1; j = 2);
    feagi_error!(k = 1; j = 2; "message");
    feagi_error!("message"; "another");
    feagi_error!("message"; k = 1);
    feagi_error!(k = 1; k);
    feagi_error!(k = 1; "message"; k);
    feagi_error!(;);
    burst_info!(k = 1; "key" = 2);
    feagi_error!(k = 1, target: "t"; "message");
}

fn main() {}
