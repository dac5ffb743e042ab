//! Whether a thread is one of a pool, as rayon knows it: of the global one or of any other. There is one rayon in a program, for its core
//! may be linked once only.

/// Whether anyone can say.
pub(super) const IS_KNOWN: bool = true;

/// Whether this thread is one: a thread-local of rayon's is read.
pub(super) fn is_thread_of_one() -> bool {
    rayon::current_thread_index().is_some()
}
