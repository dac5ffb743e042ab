//! A line of the recent store as the ring's record.

use serde_json::{Map, Number, Value as Json};

use crate::collect::{Entry, EntryKind, numbered};
use crate::compat::ring_layer::LogRecord;
use crate::compat::search::Search;
use crate::instrument::Value;

/// Nothing if the line is not what is searched for.
pub(super) fn record_of(entry: &Entry<'_>, search: &Search<'_>) -> Option<LogRecord> {
    let timestamp_ms = i64::try_from(entry.end() / 1_000_000).unwrap_or(i64::MAX);
    let (level, message) = (entry.level.as_str(), entry.text());
    search.passes(timestamp_ms, level, entry.target, message).then(|| {
        let fields = fields(entry);
        LogRecord {
            timestamp_ms,
            level: level.to_string(),
            target: entry.target.to_string(),
            file: entry.file.to_string(),
            line: entry.line,
            message: message.to_string(),
            fields: (!fields.is_empty()).then_some(Json::Object(fields)),
        }
    })
}

/// What else is known of it, by the names that a line of JSON has for it, and then its own fields.
fn fields(entry: &Entry<'_>) -> Map<String, Json> {
    let mut fields = Map::new();
    let mut known = |key: &str, value: Option<Json>| {
        if let Some(value) = value {
            fields.insert(key.to_string(), value);
        }
    };
    known("trace_id", entry.trace_id.is_valid().then(|| entry.trace_id.to_string().into()));
    known("span_id", entry.span_id.is_valid().then(|| entry.span_id.to_string().into()));
    known("parent_id", entry.parent_id.is_valid().then(|| entry.parent_id.to_string().into()));
    known("request_id", entry.fields.request_id().map(Json::from));
    let is_log = entry.kind == EntryKind::Log;
    known("span", (is_log && !entry.span_name.is_empty()).then(|| entry.span_name.into()));
    // Where there is no message the name is the message.
    known("name", (!is_log && entry.message.is_some()).then(|| entry.name.into()));
    let is_call = entry.kind == EntryKind::Call;
    known("outcome", is_call.then(|| entry.outcome.as_str().into()));
    known("duration_ns", is_call.then(|| entry.duration.into()));
    known("error", entry.fields.error().map(Json::from));
    known("over_budget", entry.over_budget.then_some(Json::Bool(true)));
    for field in numbered(entry.fields) {
        let mut number = field.number;
        let mut key = if number > 1 { format!("{}#{number}", field.key) } else { field.key.to_string() };
        while fields.contains_key(&key) {
            number += 1;
            key = format!("{}#{number}", field.key);
        }
        fields.insert(key, json(field.value));
    }
    fields
}

/// JSON has no numbers that are not finite: they are texts, as on the line.
fn json(value: Value<'_>) -> Json {
    match value {
        Value::Bool(value) => value.into(),
        Value::I64(value) => value.into(),
        Value::U64(value) => value.into(),
        Value::F64(value) => Number::from_f64(value).map_or_else(|| value.to_string().into(), Json::Number),
        Value::Str(value) => value.into(),
    }
}
