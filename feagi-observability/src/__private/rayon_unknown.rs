//! What `#[observe(rayon)]` needs is not there: it would do nothing, and so it is refused, on and off.

/// Asks for the feature `rayon`, where the author has written the argument.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_require_rayon {
    () => {
        ::core::compile_error!(
            "`rayon` needs to know which threads are those of a pool; \
             give the dependency `feagi-observability` the feature `rayon`"
        );
    };
}
