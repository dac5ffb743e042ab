//! What `#[instrument]` expands to, one snapshot for each argument and each shape of function.

use crate::snapshot::assert_expansion;

macro_rules! snapshots {
    ($($(#[$doc:meta])* $name:ident: ($($argument:tt)*) $item:item)*) => {$(
        $(#[$doc])*
        #[test]
        fn $name() {
            let expansion = super::expand(quote::quote!($($argument)*), quote::quote!($item));
            assert_expansion(concat!("instrument_", stringify!($name)), &expansion);
        }
    )*};
}

snapshots! {
    bare: () fn f() {}
    name_alone: ("literal") fn f() {}
    name_constant: (name = NAME) fn f() {}
    target: (target = paths::TARGET) fn f() {}
    level_word: (level = "Debug") fn f() {}
    level_number: (level = 1) fn f() {}
    level_path: (level = levels::LEVEL) fn f() {}
    parent: (parent = &span) fn f() {}
    follows_from: (follows_from = causes.iter()) fn f() {}
    arguments: () fn f(&self, n: u8, s: &&str, o: Option<u8>, (a, B { c, .. }): (A, B), &d: &D, [_e]: [E; 1]) {}
    skip: (skip(self, b)) fn f(&self, a: A, b: B) {}
    skip_all: (skip_all) fn f(&self, a: A) {}
    fields: (fields(a, %b, ?c.d, k = a + 1, dotted.key = %b.c, "text" = ?c, { KEY } = 1, last = Empty))
        fn f(a: u8, b: B, c: C) {}
    err: (err) fn f() -> Result<u8, E> { x }
    err_options: (err(Debug, level = "warn")) fn f() -> Result<impl A, E> { x }
    ret: (ret) fn f() -> u8 { x }
    ret_options: (ret(Display, level = Level::TRACE)) fn f() -> impl A { x }
    err_and_ret: (err, ret, level = "debug", target = "t") fn f(mut a: &mut A) -> Result<&mut A, E> { x }
    result: () fn f() -> io::Result<()> { x }
    result_of_track_caller: () #[track_caller] fn f() -> io::Result<()> { x }
    log: (log(on = "never")) fn f() {}
    log_error: (log(on = "error")) fn f() {}
    metric_named: (metric = "x") #[doc = " Helps."] fn f() {}
    metric_off: (metric = false) fn f() {}
    profile: (profile) fn f() {}
    crate_path: (crate = crate::facade::obs, ret) fn f(a: u8) -> u8 { a }
    asynchronous: (err, follows_from = causes)
        async fn f(&self, a: A, (b, c): B, causes: C, unused: D) -> Result<&str, E> { x(self, b, causes, "{c}") }
    boxed_future: (err)
        fn f<'a>(&'a self, a: A) -> Pin<Box<dyn Future<Output = Result<u8, E>> + Send + 'a>> {
            let b = a;
            Box::pin(async move { x(self, b).await })
        }
    boxed_future_of_an_alias: (err) fn f() -> BoxFuture<'static, Result<u8, E>> { Box::pin(async move { x }) }
    async_block: () fn f() -> impl Future<Output = Result<u8, E>> { #[allow(unused)] async move { x } }
    future_of_unknown_type: (ret) fn f() -> Later { async { x } }
    head_stays: ()
        #[inline] #[must_use] pub unsafe extern "C" fn f<'a, T: A + 'a, const N: usize>(a: [T; N]) -> &'a T where T: B { x }
    misuse_leaves_the_item: (levle, skip(b), metric = "a.b") const fn f(a: u8) { x }
}
