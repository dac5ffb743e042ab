//! Expansions that are the plain function. What stands in `if false` leaves no code; it keeps the compiler asking for what `on`
//! asks for, and counts variables as used. Parentheses as in `on`.

/// `facts, fields, how the end is judged, return type, parameters to move into the body, body` of a function.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_observe_sync {
    ($facts:tt $fields:tt result ($returned:ty) $moved:tt $body:tt) => {{
        if false {
            $crate::__private::probe::require_result::<$returned>();
        }
        $crate::__private::observe_sync! { $facts $fields probe ($returned) $moved $body }
    }};
    ($facts:tt {} $outcome:ident ($returned:ty) $moved:tt $body:tt) => {
        ($body)
    };
    (
        $facts:tt { $(($how:tt $index:literal $slot:tt ($value:expr)))* } $outcome:ident ($returned:ty) $moved:tt
        $body:tt
    ) => {{
        if false {
            $(match &$value {
                $slot => $crate::__private::$how($slot),
            })*
        }
        ($body)
    }};
}

/// Asks of fields what writing them would.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_check_fields {
    ({ $(($how:tt $index:literal $slot:tt ($value:expr)))* }) => {
        if false {
            $(match &$value {
                $slot => $crate::__private::$how($slot),
            })*
        }
    };
}

/// The same of the content of an `async` block: its fields are checked outside of it, because it would keep what they name.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_observe_boxed {
    ($kind:tt $facts:tt $fields:tt $($call:tt)*) => {
        $crate::__private::observe_sync! { $facts {} $($call)* }
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

/// `facts, fields, instruments fed by one, by a field, message` of an event.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_emit_event {
    (
        $facts:tt
        { $(($how:tt $index:literal $slot:tt ($value:expr)))* }
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
