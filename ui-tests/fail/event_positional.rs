//! Events of the API begin with method and path.

#![allow(unused)]

use feagi_observability::{Event, api_info, api_warn};

#[derive(Event)]
#[event(name = "one", macros(info))]
struct One {
    #[event(positional)]
    verb: &'static str,
}

fn calls(method: &str, path: &str) {
    api_info!();
    api_info!("GET");
    api_info!(status = 200);
    api_info!("GET", status = 200);
    api_info!(method = "GET", path = "/p");
    api_info!("GET", "/p", 200);
    api_info!("GET", "/p", path = "/q");
    api_info!("GET", "/p", "/q", status = 200);
    api_info!("GET",, status = 200);
    api_warn!("only a message");
    api_warn!(status = 200, "GET", "/p");
    one_info!();
    one_info!(verb = "x");
}

fn main() {}
