//! Whose records they are: the attributes that all records of this process share, by the semantic conventions for resources.

use super::host::host_name;
use crate::config::TelemetryConfig;
use crate::instrument::Value;
use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;
use std::time::SystemTime;

/// The attributes of a process.
pub(super) struct Resource<'a> {
    config: &'a TelemetryConfig,
    host: String,
    executable: String,
}

impl<'a> Resource<'a> {
    pub(super) fn new(config: &'a TelemetryConfig) -> Self {
        let executable = std::env::current_exe().ok();
        let name = executable.as_deref().and_then(|path| path.file_name()).unwrap_or_default();
        Resource { config, host: host_name(), executable: name.to_string_lossy().into_owned() }
    }

    /// Each attribute once. What the user sets replaces what we would say.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        let config = self.config;
        let ours = [
            ("service.name", Value::Str(&config.service_name)),
            ("service.version", Value::Str(config.service_version.as_deref().unwrap_or_default())),
            ("service.instance.id", Value::Str(instance_id())),
            ("telemetry.sdk.name", Value::Str("feagi-observability")),
            ("telemetry.sdk.language", Value::Str("rust")),
            ("telemetry.sdk.version", Value::Str(env!("CARGO_PKG_VERSION"))),
            ("host.name", Value::Str(&self.host)),
            ("process.pid", Value::U64(u64::from(std::process::id()))),
            ("process.executable.name", Value::Str(&self.executable)),
        ];
        let ours = ours
            .into_iter()
            .filter(|(key, value)| !matches!(value, Value::Str("")) && !config.resource.contains_key(*key));
        let users = config.resource.iter().filter(|(key, _)| !key.is_empty());
        ours.chain(users.map(|(key, text)| (key.as_str(), Value::Str(text))))
    }
}

/// Told apart from all others, also those on the same machine: a random UUID, version 4 of RFC 9562, the same for all that this process sends.
fn instance_id() -> &'static str {
    static ID: OnceLock<String> = OnceLock::new();
    ID.get_or_init(|| {
        // The standard library's hashers are keyed by the system's random source.
        let salt = (std::process::id(), SystemTime::now());
        let word = || RandomState::new().hash_one(salt);
        let (high, low) = (word() & !0xf000 | 0x4000, word() & !(0b11 << 62) | 0b10 << 62);
        let [a, b, c] = [high >> 32, high >> 16 & 0xffff, high & 0xffff];
        format!("{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}", low >> 48, low & 0xffff_ffff_ffff)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn attributes(config: &TelemetryConfig) -> BTreeMap<String, String> {
        let resource = Resource::new(config);
        let all: Vec<_> =
            resource.attributes().map(|(key, value)| (key.to_owned(), format!("{value:?}"))).collect();
        let map: BTreeMap<_, _> = all.iter().cloned().collect();
        assert_eq!(map.len(), all.len(), "each key once");
        map
    }

    #[test]
    fn what_the_conventions_ask_for_is_there() {
        let all =
            attributes(&TelemetryConfig { service_version: Some("1.2".to_owned()), ..Default::default() });
        for (key, value) in [
            ("service.name", r#"Str("feagi")"#),
            ("service.version", r#"Str("1.2")"#),
            ("telemetry.sdk.language", r#"Str("rust")"#),
            ("process.pid", &format!("U64({})", std::process::id())),
        ] {
            assert_eq!(all.get(key).map(String::as_str), Some(value), "{key}");
        }
        assert!(all["process.executable.name"].contains("feagi_observability"), "{all:?}");
        assert!(all.contains_key("host.name") && all.contains_key("telemetry.sdk.version"));
    }

    #[test]
    fn the_user_has_the_last_word_and_nothing_empty_is_said() {
        let resource = [("service.name", "brain"), ("host.name", "h1"), ("", "x"), ("site", "lab")];
        let resource = resource.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        let all = attributes(&TelemetryConfig { resource, ..Default::default() });
        assert_eq!((&*all["service.name"], &*all["host.name"]), (r#"Str("brain")"#, r#"Str("h1")"#));
        assert_eq!(all["site"], r#"Str("lab")"#);
        assert!(!all.contains_key("") && !all.contains_key("service.version"));
    }

    #[test]
    fn the_instance_has_a_random_uuid_which_stays() {
        let id = instance_id();
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
        assert!(id.as_bytes()[14] == b'4' && b"89ab".contains(&id.as_bytes()[19]), "{id}");
        assert_eq!(instance_id(), id);
    }
}
