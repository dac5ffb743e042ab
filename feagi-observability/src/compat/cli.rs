//! Debug logging for single crates: `--debug-feagi-api` on the command line, `FEAGI_DEBUG=feagi-api` in the
//! environment.

use std::collections::{BTreeSet, HashMap};

use crate::compat::known_crates::{KNOWN_CRATES, targets_of};

const FLAG_PREFIX: &str = "--debug-";
const ALL: &str = "all";
const ENV_VAR: &str = "FEAGI_DEBUG";

/// The crates whose events are logged from debug level on.
///
/// ```
/// use feagi_observability::CrateDebugFlags;
///
/// let flags = CrateDebugFlags::from_args(["feagi".to_string(), "--debug-feagi-api".to_string()]);
/// assert!(flags.is_enabled("feagi-api"));
/// assert_eq!(flags.log_level("feagi-bdu"), tracing::Level::INFO);
/// ```
#[derive(Debug, Clone, Default)]
pub struct CrateDebugFlags {
    /// Crate name to whether it is on; a crate that is not listed is off.
    pub enabled_crates: HashMap<String, bool>,
}

impl CrateDebugFlags {
    /// Reads `--debug-<crate>` and `--debug-all` from `args` and passes over everything else.
    ///
    /// A name that [`KNOWN_CRATES`] does not list is kept: any crate may be debugged.
    pub fn from_args<I>(args: I) -> Self
    where
        I: IntoIterator<Item = String>,
    {
        let mut flags = Self::default();
        for arg in args {
            if let Some(name) = arg.strip_prefix(FLAG_PREFIX) {
                flags.enable(name);
            }
        }
        flags
    }

    /// Whether `crate_name` is on.
    pub fn is_enabled(&self, crate_name: &str) -> bool {
        self.enabled_crates.get(crate_name).is_some_and(|on| *on)
    }

    /// The crates that are on, in no particular order.
    pub fn enabled_crates(&self) -> Vec<&String> {
        self.enabled_crates.iter().filter(|(_, on)| **on).map(|(name, _)| name).collect()
    }

    /// Whether any crate is on.
    pub fn any_enabled(&self) -> bool {
        self.enabled_crates.values().any(|on| *on)
    }

    /// `DEBUG` for a crate that is on, `INFO` for any other.
    pub fn log_level(&self, crate_name: &str) -> tracing::Level {
        if self.is_enabled(crate_name) { tracing::Level::DEBUG } else { tracing::Level::INFO }
    }

    /// These flags as directives for `tracing_subscriber::EnvFilter`, sorted, with `info` for all else at the end.
    ///
    /// Each crate yields one directive for every target that its events are known to carry.
    ///
    /// ```
    /// let flags = feagi_observability::CrateDebugFlags::from_args(["--debug-feagi-io".to_string()]);
    /// assert_eq!(flags.to_filter_string(), "feagi-io=debug,feagi_io=debug,info");
    /// ```
    pub fn to_filter_string(&self) -> String {
        let targets: BTreeSet<String> = self
            .enabled_crates()
            .into_iter()
            .flat_map(|name| targets_of(name))
            .filter(|target| is_directive_target(target))
            .collect();
        let mut filter: String = targets.iter().map(|target| format!("{target}=debug,")).collect();
        filter.push_str("info");
        filter
    }

    fn enable(&mut self, name: &str) {
        if name == ALL {
            self.enabled_crates.extend(KNOWN_CRATES.iter().map(|known| (known.to_string(), true)));
        } else {
            self.enabled_crates.insert(name.to_string(), true);
        }
    }
}

/// One name with a comma or an equals sign in it would make the whole filter unreadable.
fn is_directive_target(target: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ':');
    target.starts_with(plain) && target.chars().all(|c| plain(c) || c == '.')
}

/// The flags of this process: its arguments, and `FEAGI_DEBUG` with names between commas, or `all`.
///
/// An argument that is not Unicode names no crate; it is passed over rather than ending the process.
pub fn parse_debug_flags() -> CrateDebugFlags {
    let mut flags = CrateDebugFlags::from_args(std::env::args_os().filter_map(|arg| arg.into_string().ok()));
    let names = std::env::var(ENV_VAR).unwrap_or_default();
    for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        flags.enable(name);
    }
    flags
}

/// A paragraph for `--help` about the debug flags, with the names of the known crates.
pub fn debug_flags_help() -> String {
    format!(
        "Debug flags:\n  \
           --debug-all          debug level for every known crate\n  \
           --debug-<crate>      debug level for one crate; may be repeated\n\n\
         Known crates:\n  {crates}\n\n\
         Environment:\n  \
           {ENV_VAR}=<crate>[,<crate>…]   the same for a list of crates\n  \
           {ENV_VAR}=all                  the same for every known crate\n  \
           RUST_LOG=<filter>             replaces all of these flags\n\n\
         Examples:\n  \
           --debug-feagi-api --debug-feagi-burst-engine\n  \
           {ENV_VAR}=feagi-api,feagi-burst-engine\n",
        crates = KNOWN_CRATES.join(", "),
    )
}
