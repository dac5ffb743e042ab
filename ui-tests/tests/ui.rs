//! What the macros refuse, in which words and where; and programs that must compile as they stand.

/// Without instrumentation the same programs are refused, but by other macros of the runtime, whose lines the compiler shows.
#[cfg(feature = "enabled")]
#[test]
fn misuse_is_explained_where_it_stands() {
    trybuild::TestCases::new().compile_fail("fail/*.rs");
}

#[test]
fn hostile_surroundings_are_no_obstacle() {
    trybuild::TestCases::new().pass("pass/*.rs");
}
