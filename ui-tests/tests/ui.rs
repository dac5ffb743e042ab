//! What the macros refuse, in which words and where; and programs that must compile as they stand.

#[test]
fn misuse_is_explained_where_it_stands() {
    // Without instrumentation the same programs are refused, but by other macros of the runtime, in other lines.
    if cfg!(feature = "enabled") {
        trybuild::TestCases::new().compile_fail("tests/fail/*.rs");
    }
}

#[test]
fn hostile_surroundings_are_no_obstacle() {
    trybuild::TestCases::new().pass("tests/pass/*.rs");
}
