//! What `#[observe]` expands to, one snapshot for each argument and each shape of function.

use crate::snapshot::assert_expansion;

macro_rules! snapshots {
    ($($(#[$doc:meta])* $name:ident: ($($argument:tt)*) $item:item)*) => {$(
        $(#[$doc])*
        #[test]
        fn $name() {
            let expansion = super::expand(quote::quote!($($argument)*), quote::quote!($item));
            assert_expansion(concat!("observe_", stringify!($name)), &expansion);
        }
    )*};
}

snapshots! {
    bare: () fn f() {}
    names: ("literal", target = "t") fn f() {}
    name: (name = "keyed") fn f() {}
    level_word: (level = "debug") fn f() {}
    level_path: (level = Level::WARN) fn f() {}
    level_number: (level = 1) fn f() {}
    fields: (fields(a, %b, ?c, k = a + 1, dotted.key = %b.c, "text" = ?c)) fn f(a: u8, b: B, c: C) {}
    metric_shared: (metric) fn f() {}
    metric_named: (metric = "x") fn f() {}
    metric_off: (metric = false) fn f() {}
    help_from_documentation: () #[doc = ""] #[doc = " First line."] #[doc = " Second."] fn f() {}
    help_given: (help = "Given.") #[doc = " First line."] fn f() {}
    profile: (profile) fn f() {}
    err: (err) fn f() -> Outcome { x }
    err_with_an_opaque_type: (err) fn f() -> Result<impl A, Box<dyn B<impl C>>> { x }
    err_of_track_caller: () #[track_caller] fn f() -> Result<(), E> { x }
    crate_path: (crate = crate::facade::obs) fn f() {}
    result: () pub(crate) fn f(mut node: &mut Node, other: &mut Node, mut owned: Node) -> io::Result<()> { x }
    asynchronous: (err, fields(a))
        async fn f(&self, a: A, (b, Some(c) | c): B, _d: D, _: E, unused: F) -> Result<&str, E> { x(self, b, "{c}") }
    parent: (parent = context, follows_from = [a, b]) fn f() {}
    parent_of_a_future: (parent = context) async fn f(context: Context, other: Other) {}
    args: (args(a, b)) fn f(a: &str, b: B, secret: &str) {}
    args_all: (args(all), fields(b = 1)) fn f(&self, a: u8, b: u8, (c, Some(d)): C, _e: E) {}
    labels: (labels(phase, warm = a > 1), fields(a)) fn f(phase: Phase, a: u8) {}
    dynamic: (dynamic(tenant = user.tenant(), cap = 100), labels(phase)) fn f(phase: Phase, user: User) {}
    buckets: (buckets = [0.001, "10ms", 1]) fn f() {}
    in_flight: (in_flight) fn f() {}
    err_options: (err(Debug, level = Level::WARN)) fn f() -> Result<(), E> { x }
    ret: (ret) fn f() -> u8 { x }
    ret_options: (ret(Display, level = "debug")) async fn f() -> Result<u8, E> { x }
    ret_fields: (fields(a, ret.len = ret.len(), ret.first)) fn f(a: u8) -> Vec<u8> { x }
    ok_if: (ok_if = Option::is_some) fn f() -> Option<u8> { x }
    error_if: (error_if = |n| *n == 0, err) fn f() -> Result<u8, E> { x }
    log: (log(on = "error", rate = "10/m")) fn f() {}
    log_never: (log(on = "never")) fn f() {}
    profile_list: (profile(cpu, alloc)) fn f() {}
    budget: (budget = "33ms") fn f() {}
    slow: (slow = "1.5s") fn f() {}
    heartbeat: (heartbeat = "1s") fn f() {}
    slo: (slo(latency = "250ms", p = 99.9, success = 99)) fn f() {}
    slo_of_success: (slo(success = 99.9)) fn f() {}
    sample: (sample = 1/16) fn f() {}
    sample_of_a_future: (sample = 1/16) async fn f() {}
    rayon: (rayon) fn f() {}
    rayon_of_a_result: (rayon, profile(alloc), parent = context, labels(phase)) fn f(phase: Phase) -> Result<u8, E> { x }
    head_stays: ()
        #[inline] #[must_use] pub unsafe extern "C" fn f<'a, T: A + 'a, const N: usize>(a: [T; N]) -> &'a T where T: B { x }
    inner_attributes_move_out: () fn f() { #![allow(unused)] x }
    misuse_leaves_the_item: (levle, metric = "a.b") const fn f() { x }
}

/// The parser of snapshots would refuse a `default fn`; its head is all that matters.
#[test]
fn default_functions_stay_default() {
    let expansion = super::expand(
        quote::quote!(),
        quote::quote!(
            pub default fn f() {}
        ),
    )
    .to_string();
    assert!(expansion.starts_with("pub default fn f () {"), "{expansion}");
}

mod places;
