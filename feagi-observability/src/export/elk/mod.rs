//! Log lines to Elastic's programs: Logstash, and Elasticsearch itself. Filebeat needs nothing of this: it reads lines in the format `Ecs`
//! from a file or standard output.

mod bulk;
mod elasticsearch;
mod index;
mod logstash;

#[cfg(test)]
mod tests;

pub(crate) use elasticsearch::ElasticsearchSink;
pub(crate) use logstash::LogstashSink;
