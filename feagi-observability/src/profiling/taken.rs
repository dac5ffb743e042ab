//! Profiles that have been taken, for outputs that show them beside what they have of their own.

use super::CpuProfile;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Nobody may come for them.
const WAITING: usize = 4;

/// A place where the profiler leaves profiles, and an output finds them.
#[derive(Clone, Default)]
pub(crate) struct TakenProfiles(Arc<Mutex<VecDeque<CpuProfile>>>);

impl TakenProfiles {
    /// The oldest of too many makes room.
    pub(crate) fn offer(&self, profile: &CpuProfile) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= WAITING {
            waiting.pop_front();
        }
        waiting.push_back(profile.clone());
    }

    /// Those that nobody has come for yet.
    pub(crate) fn take(&self) -> VecDeque<CpuProfile> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
