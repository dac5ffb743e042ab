//! Expansions that are the plain function. What stands in `if false` leaves no code; it keeps the compiler asking for what `on`
//! asks for, and counts variables as used. Parentheses as in `on`.

#[path = "instrument_off.rs"]
mod instrument;

pub use crate::__feagi_check_opened as check_opened;
pub use instrument::*;

/// The parts are those of `on`.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_observe_sync {
    ($scope:ident $facts:tt $count:literal $open:tt $fields:tt [(require) $($judge:tt)*] ($returned:ty) $moved:tt $body:tt) => {{
        if false {
            $crate::__private::probe::require_result::<$returned>();
        }
        $crate::__private::observe_sync! { $scope $facts $count $open $fields [$($judge)*] ($returned) $moved $body }
    }};
    ($scope:ident $facts:tt $count:literal [] {} $judge:tt ($returned:ty) $moved:tt $body:tt) => {
        ($body)
    };
    (
        $scope:ident $facts:tt $count:literal
        [$(($opened:tt $($part:tt)*))*]
        { $(($how:tt $index:literal $slot:tt ($value:expr)))* }
        $judge:tt ($returned:ty) $moved:tt
        $body:tt
    ) => {{
        if false {
            $($crate::__private::check_opened!($opened $($part)*);)*
            $(match &$value {
                $slot => $crate::__private::$how($slot),
            })*
        }
        ($body)
    }};
}

/// One thing that is taken before a call begins.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_check_opened {
    (rayon) => {};
    (extras) => {};
    (alloc $index:literal) => {};
    (follows_from $slot:tt ($value:expr)) => {
        match $value {
            $slot => $crate::__private::follows_from($slot),
        }
    };
    (parent $slot:tt ($value:expr)) => {
        match &$value {
            $slot => $crate::__private::parent($slot),
        }
    };
    ($how:tt $index:literal $slot:tt ($value:expr)) => {
        match &$value {
            $slot => $crate::__private::$how($slot),
        }
    };
}

/// What is taken of a future made by hand, asked for where no future holds it.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_check_fields {
    ([$(($opened:tt $($part:tt)*))*] { $(($how:tt $index:literal $slot:tt ($value:expr)))* }) => {
        if false {
            $($crate::__private::check_opened!($opened $($part)*);)*
            $(match &$value {
                $slot => $crate::__private::$how($slot),
            })*
        }
    };
}

/// An `async` block that a function makes by hand; `[move]` or `[]` comes first.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_observe_boxed {
    ($kind:tt $begin:ident $facts:tt $count:literal $open:tt $fields:tt $($call:tt)*) => {
        $crate::__private::observe_sync! { $begin $facts $count [] {} $($call)* }
    };
}

/// The same of an async function: an await-free `if false` adds nothing to its future.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_observe_async {
    ($($call:tt)*) => {
        $crate::__private::observe_sync! { $($call)* }
    };
}

/// `facts, number of fields, fields, labels, instruments fed by one, by a field, message` of an event.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_emit_event {
    (
        $facts:tt
        $count:literal
        { $(($how:tt $index:literal $slot:tt ($value:expr)))* }
        $labels:tt
        [$($one:literal)*]
        { $(($measure:tt $instrument:literal $from:tt))* }
        [$($text:tt ($($message:tt)+))?]
    ) => {
        if false {
            match ($(&$value,)* $(::core::format_args!($($message)+),)?) {
                ($($slot,)* $($text,)?) => {
                    $($crate::__private::$how($slot);)*
                    $($crate::__private::$measure($from);)*
                    $(let _ = $text;)?
                }
            }
        }
    };
}
