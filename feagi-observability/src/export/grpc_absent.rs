//! OTLP over gRPC was not compiled in.

use super::delivery::{Endpoint, Header, Reply, Tls};
use crate::config::Compression;
use crate::error::ObservabilityError;
use std::time::Duration;

/// Says that `field` asks for what is not there.
pub(super) fn check(field: &'static str) -> Result<(), ObservabilityError> {
    Err(ObservabilityError::FeatureMissing { field, feature: "otlp-grpc" })
}

/// There is none: [`check`] has refused it.
pub(super) struct GrpcClient;

impl GrpcClient {
    pub(super) fn new(
        _: &Endpoint,
        _: (&'static str, fn(&[u8]) -> u64),
        _: Vec<Header>,
        _: (Compression, &Tls),
    ) -> Self {
        GrpcClient
    }

    pub(super) fn pack(&self, content: Vec<u8>) -> Vec<u8> {
        content
    }

    pub(super) fn post(&mut self, _: &[u8], _: Duration) -> Reply {
        Reply::Refused(crate::collect::DropReason::Connect)
    }
}
