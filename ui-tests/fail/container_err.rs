//! `err` on a container goes to functions whose return type's name ends in `Result`; one that only looks so is pointed at.

#![allow(unused)]

use feagi_observability::observe;

struct QueryResult;

#[observe(err)]
mod queries {
    pub(crate) fn count() -> u8 {
        1
    }

    pub(crate) fn run() -> super::QueryResult {
        super::QueryResult
    }
}

fn main() {
    queries::run();
}
