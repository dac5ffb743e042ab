//! Lines, as the collector hands them over, to Elasticsearch's bulk interface.

use super::bulk;
use super::index::Index;
use crate::collect::{DropReason, Entry, Sink, SinkCounters};
use crate::config::{ElasticsearchConfig, LogFormat, ObservabilityConfig, TlsConfig};
use crate::error::ObservabilityError;
use crate::export::delivery::{
    Endpoint, Header, HttpClient, Limits, Media, Outbox, Part, Reply, Tls, Transport,
};
use crate::logging::format::{LineFormat, append_u64};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};
use ureq::http::{HeaderValue, header::AUTHORIZATION};

/// All that is read of the answer: it repeats each line's index and id otherwise.
const PATH: &str = "/_bulk?filter_path=errors,items.*.status";

/// Sends lines to Elasticsearch.
pub(crate) struct ElasticsearchSink {
    format: LineFormat,
    index: Index,
    /// What the ids of this process's lines begin with.
    run: String,
    lines: u64,
    line: Vec<u8>,
    outbox: Outbox,
}

impl ElasticsearchSink {
    /// Checks the address that stands in the configuration as `field`, and what belongs to it.
    ///
    /// # Errors
    /// [`ObservabilityError::Config`] names the field and the remedy, and shows no secret.
    pub(crate) fn check(
        field: &'static str,
        url: &str,
        config: &ObservabilityConfig,
    ) -> Result<(), ObservabilityError> {
        parts(field, url, config).map(drop)
    }

    /// Starts the sending thread. Whatever `format` says, lines are ECS: it has the time where Elasticsearch looks for it.
    ///
    /// # Errors
    /// Those of [`check`](Self::check), and [`ObservabilityError::Thread`] if the system refuses a thread.
    pub(crate) fn start(url: &str, config: &ObservabilityConfig) -> Result<Self, ObservabilityError> {
        let (transport, index, limits) = parts("logging.output", url, config)?;
        Ok(ElasticsearchSink {
            format: LineFormat::new(LogFormat::Ecs, &config.telemetry),
            index,
            run: format!("{:016x}", RandomState::new().hash_one(std::process::id())),
            lines: 0,
            line: Vec::new(),
            outbox: Outbox::start("feagi-obs-els", limits, Box::new(transport))?,
        })
    }
}

fn parts(
    field: &'static str,
    url: &str,
    config: &ObservabilityConfig,
) -> Result<(BulkTransport, Index, Limits), ObservabilityError> {
    let limits = Limits::new(&config.telemetry.export)?;
    let elasticsearch = &config.logging.elasticsearch;
    let index = Index::parse(&elasticsearch.index, &config.telemetry.service_name)?;
    let endpoint = Endpoint::parse(field, url)?;
    let before = endpoint.path().unwrap_or_default().trim_end_matches('/');
    let bulk = endpoint.with_path(&format!("{before}{PATH}")).filter(|_| !url.contains('?'));
    let bulk = bulk.ok_or_else(|| {
        ObservabilityError::Config(format!(
            "`{field}`: the address of an Elasticsearch has no query; write one such as `http://127.0.0.1:9200`"
        ))
    })?;
    let media = Media { content_type: "application/x-ndjson", rejected: |_| 0 };
    let headers = authorization(elasticsearch)?.into_iter().collect();
    let export = &config.telemetry.export;
    let tls = Tls::new((&TlsConfig::default(), ""), &export.tls)?;
    let client = HttpClient::new((&bulk, ""), headers, media, (export.compression, &tls));
    Ok((BulkTransport(client), index, limits))
}

/// The header that says who we are.
fn authorization(config: &ElasticsearchConfig) -> Result<Option<Header>, ObservabilityError> {
    let refused = |why: &str| ObservabilityError::Config(why.to_owned());
    let text = match (&config.basic_auth, &config.api_key) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(refused(
                "`logging.elasticsearch.basic_auth` and `logging.elasticsearch.api_key` are both set; set one of them",
            ));
        }
        (Some(user), None) if !user.contains(':') => {
            return Err(refused("`logging.elasticsearch.basic_auth` has no `:`; write `user:password`"));
        }
        (Some(user), None) => format!("Basic {}", STANDARD.encode(user)),
        (None, Some(key)) => format!("ApiKey {key}"),
    };
    let mut value = HeaderValue::from_str(&text).map_err(|_| {
        refused("`logging.elasticsearch.api_key` has characters that no header may hold; remove them")
    })?;
    value.set_sensitive(true);
    Ok(Some((AUTHORIZATION, value)))
}

impl Sink for ElasticsearchSink {
    fn name(&self) -> &'static str {
        "elasticsearch"
    }

    fn counters(&self) -> Arc<SinkCounters> {
        self.outbox.counters()
    }

    /// A line of what to do, and the line itself.
    fn write(&mut self, entry: &Entry<'_>) {
        self.lines += 1;
        self.line.clear();
        self.line.extend_from_slice(b"{\"create\":{\"_index\":\"");
        self.index.append(entry.end(), &mut self.line);
        self.line.extend_from_slice(b"\",\"_id\":\"");
        self.line.extend_from_slice(self.run.as_bytes());
        self.line.push(b'-');
        append_u64(self.lines, &mut self.line);
        self.line.extend_from_slice(b"\"}}\n");
        self.format.append(entry, &mut self.line);
        self.outbox.add(&self.line);
    }

    fn flush(&mut self) {
        self.outbox.flush();
    }

    fn closing(&mut self, deadline: Instant) {
        self.outbox.closing(deadline);
    }

    fn close(&mut self, deadline: Instant) {
        self.outbox.close(deadline);
    }
}

struct BulkTransport(HttpClient);

impl Transport for BulkTransport {
    fn body(&mut self, part: &Part<'_>) -> Vec<u8> {
        let mut body = Vec::new();
        part.pieces().for_each(|piece| body.extend_from_slice(piece));
        self.0.pack(body)
    }

    fn post(&mut self, body: &[u8], time: Duration) -> Reply {
        match self.0.ask(body, time, bulk::read) {
            // It may have arrived; then the ids say so to the next attempt.
            Reply::Refused(reason @ DropReason::Timeout) => Reply::Again { reason, after: None },
            reply => reply,
        }
    }
}
