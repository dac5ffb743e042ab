//! Expansions of `#[instrument]` that are the plain function. The parts are those of `instrument_on`; what stands in `if false` keeps the
//! compiler asking for what would be recorded.

/// A function.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_instrument_sync {
    (
        $facts:tt $head:tt $fields:tt $causes:tt $error:tt $value:tt require $show:ident ($returned:ty) $moved:tt
        $body:tt
    ) => {{
        if false {
            $crate::__private::probe::require_result::<$returned>();
        }
        $crate::__private::instrument_sync! {
            $facts $head $fields $causes $error $value $show ($returned) $moved $body
        }
    }};
    (
        $facts:tt
        [($level:expr) ($target:expr) ($name:expr) $(($parent:expr))?]
        { $((($($key:tt)+) ($($sigil:tt)?) ($value:expr)))* }
        [$(($causes:expr))?]
        [$(($error_level:expr) $error_sigil:tt)?] [$(($value_level:expr) $value_sigil:tt)?]
        $show:ident ($returned:ty) $moved:tt
        $body:tt
    ) => {{
        if false {
            const _: [$crate::__private::tracing::Level; 1] = [$level];
            const _: [&::core::primitive::str; 2] = [$target, $name];
            $(const _: $crate::__private::tracing::Level = $error_level;)?
            $(const _: $crate::__private::tracing::Level = $value_level;)?
            $($crate::__private::span_id($parent);)?
            $($crate::__private::check_recorded!(($($key)+) ($($sigil)?) $value);)*
            $(for cause in $causes {
                $crate::__private::span_id(cause);
            })?
        }
        ($body)
    }};
}

/// One field.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_check_recorded {
    (({ $key:expr }) $sigil:tt $value:expr) => {{
        const _: &::core::primitive::str = $key;
        $crate::__private::check_recorded!((key) $sigil $value);
    }};
    ($key:tt (?) $value:expr) => {
        $crate::__private::debug(&$value)
    };
    ($key:tt (%) $value:expr) => {
        $crate::__private::display(&$value)
    };
    ($key:tt () $value:expr) => {
        $crate::__private::recorded(&$value)
    };
}

/// The same of an async function: an await-free `if false` adds nothing to its future.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_instrument_async {
    ($($call:tt)*) => {
        $crate::__private::instrument_sync! { $($call)* }
    };
}
