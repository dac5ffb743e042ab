//! The macros of `feagi-observability`.
#![forbid(unsafe_code)]
