//! Expansions that instrument.
//!
//! The body stands in parentheses: a block on one line that is a block's value would be reported as `unused_braces`.
//! A fragment of kind `tt` keeps its author's place, so that errors point there; `ident` does not, so that lints leave it alone.
//! Locals live in these macros, so that the user's code cannot see them; paths are absolute, so that no prelude is needed.

#[path = "event_on.rs"]
mod event;
#[path = "instrument_on.rs"]
mod instrument;

pub use crate::{
    __feagi_begin as begin, __feagi_charged as charged, __feagi_judge as judge,
    __feagi_judge_now as judge_now, __feagi_judge_one as judge_one, __feagi_observer as observer,
    __feagi_open_one as open_one, __feagi_run as run, __feagi_site as site, __feagi_write as write,
};
pub use event::*;
pub use instrument::*;

/// A static site with its facts, as `&'static Site`. It stands in a block of its own: the body does not see its items.
/// Only the facts that its author gave are listed. Where `instrument/listed.rs` finds the sites, each lies in the section that it reads.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_site {
    ({ $($fact:tt)* } $(. $kind:ident ())?) => {{
        fn here() {}
        #[cfg_attr(all(target_os = "linux", not(miri)), used, unsafe(link_section = "feagi_sites_0_0_53"))]
        static SITE: $crate::__private::Site = $crate::__private::Site::new($crate::__private::SiteFacts {
            $($fact)*
            ..$crate::__private::SiteFacts::new(
                $crate::__private::path_of(&here),
                ::core::module_path!(),
                ::core::file!(),
                ::core::line!(),
            )
            $(.$kind())?
        });
        &SITE
    }};
}

/// Opens a call in its frame and begins it, with what it takes in before: labels, parent and links, then the fields, if someone listens.
/// It stands in the function itself: a closure would be one more function for the compiler at each site.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_begin {
    ($call:ident $frame:ident [] $fields:tt) => {
        if let ::core::option::Option::Some(mut opening) = $call.open(&mut $frame) {
            $crate::__private::write!(opening $fields);
            $call.begin(opening);
        }
    };
    ($call:ident $frame:ident [(rayon) $($open:tt)*] $fields:tt) => {
        $crate::__private::begin!($call $frame [$($open)*] $fields)
    };
    ($call:ident $frame:ident [$(($how:tt $($part:tt)*))+] $fields:tt) => {
        if let ::core::option::Option::Some(mut opening) = $call.open_unregistered(&mut $frame) {
            let mut dimensions = $crate::__private::Dimensions::new();
            $($crate::__private::open_one!(opening dimensions $how $($part)*);)+
            if opening.register(&dimensions) {
                $crate::__private::write!(opening $fields);
                $call.begin(opening);
            }
        }
    };
}

/// Writes the fields when someone listens.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_write {
    ($opening:ident {}) => {
        let _ = &mut $opening;
    };
    ($opening:ident { $(($how:tt $index:literal $slot:tt ($value:expr)))* }) => {
        if let ::core::option::Option::Some(encoder) = $opening.fields() {
            $(match &$value {
                $slot => encoder.$how($index, $slot),
            })*
        }
    };
}

/// One of them.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_open_one {
    ($opening:ident $dimensions:ident extras) => {
        $opening.extras()
    };
    ($opening:ident $dimensions:ident alloc $index:literal) => {
        $opening.alloc($index)
    };
    ($opening:ident $dimensions:ident parent $slot:tt ($value:expr)) => {
        match &$value {
            $slot => $opening.parent($slot),
        }
    };
    ($opening:ident $dimensions:ident follows_from $slot:tt ($value:expr)) => {
        match $value {
            $slot => $opening.follows_from($slot),
        }
    };
    ($opening:ident $dimensions:ident $how:tt $index:literal $slot:tt ($value:expr)) => {
        match &$value {
            $slot => $opening.$how($index, $slot, &mut $dimensions),
        }
    };
}

/// What looks at a call's value when it has ended.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_judge {
    ([]) => {
        |_, _| {}
    };
    ([$(($($part:tt)*))*]) => {
        |output, judgement| {
            $($crate::__private::judge_one!(output judgement $($part)*);)*
        }
    };
}

