//! Which path gets which answer.

use super::request::{Method, Request};

/// Plain words for people; charset stated so that no browser guesses.
const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";

/// Makes a page for an `Accept` field: its media type and its text.
pub(crate) type MetricsPage = dyn Fn(Option<&str>) -> (&'static str, String) + Send + Sync;

/// What is served, as closures: the server knows no signal. They run on the server's threads, several at once.
pub(crate) struct Routes {
    pub(crate) metrics_path: String,
    pub(crate) health_path: String,
    pub(crate) metrics: Box<MetricsPage>,
    /// Whether all is well, and the same as JSON.
    pub(crate) health: Box<dyn Fn() -> (bool, String) + Send + Sync>,
}

/// A status, a body, and what it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

impl Answer {
    pub(super) fn text(status: u16) -> Self {
        Answer { status, content_type: TEXT, body: format!("{}\n", reason(status)) }
    }
}

impl Routes {
    /// Answers one request; `/live` says that the process runs, `/ready` what health says, without the details.
    pub(super) fn answer(&self, request: &Request) -> Answer {
        let Some(route) = self.find(&request.path) else { return Answer::text(404) };
        if request.method == Method::Other {
            return Answer::text(405);
        }
        match route {
            Route::Metrics => {
                let (content_type, body) = (self.metrics)(request.accept.as_deref());
                Answer { status: 200, content_type, body }
            }
            Route::Health => {
                let (healthy, body) = (self.health)();
                Answer { status: if healthy { 200 } else { 503 }, content_type: JSON, body }
            }
            Route::Ready => Answer::text(if (self.health)().0 { 200 } else { 503 }),
            Route::Live => Answer::text(200),
        }
    }

    /// The configured paths come first: they may be any of the others.
    fn find(&self, path: &str) -> Option<Route> {
        match path {
            path if path == self.metrics_path => Some(Route::Metrics),
            path if path == self.health_path => Some(Route::Health),
            "/live" | "/livez" => Some(Route::Live),
            "/ready" | "/readyz" => Some(Route::Ready),
            _ => None,
        }
    }
}

enum Route {
    Metrics,
    Health,
    Ready,
    Live,
}

/// RFC 9110, section 15; 431 is of RFC 6585.
pub(super) fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        421 => "Misdirected Request",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "Internal Server Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(healthy: bool) -> Routes {
        Routes {
            metrics_path: "/metrics".to_owned(),
            health_path: "/health".to_owned(),
            metrics: Box::new(|accept| ("text/x", format!("page for {accept:?}"))),
            health: Box::new(move || (healthy, "{}".to_owned())),
        }
    }

    fn ask(routes: &Routes, method: Method, path: &str) -> Answer {
        routes.answer(&Request { method, path: path.to_owned(), accept: Some("a".to_owned()) })
    }

    #[test]
    fn known_paths_are_answered_and_no_others() {
        let routes = routes(true);
        let page = ask(&routes, Method::Get, "/metrics");
        assert_eq!((page.status, page.content_type, &*page.body), (200, "text/x", "page for Some(\"a\")"));
        let health = ask(&routes, Method::Get, "/health");
        assert_eq!((health.status, health.content_type, &*health.body), (200, "application/json", "{}"));
        for path in ["/live", "/livez", "/ready", "/readyz"] {
            assert_eq!(ask(&routes, Method::Get, path), Answer::text(200), "{path}");
        }
        for path in ["/", "/metrics/", "/Metrics", "//metrics", "/x/../metrics", "/%6detrics", "*"] {
            assert_eq!(ask(&routes, Method::Get, path), Answer::text(404), "{path}");
        }
        assert_eq!(ask(&routes, Method::Other, "/metrics").status, 405);
        assert_eq!(ask(&routes, Method::Other, "/x").status, 404);
    }

    #[test]
    fn degraded_health_is_unavailable_but_alive() {
        let routes = routes(false);
        assert_eq!(ask(&routes, Method::Get, "/health").status, 503);
        assert_eq!(ask(&routes, Method::Get, "/ready").status, 503);
        assert_eq!(ask(&routes, Method::Get, "/live").status, 200);
        assert_eq!(ask(&routes, Method::Get, "/metrics").status, 200);
    }
}
