//! What `#[observe(rayon)]` needs is there.

/// Asks for the feature `rayon`, where the author has written the argument.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_require_rayon {
    () => {};
}