/// Says how a call that has a scope has ended. What nearly all of them ask stands in the function itself, for the reason given above.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_judge_now {
    ($scope:ident $output:ident []) => {};
    ($scope:ident $output:ident [(probe)]) => {
        if let ::core::option::Option::Some(mut judgement) = $scope.judgement() {
            let (value, judgement) = (&$output, &mut judgement);
            $crate::__private::judge_one!(value judgement probe);
        }
    };
    ($scope:ident $output:ident $judge:tt) => {
        if let ::core::option::Option::Some(mut judgement) = $scope.judgement() {
            $crate::__private::judge_value(&$output, &mut judgement, $crate::__private::judge!($judge));
        }
    };
}

/// One of the things that it does.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_judge_one {
    // An error is the outcome, shown by `Display` if it can be, else by `Debug`.
    ($output:ident $judgement:ident probe) => {
        {
            use $crate::__private::probe::{ByDebug as _, ByDisplay as _, ByKind as _, NoResult as _};
            (&&&&$crate::__private::probe::Probe($output)).judge($judgement);
        }
    };
    // The same, shown by `Debug`.
    ($output:ident $judgement:ident probe_debug) => {
        {
            use $crate::__private::probe::{ByDebug as _, ByKind as _, NoResult as _};
            (&&&$crate::__private::probe::Probe($output)).judge($judgement);
        }
    };
    // The author says what is an error: where the predicate holds, or where it does not.
    ($output:ident $judgement:ident judge_if $failed:literal $probe:ident ($predicate:expr)) => {
        if $crate::__private::probe::holds($output, $predicate) == $failed {
            $judgement.error();
            $crate::__private::judge_one!($output $judgement $probe);
        }
    };
    // The value as a field.
    ($output:ident $judgement:ident ret $how:tt $index:literal $slot:tt) => {
        if $judgement.wants_value() {
            use $crate::__private::probe::{OfResult as _, OfValue as _};
            if let ::core::option::Option::Some($slot) = (&&$crate::__private::probe::Success($output)).get() {
                $judgement.$how($index, $slot);
            }
        }
    };
    // Fields of the value, which the author calls `ret`.
    ($output:ident $judgement:ident ret_fields $ret:ident [$(($how:tt $index:literal $slot:tt ($value:expr)))*]) => {
        if $judgement.wants_fields() {
            use $crate::__private::probe::{OfResult as _, OfValue as _};
            if let ::core::option::Option::Some($ret) = (&&$crate::__private::probe::Success($output)).get() {
                let _ = $ret;
                $(match &$value {
                    $slot => $judgement.$how($index, $slot),
                })*
            }
        }
    };
}

/// A function: its facts, how many fields it has, what is taken before it begins, its fields, what is asked of its value, its return
/// type, the parameters to move into its body, the body. `$scope` is the type of its scope.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_observe_sync {
    ($scope:ident $facts:tt $count:literal $open:tt $fields:tt [(require) $($judge:tt)*] ($returned:ty) $moved:tt $body:tt) => {{
        if false {
            $crate::__private::probe::require_result::<$returned>();
        }
        $crate::__private::observe_sync! { $scope $facts $count $open $fields [$($judge)*] ($returned) $moved $body }
    }};
    // Only one of so many calls is timed. The scope is told when the body has returned: one that is dropped before has unwound.
    (SampledScope $facts:tt $count:literal $open:tt $fields:tt $judge:tt ($returned:ty) $moved:tt $body:tt) => {{
        let mut frame = $crate::__private::Frame::<{ $crate::__private::frame_bytes($count) }>::new();
        let site = $crate::__private::site!($facts);
        let started = match $crate::__private::Started::counted(site) {
            ::core::option::Option::Some(started) => started,
            ::core::option::Option::None => $crate::__private::outlined(|| {
                let mut starting = $crate::__private::Starting::new(site);
                $crate::__private::begin!(starting frame $open $fields);
                starting.started()
            }),
        };
        let mut scope = $crate::__private::SampledScope::<{ $crate::__private::frame_bytes($count) }>::new(site, started);
        let output = $crate::__private::run!(scope $open ($returned) $moved $body);
        $crate::__private::judge_now!(scope output $judge);
        scope.complete();
        output
    }};
    ($scope:ident $facts:tt $count:literal $open:tt $fields:tt [] ($returned:ty) () $body:tt) => {{
        let mut frame = $crate::__private::Frame::<{ $crate::__private::frame_bytes($count) }>::new();
        let mut scope = $crate::__private::$scope::new($crate::__private::site!($facts));
        $crate::__private::begin!(scope frame $open $fields);
        $crate::__private::charged!($open scope ($body))
    }};
    ($scope:ident $facts:tt $count:literal $open:tt $fields:tt $judge:tt ($returned:ty) $moved:tt $body:tt) => {{
        let mut frame = $crate::__private::Frame::<{ $crate::__private::frame_bytes($count) }>::new();
        let mut scope = $crate::__private::$scope::new($crate::__private::site!($facts));
        $crate::__private::begin!(scope frame $open $fields);
        let output = $crate::__private::run!(scope $open ($returned) $moved $body);
        $crate::__private::judge_now!(scope output $judge);
        output
    }};
}

