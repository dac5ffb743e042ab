//! The heap profile: which functions, and which observed calls, have allocated what is in use, and what was allocated at all.
//!
//! Receives from [`FeagiAlloc`](crate::FeagiAlloc) one block in so many bytes, and each block that is freed; gives `heap.pb.gz` and
//! `heap.svg` to [`MemoryProfiler`](crate::MemoryProfiler).
//!
//! ```text
//! AllocCell (instrument) ── every 512 KiB or so ─► hooks::sample ─► walker, caller ─► tables ─► snapshot ─► Profile
//! dealloc, realloc ── filter, one byte ──────────► hooks::take ──────────────────────► tables
//! ```

mod blocks;
mod caller;
mod filter;
mod hooks;
mod interned;
mod recorder;
mod snapshot;
mod tables;
mod walker;
mod weight;

pub(super) use hooks::{put_back, sample, take};
pub(super) use recorder::HeapRecorder;
