//! What became of recording with perf.

use std::path::PathBuf;

/// What `perf record` does for this process; see [`ObservabilityManager::perf_status`](crate::ObservabilityManager::perf_status).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PerfStatus {
    /// Nothing: `profiling.perf_profiling` is false.
    Off,
    /// It records, as the process with this id.
    Recording {
        /// Its process id.
        pid: u32,
    },
    /// It has been stopped, and writes its samples as text.
    Writing,
    /// It has recorded.
    Recorded {
        /// `perf.data`, for `perf report` and its like.
        data: PathBuf,
        /// The samples as text; `None` if perf has not written it in the time that it had, or has found no sample.
        script: Option<PathBuf>,
    },
    /// It records nothing, and this is why.
    Unavailable(PerfUnavailable),
}

/// Why nothing is recorded with perf.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PerfUnavailable {
    /// perf is a part of Linux.
    #[error("perf needs Linux")]
    NotLinux,
    /// There is no such program.
    #[error(
        "there is no `perf` in the PATH; install it (Debian: linux-perf) or set profiling.perf_profiling to false"
    )]
    NotFound,
    /// The kernel does not let a process measure itself.
    #[error(
        "the kernel does not permit it: perf_event_paranoid is {}, which has to be 2 or less, or the process needs CAP_PERFMON",
        paranoid.map_or_else(|| "not there".to_owned(), |level| level.to_string())
    )]
    NotPermitted {
        /// `/proc/sys/kernel/perf_event_paranoid`; `None` where there is no such file.
        paranoid: Option<i32>,
    },
    /// It was started and has ended without samples, or its files could not be made.
    #[error("perf has failed: {said}")]
    Failed {
        /// What it, or the system, said.
        said: String,
    },
}
