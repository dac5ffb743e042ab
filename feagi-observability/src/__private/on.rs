//! Expansions that instrument.
//!
//! The body stands in parentheses: a block on one line that is a block's value would be reported as `unused_braces`.
//! A fragment of kind `tt` keeps its author's place, so that errors point there; `ident` does not, so that lints leave it alone.
//! Locals live in these macros, so that the user's code cannot see them; paths are absolute, so that no prelude is needed.

/// A static site with its facts, as `&'static Site`. It stands in a block of its own: the body does not see its items.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_site {
    (
        {
            name: $name:ident $(($name_text:literal))?,
            target: $target:ident $(($target_text:literal))?,
            level: $level:ident,
            help: $help:literal,
            message: $message:literal,
            metric: $metric:ident $(($metric_name:literal))?,
            profile: $profile:literal,
            keys: [$($key:literal),*],
            instruments: [$(($kind:ident $instrument:literal $instrument_help:literal))*]
        }
        $is_async:literal
    ) => {{
        fn here() {}
        static SITE: $crate::__private::Site = $crate::__private::Site::new($crate::__private::SiteFacts {
            name: ::core::option::Option::$name $(($name_text))?,
            path: || ::core::any::type_name_of_val(&here),
            module: ::core::module_path!(),
            target: match ::core::option::Option::$target $(($target_text))? {
                ::core::option::Option::Some(target) => target,
                ::core::option::Option::None => ::core::module_path!(),
            },
            file: ::core::file!(),
            line: ::core::line!(),
            level: $crate::__private::Level::$level,
            log: $crate::__private::LogWhen::Exit,
            help: $help,
            metric: $crate::__private::MetricFacts::$metric $(($metric_name))?,
            keys: &[$($key),*],
            profile: $profile,
            is_async: $is_async,
            message: $message,
            instruments: &[$($crate::__private::InstrumentFacts {
                name: $instrument,
                help: $instrument_help,
                kind: $crate::__private::InstrumentKind::$kind,
            }),*],
        });
        &SITE
    }};
}

/// Room for so many fields.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_frame {
    ({ $(($how:tt $index:literal $slot:tt $value:tt))* }) => {
        $crate::__private::Frame::<
            { $crate::__private::frame_bytes(<[::core::primitive::u8]>::len(&[$($index),*])) }
        >::new()
    };
}

/// What writes the fields when someone listens.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_write {
    ({}) => {
        |_| {}
    };
    ({ $(($how:tt $index:literal $slot:tt ($value:expr)))* }) => {
        |encoder| {
            $(match &$value {
                $slot => encoder.$how($index, $slot),
            })*
        }
    };
}

/// What looks at a call's value when it has ended.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_judge {
    (unit) => {
        |_, _| {}
    };
    (probe) => {
        |output, judgement| {
            use $crate::__private::probe::{ByDebug as _, ByDisplay as _, ByKind as _, NoResult as _};
            (&&&&$crate::__private::probe::Probe(output)).judge(judgement);
        }
    };
}

/// `facts, fields, how the end is judged, return type, parameters to move into the body, body` of a function.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_observe_sync {
    ($facts:tt $fields:tt unit ($returned:ty) () $body:tt) => {{
        let mut frame = $crate::__private::frame!($fields);
        let _scope = $crate::__private::Scope::enter(
            $crate::__private::site!($facts false),
            &mut frame,
            $crate::__private::write!($fields),
        );
        ($body)
    }};
    ($facts:tt $fields:tt probe ($returned:ty) ($($moved:ident)*) $body:tt) => {{
        let mut frame = $crate::__private::frame!($fields);
        let mut scope = $crate::__private::Scope::enter(
            $crate::__private::site!($facts false),
            &mut frame,
            $crate::__private::write!($fields),
        );
        // The closure's copy is what the body changes; this keeps the `mut` of the parameter needed.
        $(if false {
            $moved = $crate::__private::never();
        })*
        let output = $crate::__private::call(|| -> $returned {
            $(let mut $moved = $moved;)*
            ($body)
        });
        scope.judge(|judgement| {
            use $crate::__private::probe::{ByDebug as _, ByDisplay as _, ByKind as _, NoResult as _};
            (&&&&$crate::__private::probe::Probe(&output)).judge(judgement);
        });
        output
    }};
    ($facts:tt $fields:tt result ($returned:ty) $moved:tt $body:tt) => {{
        if false {
            $crate::__private::probe::require_result::<$returned>();
        }
        $crate::__private::observe_sync! { $facts $fields probe ($returned) $moved $body }
    }};
}

/// The same of an async function, whose parameters come in the order in which its future is to drop them.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_observe_async {
    ($facts:tt $fields:tt result ($returned:ty) $moved:tt $body:tt) => {{
        if false {
            $crate::__private::probe::require_result::<$returned>();
        }
        $crate::__private::observe_async! { $facts $fields probe ($returned) $moved $body }
    }};
    ($facts:tt $fields:tt $outcome:ident ($returned:ty) ($($moved:ident)*) $body:tt) => {{
        let mut frame = $crate::__private::frame!($fields);
        $crate::__private::observe_future(
            // Fields are written while the function still owns its parameters.
            $crate::__private::Pending::begin(
                $crate::__private::site!($facts true),
                &mut frame,
                $crate::__private::write!($fields),
            ),
            async move {
                $(let _ = &$moved;)*
                // Tells the compiler the body's type where an async function would have told it.
                if false {
                    return $crate::__private::never::<$returned>();
                }
                ($body)
            },
            $crate::__private::judge!($outcome),
        )
        .await
    }};
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
    ) => {{
        let mut frame = $crate::__private::frame!({ $(($how $index $slot ()))* });
        if let ::core::option::Option::Some(mut event) =
            $crate::__private::Event::open($crate::__private::site!($facts false), &mut frame)
        {
            // Each value is taken once; a message may refer to the same variables.
            match ($(&$value,)* $(::core::format_args!($($message)+),)?) {
                ($($slot,)* $($text,)?) => {
                    event.write(|encoder| {
                        let _ = &encoder;
                        $(encoder.$how($index, $slot);)*
                        $(encoder.message($text);)?
                    });
                    $(event.count($one, &1_u64);)*
                    $(event.$measure($instrument, $from);)*
                }
            }
            event.emit();
        }
    }};
}
