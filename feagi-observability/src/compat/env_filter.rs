//! Which events are logged: `RUST_LOG`, or else the debug flags.

use anyhow::Context;
use tracing_subscriber::EnvFilter;

use crate::compat::cli::CrateDebugFlags;

const ENV_VAR: &str = "RUST_LOG";

/// The filter of `RUST_LOG` alone where that is set and not blank, else the one of `flags`.
pub(super) fn resolve(flags: &CrateDebugFlags) -> anyhow::Result<EnvFilter> {
    match std::env::var(ENV_VAR) {
        Ok(text) if !text.trim().is_empty() => EnvFilter::try_new(&text).with_context(|| {
            format!("{ENV_VAR} is `{text}`, which is not a filter; write it like `info,feagi_api=debug` or unset it")
        }),
        _ => {
            let text = flags.to_filter_string();
            EnvFilter::try_new(&text).with_context(|| format!("the debug flags give `{text}`, which is not a filter"))
        }
    }
}
