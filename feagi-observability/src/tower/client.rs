//! The side that asks.

use super::IS_ON;
use super::fields::write_asked;
use super::response::{RequestCall, ResponseFuture, judge_asked, respond};
use super::sites::{known, site_of};
use crate::crossing::CapturedContext;
use crate::instrument::SpanKind;
use http::{Request, Response};
use std::task::{Context as TaskContext, Poll};
use tower_layer::Layer;
use tower_service::Service;

/// Makes each request to a service one observed call, and says in its headers who calls: see the [module](super).
///
/// The request is a child of what asks for it, and names itself as the parent of what answers it. Where nothing is on, it names
/// what asks for it.
///
/// ```
/// use feagi_observability::tower::ClientLayer;
/// use http::{Request, Response};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// // Instead of one that goes over a network, such as hyper-util's:
/// let client = service_fn(async |_: Request<String>| Ok::<_, std::io::Error>(Response::new("…".to_owned())));
/// let client = ServiceBuilder::new().layer(ClientLayer::new()).service(client);
///
/// let request = Request::get("http://localhost:8000/v1/genome").body(String::new()).unwrap();
/// let response = client.oneshot(request);
/// # let response = tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(response);
/// # assert_eq!(response.unwrap().into_body(), "…");
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct ClientLayer;

impl ClientLayer {
    /// One for any client.
    pub const fn new() -> Self {
        ClientLayer
    }
}

impl<S> Layer<S> for ClientLayer {
    type Service = ClientService<S>;

    fn layer(&self, inner: S) -> ClientService<S> {
        ClientService { inner }
    }
}

/// A client whose requests are observed; made by [`ClientLayer`].
#[derive(Clone, Debug)]
pub struct ClientService<S> {
    inner: S,
}

impl<S, B, R> Service<Request<B>> for ClientService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, task: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(task)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let around = CapturedContext::capture();
        let call = begin(&request);
        let caller = call.as_ref().and_then(RequestCall::context).map(|context| around.at(context));
        caller.as_ref().unwrap_or(&around).inject(request.headers_mut());
        respond(&around, call, || self.inner.call(request), judge_asked)
    }
}

fn begin<B>(request: &Request<B>) -> Option<RequestCall> {
    if !IS_ON {
        return None;
    }
    let method = known(request.method());
    let site = site_of(SpanKind::Client, method, None);
    RequestCall::begin(site, |opening| {
        if let Some(encoder) = opening.fields() {
            write_asked(request, method, encoder);
        }
    })
}
