//! Expansions that are the plain function. What stands in `if false` leaves no code; it keeps the compiler asking for what `on`
//! asks for, and counts variables as used. Parentheses as in `on`.

/// `facts, fields, how the end is judged, return type, parameters to move into the body, body` of a function.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_observe_sync {
    ($facts:tt { $(($how:ident $index:literal ($value:expr)))* } result ($returned:ty) $moved:tt $body:tt) => {{
        if false {
            $crate::__private::probe::require_result::<$returned>();
            $($crate::__private::$how(&$value);)*
        }
        ($body)
    }};
    ($facts:tt {} $outcome:ident ($returned:ty) $moved:tt $body:tt) => {
        ($body)
    };
    ($facts:tt { $(($how:ident $index:literal ($value:expr)))* } $outcome:ident ($returned:ty) $moved:tt $body:tt) => {{
        if false {
            $($crate::__private::$how(&$value);)*
        }
        ($body)
    }};
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
        { $(($how:ident $index:literal $slot:ident ($value:expr)))* }
        [$($one:literal)*]
        { $(($measure:ident $instrument:literal $from:ident))* }
        $message:tt
    ) => {
        if false {
            match ($(&$value,)* $crate::__feagi_unsaid!($message)) {
                ($($slot,)* _) => {
                    $($crate::__private::$how($slot);)*
                    $($crate::__private::$measure($from);)*
                }
            }
        }
    };
}

/// A message that is checked and not said.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_unsaid {
    (none) => {
        ()
    };
    (($($message:tt)*)) => {
        ::core::format_args!($($message)*)
    };
}
