//! Expansions of events that instrument. What is said in `on` of parentheses, of fragments and of locals holds here, too.

pub use crate::__feagi_fill_event as fill_event;

/// `facts, number of fields, fields, labels, instruments fed by one, by a field, message` of an event.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_emit_event {
    (
        $facts:tt
        $count:literal
        { $(($how:tt $index:literal $slot:tt ($value:expr)))* }
        []
        $ones:tt
        $measures:tt
        [$($text:tt ($($message:tt)+))?]
    ) => {{
        let mut frame = $crate::__private::Frame::<{ $crate::__private::frame_bytes($count) }>::new();
        if let ::core::option::Option::Some(mut event) =
            $crate::__private::Event::open($crate::__private::site!($facts.of_event()), &mut frame)
        {
            // Each value is taken once; a message may refer to the same variables.
            match ($(&$value,)* $(::core::format_args!($($message)+),)?) {
                ($($slot,)* $($text,)?) => {
                    $crate::__private::fill_event!(event { $(($how $index $slot))* } $ones $measures [$($text)?]);
                }
            }
            event.emit();
        }
    }};
    // Its labels say which series it is counted in, so they are taken before it begins.
    (
        $facts:tt
        $count:literal
        { $(($how:tt $index:literal $slot:tt ($value:expr)))* }
        [$($label:tt)+]
        $ones:tt
        $measures:tt
        [$($text:tt ($($message:tt)+))?]
    ) => {{
        let site = $crate::__private::site!($facts.of_event());
        if site.is_on() {
            let mut frame = $crate::__private::Frame::<{ $crate::__private::frame_bytes($count) }>::new();
            match ($(&$value,)* $(::core::format_args!($($message)+),)?) {
                ($($slot,)* $($text,)?) => {
                    if let ::core::option::Option::Some(mut event) = $crate::__private::Event::open_series(
                        site,
                        &mut frame,
                        [$($crate::__private::label_part($label)),+],
                    ) {
                        $crate::__private::fill_event!(event { $(($how $index $slot))* } $ones $measures [$($text)?]);
                        event.emit();
                    }
                }
            }
        }
    }};
}

/// What an event is filled with, once its values have been taken.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_fill_event {
    (
        $event:ident
        { $(($how:tt $index:literal $slot:tt))* }
        [$($one:literal)*]
        { $(($measure:tt $instrument:literal $from:tt))* }
        [$($text:tt)?]
    ) => {
        $event.write(|encoder| {
            let _ = &encoder;
            $(encoder.$how($index, $slot);)*
            $(encoder.message($text);)?
        });
        $($event.count($one, &1_u64);)*
        $($event.$measure($instrument, $from);)*
    };
}
