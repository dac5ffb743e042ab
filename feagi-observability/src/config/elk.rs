//! What is said to Elasticsearch.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What is said to Elasticsearch.
///
/// ```
/// use feagi_observability::{ElasticsearchConfig, LogOutput, LoggingConfig};
/// let elasticsearch = ElasticsearchConfig {
///     index: "logs-feagi-%Y.%m.%d".to_owned(),
///     api_key: Some("c2VjcmV0".to_owned()),
///     ..Default::default()
/// };
/// let output = LogOutput::Elasticsearch("https://search.example:9200".to_owned());
/// let logging = LoggingConfig { output, elasticsearch, ..Default::default() };
/// assert!(!format!("{logging:?}").contains("c2VjcmV0"), "secrets are not shown");
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ElasticsearchConfig {
    /// The index or data stream that lines go to: `%Y`, `%m`, `%d` and `%H` stand for the line's year, month, day and hour in UTC,
    /// `{service}` for `telemetry.service_name` in lower case. Default `logs-{service}-default`, a data stream.
    pub index: String,
    /// User and password, as `user:password`. Default none. Never shown.
    pub basic_auth: Option<String>,
    /// An API key as Elasticsearch encodes it. Default none. Never shown.
    pub api_key: Option<String>,
}

impl Default for ElasticsearchConfig {
    fn default() -> Self {
        ElasticsearchConfig { index: "logs-{service}-default".to_owned(), basic_auth: None, api_key: None }
    }
}

/// Secrets are not shown.
impl fmt::Debug for ElasticsearchConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |secret: &Option<String>| secret.as_ref().map(|_| "***");
        f.debug_struct("ElasticsearchConfig")
            .field("index", &self.index)
            .field("basic_auth", &shown(&self.basic_auth))
            .field("api_key", &shown(&self.api_key))
            .finish()
    }
}
