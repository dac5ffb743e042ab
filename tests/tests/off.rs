//! Off is nothing: compiled out, an annotated function has the machine code of the plain one, an annotated future its size, and
//! nothing that was said of them is in the program. What one signal less leaves is in `off_signals.rs`.

mod off_support;

use off_support::assembly::function;
use off_support::{ON, WHOLE, Way, build, refusal, told};
use std::process::Command;

/// The pairs of functions, `plain_…` and `observed_…`.
const PAIRS: [&str; 21] = [
    "sum", "store", "parse", "longest", "event", "handles", "block", "generic", "method", "whole", "trait",
    "labels", "ret", "budget", "sample", "parent", "judged", "dynamic", "derived", "checked", "rayon",
];

/// What stands in one annotation and nowhere else: name, target, metric, field, help.
const TEXTS: [&str; 5] = ["zorilla_name", "zorilla_target", "zorilla_metric", "zorilla_key", "zorilla_help"];

#[test]
fn annotated_functions_have_the_machine_code_of_plain_ones() {
    for way in WHOLE {
        let assembly = build(&way).assembly;
        for name in PAIRS {
            let plain = function(&assembly, &format!("plain_{name}"));
            let observed = function(&assembly, &format!("observed_{name}"));
            assert!(plain.len() > 1, "{}: no code found for plain_{name}", way.name);
            assert_eq!(plain, observed, "{}: {name}", way.name);
        }
    }
}

#[test]
fn annotated_functions_differ_while_the_signals_are_compiled_in() {
    let assembly = build(&ON).assembly;
    for name in PAIRS {
        let plain = function(&assembly, &format!("plain_{name}"));
        let observed = function(&assembly, &format!("observed_{name}"));
        assert_ne!(plain, observed, "the comparison would not notice instrumentation in {name}");
    }
}

#[test]
fn annotated_futures_have_the_size_of_plain_ones() {
    let differs = |line: &str| {
        let [_, plain, observed] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        plain != observed
    };
    let sizes = |way: &Way| {
        let sizes = told(Command::new(build(way).sizes).output().unwrap());
        assert_eq!(sizes.lines().count(), 4);
        sizes
    };
    for way in WHOLE {
        let sizes = sizes(&way);
        assert!(!sizes.lines().any(differs), "{}: {sizes}", way.name);
    }
    let sizes = sizes(&ON);
    assert!(sizes.lines().all(differs), "the comparison would not notice a difference in {sizes}");
}

#[test]
fn nothing_that_an_annotation_says_is_left_in_the_program() {
    let on = build(&ON);
    for text in TEXTS {
        assert!(on.has_text(text), "`{text}` would not be found");
    }
    for way in WHOLE {
        let off = build(&way);
        for text in TEXTS {
            assert!(!off.has_text(text), "{}: `{text}` is left", way.name);
        }
    }
}

#[test]
fn no_site_is_left_and_nothing_that_enters_one() {
    let names = ["begin_scope", "end_scope", "next_on", "first_state", "4SITE"];
    let is_in = |assembly: &str, name: &str| assembly.contains(name);
    let on = build(&ON).assembly;
    for name in names {
        assert!(is_in(&on, name), "`{name}` would not be found");
    }
    for way in WHOLE {
        let assembly = build(&way).assembly;
        for name in names {
            assert!(!is_in(&assembly, name), "{}: `{name}` is left", way.name);
        }
    }
}

#[test]
fn arguments_are_not_evaluated() {
    let evaluated = |way: &Way| {
        let told = build(way).tells(&["tell"]);
        let count = |name: &str| told.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        [count("evaluated of fields "), count("evaluated of all ")].map(Option::unwrap)
    };
    assert_eq!(evaluated(&ON), ["1", "3"]);
    for way in WHOLE {
        assert_eq!(evaluated(&way), ["0", "0"], "{}", way.name);
    }
}

#[test]
fn arguments_are_type_checked_all_the_same() {
    let expected = [
        "`Opaque` cannot be recorded",
        "`Opaque` doesn't implement `std::fmt::Display`",
        "`Opaque` doesn't implement `std::fmt::Debug`",
        "`String` cannot be a metric label",
        "`u64` cannot be the parent of an observed call",
        "`err` needs a function that returns a `Result`, not `u64`",
        "cannot find function `missing`",
        "`Opaque` cannot feed a metric",
        "`u64` is no set of metric labels",
    ];
    for way in WHOLE.iter().chain([&ON]) {
        let said = refusal(way);
        for text in expected {
            assert!(said.contains(text), "{}: nothing about {text} in\n{said}", way.name);
        }
    }
}