/// Runs a body in a closure, so that its value is seen however it returns.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_run {
    ($scope:ident $open:tt ($returned:ty) ($($moved:ident)*) $body:tt) => {{
        // The closure's copy is what the body changes; this keeps the `mut` of the parameter needed.
        $(if false {
            $moved = $crate::__private::never();
        })*
        $crate::__private::charged!($open $scope ($crate::__private::call(|| -> $returned {
            $(let mut $moved = $moved;)*
            ($body)
        })))
    }};
}

/// What runs as a call's body: under a guard while which lives threads of a pool inherit its context, where that is wanted; where
/// allocations are counted, under one that charges the call with them.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_charged {
    ([(rayon) $($open:tt)*] $scope:ident $body:tt) => {{
        let _region = $scope.open_region();
        $crate::__private::charged!([$($open)*] $scope $body)
    }};
    ([(extras) (alloc $index:literal) $($open:tt)*] $scope:ident $body:tt) => {{
        let _charged = $scope.count_allocations();
        $body
    }};
    ($open:tt $scope:ident $body:tt) => {
        $body
    };
}

/// What observes a future: where allocations are counted, with each poll charged to the call.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_observer {
    ([(extras) (alloc $index:literal) $($open:tt)*]) => {
        $crate::__private::observe_allocating
    };
    ($open:tt) => {
        $crate::__private::observe_future
    };
}

/// The same of an async function, whose parameters come in the order in which its future is to drop them. `$begin` is `new` or
/// `sampled`.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_observe_async {
    (@ $kind:tt $begin:ident $facts:tt $count:literal $open:tt $fields:tt [(require) $($judge:tt)*] ($returned:ty) $moved:tt $body:tt) => {{
        if false {
            $crate::__private::probe::require_result::<$returned>();
        }
        $crate::__private::observe_async! { @ $kind $begin $facts $count $open $fields [$($judge)*] ($returned) $moved $body }
    }};
    (
        @ [$($kind:tt)?] $begin:ident $facts:tt $count:literal $open:tt $fields:tt $judge:tt ($returned:ty)
        ($($moved:ident)*) $body:tt
    ) => {{
        let mut frame = $crate::__private::Frame::<{ $crate::__private::frame_bytes($count) }>::new();
        $crate::__private::observer!($open)(
            // Fields are written while the function still owns its parameters.
            {
                let mut pending = $crate::__private::Pending::$begin($crate::__private::site!($facts.of_future()));
                $crate::__private::begin!(pending frame $open $fields);
                pending
            },
            async $($kind)? {
                $(let _ = &$moved;)*
                // Tells the compiler the body's type where an async function would have told it.
                if false {
                    return $crate::__private::never::<$returned>();
                }
                ($body)
            },
            $crate::__private::judge!($judge),
        )
        .await
    }};
    ($($call:tt)*) => {
        $crate::__private::observe_async! { @ [move] $($call)* }
    };
}

/// The same inside an `async` block that a function makes by hand; `[move]` or `[]` comes first.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_observe_boxed {
    ($($call:tt)*) => {
        $crate::__private::observe_async! { @ $($call)* }
    };
}

/// What it takes is checked where it is written.
#[doc(hidden)]
#[macro_export]
macro_rules! __feagi_check_fields {
    ($($taken:tt)*) => {};
}
