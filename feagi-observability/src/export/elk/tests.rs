use super::{ElasticsearchSink, LogstashSink};
use crate::collect::{DropReason, EntryKind, Sink};
use crate::config::{LogFormat, ObservabilityConfig};
use crate::export::delivery::scripted::{Collector, Request, status};
use crate::logging::format::sample::Sample;
use serde_json::{Value, json};
use std::io::Read;
use std::net::TcpListener;
use std::time::{Duration, Instant};

fn config() -> ObservabilityConfig {
    let mut config = ObservabilityConfig::default();
    config.telemetry.export.batch_age_ms = 1;
    config
}

fn write(sink: &mut dyn Sink, count: usize) {
    for number in 0..count {
        let mut sample = Sample::new(EntryKind::Log).field("n", &number);
        sample.message = Some(format!("number {number}"));
        sink.write(&sample.entry());
    }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(30)
}

fn answer(statuses: &[u16]) -> String {
    let items: Vec<_> = statuses.iter().map(|status| json!({"create": {"status": status}})).collect();
    let errors = statuses.iter().any(|status| *status >= 300);
    let body = json!({"errors": errors, "items": items}).to_string();
    format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// What to do, and the line, of each item.
fn items(request: &Request) -> Vec<(Value, Value)> {
    let content = String::from_utf8(request.content()).unwrap();
    assert!(content.ends_with('\n'));
    let lines: Vec<Value> = content.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
}

fn numbers(request: &Request) -> Vec<u64> {
    items(request).iter().map(|(_, line)| line["numeric_labels"]["n"].as_u64().unwrap()).collect()
}

#[test]
fn lines_are_created_under_ids_of_their_own_in_the_index_of_their_time() {
    let server = Collector::answering(&[answer(&[201, 201, 201])]);
    let mut config = config();
    config.logging.elasticsearch.index = "logs-{service}-%Y.%m.%d".to_owned();
    config.logging.elasticsearch.basic_auth = Some("ada:secret".to_owned());
    let mut sink = ElasticsearchSink::start(&server.endpoint, &config).unwrap();
    write(&mut sink, 3);
    sink.close(soon());
    assert_eq!(sink.counters().exported(), 3);
    let requests = server.finish();
    let [request] = requests.as_slice() else { panic!("{} requests", requests.len()) };
    assert!(
        request.head.starts_with("post /_bulk?filter_path=errors,items.*.status http/1.1"),
        "{}",
        request.head
    );
    assert_eq!(request.header("content-type"), Some("application/x-ndjson"));
    assert_eq!(request.header("authorization"), Some("basic ywrhonnly3jlda=="), "of lower case here");
    let mut ids = Vec::new();
    for (action, line) in items(request) {
        assert_eq!(action["create"]["_index"], "logs-feagi-2026.11.23");
        ids.push(action["create"]["_id"].as_str().unwrap().to_owned());
        assert_eq!(line["@timestamp"], "2026-11-23T22:26:00.123456Z");
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[test]
fn only_the_items_that_had_no_room_are_sent_again_and_each_is_counted_once() {
    let server =
        Collector::answering(&[answer(&[201, 429, 400, 503, 201]), answer(&[409, 429]), answer(&[201])]);
    let mut sink = ElasticsearchSink::start(&server.endpoint, &config()).unwrap();
    write(&mut sink, 5);
    sink.close(soon());
    let counters = sink.counters();
    assert_eq!((counters.exported(), counters.dropped(DropReason::Rejected), counters.queued()), (4, 1, 0));
    let requests = server.finish();
    let sent: Vec<_> = requests.iter().map(numbers).collect();
    assert_eq!(sent, [vec![0, 1, 2, 3, 4], vec![1, 3], vec![3]]);
    let id = |request: &Request, item: usize| items(request)[item].0["create"]["_id"].clone();
    assert_eq!(id(&requests[0], 3), id(&requests[2], 0), "the same line has the same id");
}

#[test]
fn a_batch_that_is_too_large_is_divided_and_one_that_is_refused_is_lost() {
    let server = Collector::answering(&[status(413, ""), answer(&[201]), status(401, "")]);
    let mut sink = ElasticsearchSink::start(&server.endpoint, &config()).unwrap();
    write(&mut sink, 2);
    sink.close(soon());
    let counters = sink.counters();
    assert_eq!((counters.exported(), counters.dropped(DropReason::Rejected)), (1, 1));
    assert_eq!(server.finish().len(), 3);
}

#[test]
fn logstash_gets_one_json_object_a_line() {
    for format in [LogFormat::Text, LogFormat::Json] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = std::thread::spawn(move || {
            let mut text = String::new();
            listener.accept().unwrap().0.read_to_string(&mut text).unwrap();
            text
        });
        let mut sink = LogstashSink::start(&address, format, &config()).unwrap();
        write(&mut sink, 700);
        sink.close(soon());
        assert_eq!((sink.counters().exported(), sink.counters().queued()), (700, 0));
        drop(sink);
        let text = server.join().unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 700);
        let key = if format == LogFormat::Json { "timestamp" } else { "@timestamp" };
        assert_eq!(lines[699][key], "2026-11-23T22:26:00.123456Z");
        assert_eq!(lines[699]["message"], "number 699");
    }
}

#[test]
fn what_is_wrong_is_refused_and_secrets_are_not_shown() {
    let error = LogstashSink::check("logging.output", "somewhere", &config()).unwrap_err().to_string();
    assert!(error.contains("`logging.output`: `somewhere`") && error.contains("127.0.0.1:5000"), "{error}");
    let refused = |change: fn(&mut ObservabilityConfig), url: &str| {
        let mut config = config();
        change(&mut config);
        ElasticsearchSink::check("logging.sinks", url, &config).unwrap_err().to_string()
    };
    let url = "http://127.0.0.1:9200";
    let error = refused(|config| config.logging.elasticsearch.basic_auth = Some("hush".to_owned()), url);
    assert!(error.contains("`user:password`") && !error.contains("hush"), "{error}");
    let both = |config: &mut ObservabilityConfig| {
        config.logging.elasticsearch.basic_auth = Some("a:hush".to_owned());
        config.logging.elasticsearch.api_key = Some("hush".to_owned());
    };
    let error = refused(both, url);
    assert!(error.contains("set one of them") && !error.contains("hush"), "{error}");
    assert!(refused(|_| {}, "http://h?x=1").contains("`logging.sinks`"));
    assert!(refused(|_| {}, "tcp://h").contains("`logging.sinks`"));
    ElasticsearchSink::check("logging.output", "https://ada:x@h:9200/es", &config()).unwrap();
}
