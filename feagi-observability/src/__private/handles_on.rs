//! The expansion of a struct of metrics that are kept.

/// `struct, its name, fields` of a struct of metrics: the one value of it, registered on the first call.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_register_metrics {
    (
        $owner:ident $owner_name:literal
        { $(($field:tt ($type:ty) $name:literal $help:literal $unit:literal [$(($bound:expr))*]))* }
    ) => {{
        static METRICS: $crate::__private::OnceLock<$owner> = $crate::__private::OnceLock::new();
        METRICS.get_or_init(|| $owner {
            $($field: <$type as $crate::__private::Handle>::register(&$crate::__private::HandleFacts {
                owner: ::core::concat!(::core::module_path!(), "::", $owner_name),
                name: $name,
                help: $help,
                unit: $unit,
                bounds: &[$($bound),*],
            }),)*
        })
    }};
}
