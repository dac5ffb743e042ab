//! Expansions of `#[instrument]` that instrument: one real `tracing` span, and a call of our runtime that adopts it.
//!
//! What is said in `on` of parentheses, of fragments and of locals holds here, too. The parts of an expansion:
//! `facts`; `[(level) (target) (name) (parent)]`, the parent if there is one; `{ ((key) how slot (value)) … }`, the span's fields, with
//! `[name: type]` in place of the value for an argument, or `[name]` if its type cannot be written; `[(causes)]`, if there are any; `[(level) how slot]` of the event for an error
//! and of that for a value, if they are wanted; `[how slot]`, how the outcome is seen; the return type; parameters to move into
//! the body; the body. A `slot` is a local, and it and `how` are placed where the author wrote what they are about.

pub use crate::{
    __feagi_instrument_causes as instrument_causes, __feagi_instrument_event as instrument_event,
    __feagi_instrument_events as instrument_events, __feagi_instrument_judge as instrument_judge,
    __feagi_instrument_open as instrument_open, __feagi_instrument_span as instrument_span,
};

/// The span.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_instrument_span {
    (
        [($level:expr) ($target:expr) ($name:expr) $(($parent:expr))?]
        { $((($($key:tt)+) $how:tt $slot:tt $([$argument:ident $(: $ty:ty)?])? $(($value:expr))?))* }
    ) => {
        $crate::__private::tracing::span!(
            target: $target,
            $(parent: $parent,)?
            $level,
            $name,
            $($($key)+ = match &$($argument)? $($value)? {
                $slot => $crate::__private::$how($slot),
            }),*
        )
    };
}

/// What follows from what.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_instrument_causes {
    ($span:ident []) => {};
    ($span:ident [($causes:expr)]) => {
        for cause in $causes {
            let _ = $span.follows_from(cause);
        }
    };
}

/// The span of a function, made only where its level is enabled.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_instrument_open {
    ([($level:expr) $($head:tt)*] $fields:tt $causes:tt) => {
        if $crate::__private::tracing::level_enabled!($level)
            || $crate::__private::tracing::if_log_enabled!($level, { true } else { false })
        {
            let span = $crate::__private::instrument_span!([($level) $($head)*] $fields);
            $crate::__private::instrument_causes!(span $causes);
            span
        } else {
            $crate::__private::tracing::Span::none()
        }
    };
}

/// How the call ended, from a reference to its value.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_instrument_judge {
    ([unit] $output:ident $judgement:ident) => {};
    ([probe] $output:ident $judgement:ident) => {{
        use $crate::__private::probe::{ByDebug as _, ByDisplay as _, ByKind as _, NoResult as _};
        (&&&&$crate::__private::probe::Probe($output)).judge($judgement);
    }};
    ([$show:tt $slot:tt] $output:ident $judgement:ident) => {
        if let ::core::result::Result::Err($slot) = $output {
            $judgement.$show($slot);
        }
    };
}

/// The events for an error and for a value, from a reference to the value.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_instrument_events {
    ($head:tt [] [] $output:ident) => {};
    ([$level:tt $target:tt $($head:tt)*] $error:tt [] $output:ident) => {
        if let ::core::result::Result::Err(error) = $output {
            $crate::__private::instrument_event!($target $error error error);
        }
    };
    ([$level:tt $target:tt $($head:tt)*] [] $value:tt $output:ident) => {
        $crate::__private::instrument_event!($target $value return $output);
    };
    ([$level:tt $target:tt $($head:tt)*] $error:tt $value:tt $output:ident) => {
        match $output {
            ::core::result::Result::Ok(value) => {
                $crate::__private::instrument_event!($target $value return value);
            }
            ::core::result::Result::Err(error) => {
                $crate::__private::instrument_event!($target $error error error);
            }
        }
    };
}

/// One of them.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_instrument_event {
    (($target:expr) [($level:expr) $how:tt $slot:tt] $key:ident $value:ident) => {
        match $value {
            $slot => {
                $crate::__private::tracing::event!(target: $target, $level, $key = $crate::__private::$how($slot));
            }
        }
    };
}

/// A function.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_instrument_sync {
    (
        $facts:tt $head:tt $fields:tt $causes:tt [] [] [unit] ($returned:ty) $moved:tt
        $body:tt
    ) => {{
        let span = $crate::__private::instrument_open!($head $fields $causes);
        let _entered = span.enter();
        let _call =
            $crate::__private::Adopted::begin($crate::__private::site!($facts), &span);
        ($body)
    }};
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
        $facts:tt $head:tt $fields:tt $causes:tt $error:tt $value:tt $show:tt ($returned:ty) ($($moved:ident)*)
        $body:tt
    ) => {{
        let span = $crate::__private::instrument_open!($head $fields $causes);
        let _entered = span.enter();
        let mut call =
            $crate::__private::Adopted::begin($crate::__private::site!($facts), &span);
        // The closure's copy is what the body changes; this keeps the `mut` of the parameter needed.
        $(if false {
            $moved = $crate::__private::never();
        })*
        let output = $crate::__private::call(|| -> $returned {
            $(let mut $moved = $moved;)*
            ($body)
        });
        let value = &output;
        call.finish(|judgement| {
            let _ = &judgement;
            $crate::__private::instrument_judge!($show value judgement);
        });
        $crate::__private::instrument_events!($head $error $value value);
        output
    }};
}

/// An async function, or an async block that is what a function returns. Parameters come in the order in which its future is to drop
/// them.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_instrument_async {
    (
        $facts:tt $head:tt $fields:tt $causes:tt $error:tt $value:tt require $show:tt ($returned:ty) $moved:tt
        $body:tt
    ) => {{
        if false {
            $crate::__private::probe::require_result::<$returned>();
        }
        $crate::__private::instrument_async! {
            $facts $head $fields $causes $error $value $show ($returned) $moved $body
        }
    }};
    (
        $facts:tt $head:tt $fields:tt $causes:tt $error:tt $value:tt $show:tt ($returned:ty) ($($moved:ident)*)
        $body:tt
    ) => {{
        let span = $crate::__private::instrument_span!($head $fields);
        let is_enabled = !span.is_disabled();
        if is_enabled {
            $crate::__private::instrument_causes!(span $causes);
        }
        let future = $crate::__private::adopt_future(
            $crate::__private::Adopted::begin($crate::__private::site!($facts.of_future()), &span),
            async move {
                $(let _ = &$moved;)*
                // Tells the compiler the body's type where an async function would have told it.
                if false {
                    return $crate::__private::never::<$returned>();
                }
                ($body)
            },
            |value, judgement| {
                let _ = (&value, &judgement);
                $crate::__private::instrument_judge!($show value judgement);
            },
            |value| {
                let _ = &value;
                $crate::__private::instrument_events!($head $error $value value);
            },
        );
        if is_enabled {
            $crate::__private::tracing::Instrument::instrument(future, span).await
        } else {
            future.await
        }
    }};
}
