//! Expansions of `#[instrument]` that are the plain function. The parts are those of `instrument_on`; what stands in `if false` keeps the
//! compiler asking for what would be recorded.

pub use crate::{__feagi_check_key as check_key, __feagi_check_value as check_value};

/// A function.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_instrument_sync {
    (
        $facts:tt $head:tt $fields:tt $causes:tt $error:tt $value:tt require $show:tt ($returned:ty) $moved:tt
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
        { $((($($key:tt)+) $how:tt $slot:tt $value:tt))* }
        [$(($causes:expr))?]
        [$(($error_level:expr) $show_error:tt $error:tt)?] [$(($value_level:expr) $show_value:tt $seen:tt)?]
        $show:tt ($returned:ty) $moved:tt
        $body:tt
    ) => {{
        if false {
            const _: [$crate::__private::tracing::Level; 1] = [$level];
            const _: [&::core::primitive::str; 2] = [$target, $name];
            $(const _: $crate::__private::tracing::Level = $error_level;)?
            $(const _: $crate::__private::tracing::Level = $value_level;)?
            $($crate::__private::span_id($parent);)?
            $($crate::__private::check_key!($($key)+);)*
            $($crate::__private::check_value!($how $slot $value);)*
            $(for cause in $causes {
                $crate::__private::span_id(cause);
            })?
        }
        ($body)
    }};
}

/// The key of a field, which may be a constant.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_check_key {
    ({ $key:expr }) => {
        const _: &::core::primitive::str = $key;
    };
    ($($key:tt)+) => {};
}

/// Its value. An argument is asked for its type alone: a future has no room for one that was borrowed and then given away to what it
/// waits for, so that the one would stand beside the other.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_check_value {
    ($how:tt $slot:tt [$argument:ident : $ty:ty]) => {{
        let _ = $argument;
        let _ = $crate::__private::$how::<$ty>;
    }};
    ($how:tt $slot:tt [$argument:ident]) => {
        $crate::__private::check_value!($how $slot ($argument))
    };
    ($how:tt $slot:tt ($value:expr)) => {
        match &$value {
            $slot => {
                let _ = $crate::__private::$how($slot);
            }
        }
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
