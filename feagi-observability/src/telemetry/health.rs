//! Health: the last word of each check, and the sum of them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The word of a check, and of the whole, when all is well.
const HEALTHY: &str = "healthy";
const DEGRADED: &str = "degraded";

/// More than any program has parts; the bound is there for names made from data.
const MAX_CHECKS: usize = 1000;

/// How the program is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthStatus {
    /// `healthy` if every check says so, else `degraded`.
    pub status: String,
    /// Each check's last word, in the order in which they first spoke.
    pub checks: Vec<HealthCheck>,
    /// When a check last spoke.
    pub timestamp: DateTime<Utc>,
}

/// How one part of the program is.
///
/// ```
/// use feagi_observability::HealthCheck;
/// let check = HealthCheck {
///     name: "burst_engine".to_owned(),
///     status: "healthy".to_owned(),
///     message: "60 Hz".to_owned(),
/// };
/// assert_eq!(check.status, "healthy");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    /// Which part; a later check of the same name replaces the earlier one.
    pub name: String,
    /// `healthy`; any other word degrades the whole.
    pub status: String,
    /// What a person should know.
    pub message: String,
}

impl HealthStatus {
    /// Whether every check is healthy.
    pub fn is_healthy(&self) -> bool {
        self.status == HEALTHY
    }
}

/// Keeps the checks of one process.
pub(crate) struct Health {
    status: Mutex<HealthStatus>,
    ignored: AtomicU64,
}

impl Health {
    pub(crate) fn new() -> Self {
        let status = HealthStatus { status: HEALTHY.to_owned(), checks: Vec::new(), timestamp: Utc::now() };
        Health { status: Mutex::new(status), ignored: AtomicU64::new(0) }
    }

    /// Takes a check's word. Past the bound new names are ignored and counted; known ones always go in.
    pub(crate) fn update(&self, check: HealthCheck) {
        let mut status = self.lock();
        let room = status.checks.len() < MAX_CHECKS;
        match status.checks.iter_mut().find(|known| known.name == check.name) {
            Some(known) => *known = check,
            None if room => status.checks.push(check),
            None => {
                self.ignored.fetch_add(1, Relaxed);
                return;
            }
        }
        let healthy = status.checks.iter().all(|check| check.status == HEALTHY);
        status.status = if healthy { HEALTHY } else { DEGRADED }.to_owned();
        status.timestamp = Utc::now();
    }

    /// The whole as it is now.
    pub(crate) fn snapshot(&self) -> HealthStatus {
        self.lock().clone()
    }

    /// The whole as JSON for strangers: what looks like a file's path is left out of the messages.
    pub(crate) fn public_json(&self) -> (bool, String) {
        let mut status = self.snapshot();
        for check in &mut status.checks {
            check.message = without_paths(&check.message);
        }
        let json =
            serde_json::to_string(&status).unwrap_or_else(|_| format!("{{\"status\":\"{DEGRADED}\"}}"));
        (status.is_healthy(), json)
    }

    /// Checks that found no room.
    pub(crate) fn ignored(&self) -> u64 {
        self.ignored.load(Relaxed)
    }

    /// A thread that died while it held the lock has left whole values behind.
    fn lock(&self) -> MutexGuard<'_, HealthStatus> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts `<path>` where a word begins like a path: `/x`, `~/x`, `./x`, `../x`, `\\host`, or goes on like one behind a
/// colon: `C:\x`, `at:/x`. Web addresses stay.
fn without_paths(message: &str) -> String {
    let is_edge = |c: char| c.is_whitespace() || "`'\"()[]<>,;=".contains(c);
    message
        .split_inclusive(is_edge)
        .map(|piece| {
            let word = piece.trim_end_matches(is_edge);
            let edge = piece.get(word.len()..).unwrap_or_default();
            if is_path(word) { format!("<path>{edge}") } else { piece.to_owned() }
        })
        .collect()
}

fn is_path(word: &str) -> bool {
    let roots = ["/", "~/", "./", "../", "\\\\", "file:"];
    let is_behind_colon = word.contains(":\\")
        || word.split_once(":/").is_some_and(|(_, rest)| !rest.is_empty() && !rest.starts_with('/'));
    word.len() > 1 && (is_behind_colon || roots.iter().any(|root| word.starts_with(root)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, status: &str) -> HealthCheck {
        HealthCheck { name: name.to_owned(), status: status.to_owned(), message: String::new() }
    }

    #[test]
    fn the_whole_is_healthy_only_while_every_check_is() {
        let health = Health::new();
        assert!(health.snapshot().is_healthy());
        health.update(check("a", "healthy"));
        health.update(check("b", "failing"));
        assert_eq!(health.snapshot().status, "degraded");
        health.update(check("b", "healthy"));
        let status = health.snapshot();
        assert_eq!(status.status, "healthy");
        assert_eq!(status.checks, [check("a", "healthy"), check("b", "healthy")]);
    }

    #[test]
    fn past_the_bound_new_names_are_counted_and_known_ones_still_speak() {
        let health = Health::new();
        for number in 0..MAX_CHECKS + 3 {
            health.update(check(&number.to_string(), "healthy"));
        }
        assert_eq!((health.snapshot().checks.len(), health.ignored()), (MAX_CHECKS, 3));
        health.update(check("0", "failing"));
        assert!(!health.snapshot().is_healthy());
    }

    #[test]
    fn a_thread_that_died_with_the_lock_stops_nobody() {
        let health = Health::new();
        std::thread::scope(|scope| {
            let died = scope.spawn(|| {
                let _held = health.status.lock();
                std::panic::resume_unwind(Box::new("without the hook's noise"));
            });
            assert!(died.join().is_err());
        });
        health.update(check("a", "failing"));
        assert!(!health.snapshot().is_healthy());
    }

    #[test]
    fn the_public_text_keeps_paths_to_itself() {
        let health = Health::new();
        let message = "cannot write `/var/log/feagi log`: full; see C:\\logs\\x.txt, ~/x (../y), at:/z \
            and 1/2 of a / b at http://[::1]:1/x";
        health.update(HealthCheck { message: message.to_owned(), ..check("file", "failing") });
        let (healthy, json) = health.public_json();
        let public: HealthStatus = serde_json::from_str(&json).unwrap();
        assert!(!healthy);
        assert_eq!(
            public.checks[0].message,
            "cannot write `<path> log`: full; see <path>, <path> (<path>), <path> \
            and 1/2 of a / b at http://[::1]:1/x"
        );
        assert_eq!(health.snapshot().checks[0].message, message);
    }
}
