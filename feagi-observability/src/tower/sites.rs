//! The sites of requests: one for each side, method and route, made when the first such request comes. Found without a lock: buckets of
//! lists that only grow.
//!
//! Invariant: there are few of them, whatever is asked for. Methods that nobody has defined are one, and routes beyond the limit have
//! none of their own. A path is never a name.

use super::fields::KEYS;
use crate::instrument::{Site, SiteFacts, SpanKind};
use http::Method;
use std::ptr;
use std::sync::atomic::{
    AtomicPtr, AtomicUsize,
    Ordering::{AcqRel, Acquire, Relaxed},
};

/// Enough that a list is a few long in a program with hundreds of routes. A power of two.
const BUCKETS: usize = 64;
/// Routes with a site of their own, of all methods.
const MOST_ROUTES: usize = 1000;

static SITES: Table = Table::new();

struct Table {
    buckets: [AtomicPtr<Entry>; BUCKETS],
    /// How many have a route.
    routes: AtomicUsize,
}

struct Entry {
    key: Key<'static>,
    site: Site,
    next: *const Entry,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Key<'a> {
    kind: SpanKind,
    method: KnownMethod,
    /// Empty for none.
    route: &'a str,
}

/// What the conventions call a method that is none of those they know.
pub(super) const OTHER: &str = "_OTHER";

/// One of those that they know, or [`OTHER`].
pub(super) type KnownMethod = &'static str;

/// The method if the conventions know it (RFC 9110, RFC 5789), else [`OTHER`]: anyone may send any word.
pub(super) fn known(method: &Method) -> KnownMethod {
    const KNOWN: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or(OTHER)
}

/// The site of such requests; `route` is a pattern such as `/users/{id}`.
pub(super) fn site_of(kind: SpanKind, method: KnownMethod, route: Option<&str>) -> &'static Site {
    SITES.site_of(Key { kind, method, route: route.unwrap_or_default() })
}

impl Table {
    const fn new() -> Self {
        Table { buckets: [const { AtomicPtr::new(ptr::null_mut()) }; BUCKETS], routes: AtomicUsize::new(0) }
    }

    fn site_of(&self, key: Key<'_>) -> &'static Site {
        let bucket = self.bucket_of(key);
        // Acquire: what the entry's maker wrote is visible.
        let first = bucket.load(Acquire);
        if let Some(site) = find(first, key) {
            return site;
        }
        // Relaxed: a count. Requests that come at once may go a few beyond the limit.
        if !key.route.is_empty() && self.routes.load(Relaxed) >= MOST_ROUTES {
            return self.site_of(Key { route: "", ..key });
        }
        self.insert(bucket, first, key)
    }

    fn bucket_of(&self, key: Key<'_>) -> &AtomicPtr<Entry> {
        // FNV-1a: short texts, and nobody chooses them to collide, for routes are the program's.
        let bytes = key.method.bytes().chain([key.kind as u8]).chain(key.route.bytes());
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        &self.buckets[hash as usize & (BUCKETS - 1)]
    }

    #[cold]
    fn insert(&self, bucket: &AtomicPtr<Entry>, mut first: *mut Entry, key: Key<'_>) -> &'static Site {
        let kept = Key { route: String::leak(key.route.to_owned()), ..key };
        let mut new = Box::new(Entry { key: kept, site: Site::new(facts(kept)), next: ptr::null() });
        loop {
            new.next = first;
            let entry = Box::into_raw(new);
            // Release publishes the entry, acquire shows those of others.
            match bucket.compare_exchange(first, entry, AcqRel, Acquire) {
                Ok(_) => {
                    if !key.route.is_empty() {
                        self.routes.fetch_add(1, Relaxed);
                    }
                    // SAFETY: leaked from here on.
                    return unsafe { &(*entry).site };
                }
                Err(others) => {
                    // SAFETY: made above, and nobody has seen it.
                    new = unsafe { Box::from_raw(entry) };
                    if let Some(site) = find(others, key) {
                        return site;
                    }
                    first = others;
                }
            }
        }
    }
}

fn find(mut entry: *const Entry, key: Key<'_>) -> Option<&'static Site> {
    // SAFETY: null, or a leaked entry that was published whole.
    while let Some(known) = unsafe { entry.as_ref() } {
        if known.key == key {
            return Some(&known.site);
        }
        entry = known.next;
    }
    None
}

fn facts(key: Key<'static>) -> SiteFacts {
    let method = if key.method == OTHER { "HTTP" } else { key.method };
    let name = if key.route.is_empty() { method } else { String::leak(format!("{method} {}", key.route)) };
    let (path, help): (fn() -> &'static str, _) = match key.kind {
        SpanKind::Client => {
            (|| "feagi_observability::tower::ClientService::call::here", "Requests that are made.")
        }
        _ => (|| "feagi_observability::tower::ServerService::call::here", "Requests that are answered."),
    };
    // Nobody has written it anywhere: it has no file.
    let facts = SiteFacts::new(path, "feagi_observability::tower", "", 0).of_future();
    SiteFacts { name: Some(name), help, kind: key.kind, keys: &KEYS, ..facts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_made_once_for_each_side_method_and_route() {
        let site = |kind, route| ptr::from_ref(site_of(kind, "GET", route));
        let users = site(SpanKind::Server, Some("/users/{id}"));
        assert_eq!(users, site(SpanKind::Server, Some("/users/{id}")));
        assert_ne!(users, site(SpanKind::Server, Some("/users")));
        assert_ne!(users, site(SpanKind::Server, None));
        assert_ne!(site(SpanKind::Server, None), site(SpanKind::Client, None));
        // SAFETY: made from a reference to a static above.
        assert_eq!(unsafe { &*users }.name(), "GET /users/{id}");
    }

    #[test]
    fn methods_that_nobody_has_defined_are_one() {
        assert_eq!(known(&Method::PATCH), "PATCH");
        assert_eq!(known(&Method::from_bytes(b"BREW").unwrap()), OTHER);
        assert_eq!(known(&Method::from_bytes(b"get").unwrap()), OTHER, "methods are compared by case");
        assert_eq!(site_of(SpanKind::Server, OTHER, None).name(), "HTTP");
    }

    #[test]
    fn routes_beyond_the_limit_have_no_site_of_their_own() {
        fn key(route: &str) -> Key<'_> {
            Key { kind: SpanKind::Server, method: "GET", route }
        }
        let table = Table::new();
        let common = ptr::from_ref(table.site_of(key("")));
        let own = |n: usize| !ptr::eq(table.site_of(key(&format!("/{n}"))), common);
        assert_eq!((0..2 * MOST_ROUTES).filter(|n| own(*n)).count(), MOST_ROUTES);
        assert!(own(0), "those that came in time keep theirs");
    }
}
