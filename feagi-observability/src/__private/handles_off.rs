//! The expansion of a struct of metrics in a program without metrics.

/// `struct, its name, fields` of a struct of metrics: handles without size.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_register_metrics {
    ($owner:ident $owner_name:literal { $(($field:tt ($type:ty) $($facts:tt)*))* }) => {
        $crate::__private::nowhere($owner {
            $($field: <$type as $crate::__private::Handle>::register(&$crate::__private::HandleFacts {
                owner: "",
                name: "",
                help: "",
                unit: "",
                bounds: &[],
            }),)*
        })
    };
}
