//! FEAGI's crates, and the `tracing` targets that each of them writes under.
//!
//! A crate's events come under its package name (a hand-written `target:`), under its module path (the same with
//! underscores), and under names that it kept from before it was renamed. A flag or a file for the crate has to
//! know all of them.

/// The crates that have a debug flag and a log file of their own.
pub const KNOWN_CRATES: &[&str] = &[
    "feagi-api",
    "feagi-burst-engine",
    "feagi-bdu",
    "feagi-services",
    "feagi-evo",
    "feagi-config",
    "feagi-io",
    "feagi-transports",
    "feagi-agent-sdk",
    "feagi-state-manager",
    "feagi-plasticity",
    "feagi-connectome-serialization",
];

/// Further targets of a known crate. Hyphen and underscore are the same here.
const ALIASES: &[(&str, &[&str])] = &[
    ("feagi-api", &["feagi.api"]),
    ("feagi-bdu", &["feagi-brain-development"]),
    ("feagi-burst-engine", &["feagi-npu-burst-engine", "feagi-npu", "feagi-npu-trace", "feagi.burst"]),
    ("feagi-evo", &["feagi-evolutionary", "feagi.genome"]),
    ("feagi-plasticity", &["feagi-npu-plasticity", "plasticity"]),
];

/// Every target prefix that selects `name`: as given, with underscores, and, for a known crate, its other names.
pub(super) fn targets_of(name: &str) -> Vec<String> {
    let known = KNOWN_CRATES.iter().copied().find(|known| same_name(known, name));
    let others = known.iter().copied().chain(known.map(aliases_of).unwrap_or_default().iter().copied());
    std::iter::once(name).chain(others).flat_map(|name| [name.to_string(), name.replace('-', "_")]).collect()
}

pub(super) fn aliases_of(name: &str) -> &'static [&'static str] {
    ALIASES.iter().find(|(known, _)| *known == name).map_or(&[], |(_, aliases)| aliases)
}

/// Equal, with hyphen and underscore taken for the same.
pub(super) fn same_name(left: &str, right: &str) -> bool {
    let hyphen = |byte: u8| if byte == b'_' { b'-' } else { byte };
    left.len() == right.len() && left.bytes().map(hyphen).eq(right.bytes().map(hyphen))
}
