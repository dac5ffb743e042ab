//! The side that answers.

use super::IS_ON;
use super::fields::write_served;
use super::response::{RequestCall, ResponseFuture, judge_served, respond};
use super::sites::{known, site_of};
use crate::crossing::{CapturedContext, propagation::extract};
use crate::instrument::SpanKind;
use http::{Extensions, Request, Response};
use std::task::{Context as TaskContext, Poll};
use tower_layer::Layer;
use tower_service::Service;

/// Finds the route of a request.
type RouteOf = fn(&Extensions) -> Option<&str>;

/// Makes each request of a service one observed call, below the span of whoever sent it: see the [module](super).
///
/// A request without a `traceparent` that can be believed begins a trace of its own, whatever its thread is in. Where anyone can send
/// requests, [`untrusted`](Self::untrusted) does so with all of them.
///
/// ```
/// use feagi_observability::tower::ServerLayer;
/// # use axum08 as axum;
/// use axum::{Router, routing::get};
///
/// let app: Router = Router::new().route("/", get(|| async { "…" })).layer(ServerLayer::new());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ServerLayer {
    route: Option<RouteOf>,
    is_untrusted: bool,
}

impl ServerLayer {
    /// One that believes callers and knows no routes.
    pub const fn new() -> Self {
        ServerLayer { route: None, is_untrusted: false }
    }

    /// Names requests by their route, which a router has left in the request's extensions: a pattern of the program such as
    /// `/genomes/{id}`. It stands on metrics; so it must not be anything of what the caller has sent.
    ///
    /// ```
    /// use feagi_observability::tower::ServerLayer;
    /// # use axum08 as axum;
    /// use axum::extract::MatchedPath;
    ///
    /// let layer = ServerLayer::new().route(|extensions| Some(extensions.get::<MatchedPath>()?.as_str()));
    /// ```
    #[must_use]
    pub const fn route(self, route: fn(&Extensions) -> Option<&str>) -> Self {
        ServerLayer { route: Some(route), ..self }
    }

    /// Believes no caller: each request begins a trace of its own, which follows from the caller's span, and what callers have put
    /// into `tracestate` and `baggage` stays outside. For the front of a network (W3C Trace Context, 3.4, "restart trace").
    ///
    /// ```
    /// let layer = feagi_observability::tower::ServerLayer::new().untrusted();
    /// ```
    #[must_use]
    pub const fn untrusted(self) -> Self {
        ServerLayer { is_untrusted: true, ..self }
    }
}

impl<S> Layer<S> for ServerLayer {
    type Service = ServerService<S>;

    fn layer(&self, inner: S) -> ServerService<S> {
        ServerService { inner, layer: *self }
    }
}

/// A service whose requests are observed; made by [`ServerLayer`].
#[derive(Clone, Debug)]
pub struct ServerService<S> {
    inner: S,
    layer: ServerLayer,
}

impl<S, B, R> Service<Request<B>> for ServerService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, task: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(task)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let caller = extract(request.headers());
        let call = self.layer.begin(&request, &caller);
        let around = if self.layer.is_untrusted { CapturedContext::from(None) } else { caller };
        respond(&around, call, || self.inner.call(request), judge_served)
    }
}

impl ServerLayer {
    fn begin<B>(&self, request: &Request<B>, caller: &CapturedContext) -> Option<RequestCall> {
        if !IS_ON {
            return None;
        }
        let method = known(request.method());
        let route = self.route.and_then(|route| route(request.extensions()));
        let site = site_of(SpanKind::Server, method, route);
        let parent = caller.context();
        RequestCall::begin(site, |opening| {
            opening.parent(&parent.filter(|_| !self.is_untrusted));
            if self.is_untrusted {
                opening.follows_from(parent);
            }
            if let Some(encoder) = opening.fields() {
                write_served(request, method, route, encoder);
            }
        })
    }
}
