//! What containers, functions that return a future by hand, and block forms expand to.

use crate::snapshot::assert_expansion;
use proc_macro2::TokenStream;
use quote::quote;

macro_rules! items {
    ($($name:ident: ($($argument:tt)*) { $($item:tt)* })*) => {$(
        #[test]
        fn $name() {
            let expansion = crate::observe::expand(quote!($($argument)*), quote!($($item)*));
            assert_expansion(concat!("observe_", stringify!($name)), &expansion);
        }
    )*};
}

items! {
    container_impl: (level = Level::DEBUG, target = "t", metric = false, profile, err, crate = crate::obs) {
        /// A block.
        impl<T: Fn(u8) -> u8> Npu<T, { N + 1 }> where T: B {
            const LEAST: bool = 1 < 2;
            type Made = Self;
            fn plain(&self) -> Array<{ N }> { a }
            #[inline]
            pub(crate) async fn fallible(self) -> io::Result<()> { b }
            fn boxed(&self) -> Pin<Box<dyn Future<Output = Result<(), E>>>> { Box::pin(async move { b }) }
            const fn constant() {}
            #[inline(always)]
            fn tiny() {}
            #[observe(metric = "own")]
            fn own() {}
            #[tracing::instrument]
            fn traced() {}
            #[cfg_attr(x, observe)]
            fn sometimes() {}
            #[feagi_observability::observe(skip)]
            fn skipped() {}
            mac! { fn hidden() {} }
        }
    }
    container_trait: () {
        pub unsafe trait Engine: Sized {
            const N: usize = { 3 };
            type Item: Fn() -> u8;
            fn required(&self) -> u8;
            fn provided(&self) -> u8 { a }
            async unsafe extern "C" fn all() {}
        }
    }
    container_module: (level = 4, profile = false) {
        pub(crate) mod engine {
            #![allow(unused)]
            use a::{b, c};
            static S: T = T { a: 1 };
            struct Unit;
            struct Braced { a: u8 }
            macro_rules! m { () => {} }
            extern "C" { fn foreign(); }
            #[test]
            fn test() {}
            fn free() {}
            impl Unit { fn method(&self) {} }
            trait T { fn provided() {} }
            #[observe(skip)]
            impl T for Unit { fn provided() {} }
            mod inner { //! Inner attributes stay first.
                pub fn deep() {} #[cfg(any(test, x))] mod tests { fn helper() {} } #[cfg(not(test))] fn real() {} }
            mod file;
        }
    }
    container_misuse: (name = "x", metric = "x", levle = 1) {
        impl X {
            #[observe(skip)]
            fn skipped() {}
            fn f() {}
        }
    }
    boxed_pin: (fields(a)) {
        fn f<'a>(&'a self, a: &'a str) -> Pin<Box<dyn Future<Output = Result<&'a str, E>> + Send + 'a>> {
            let b = a.len();
            Box::pin(async move { x(self, b).await })
        }
    }
    boxed_by_longer_roads: (err) {
        fn f() -> BoxFuture<'static, u8> {
            for x in y {}
            ::std::pin::Pin::from(std::boxed::Box::new(async { x }),)
        }
    }
    boxed_by_method: (level = Level::INFO) {
        fn f() -> Alias { async move { x }.boxed() }
    }
    boxed_bare: () {
        fn f() -> impl Future<Output = io::Result<()>> + Send { async move { x } }
    }
    boxed_otherwise: () {
        fn f() -> BoxFuture<'static, u8> { wrap(Box::pin(async move { x })) }
    }
}

fn assert_block(name: &str, expansion: &TokenStream) {
    assert_expansion(name, &quote!(fn f() { #expansion }));
}

#[test]
fn a_block_is_a_call_around_its_statements() {
    let input = quote!(name = "burst", metric = "x", level = Level::WARN, fields(a); let b = a?; b + 1);
    assert_block("observe_block", &crate::observe::expand_block(input));
}

#[test]
fn a_profiled_block_is_marked() {
    let input = quote!("sum", crate = obs, { 1 + 1 });
    assert_block("observe_block_profile", &crate::observe::expand_profile(input));
}

/// The parser of snapshots knows neither; both go through untouched.
#[test]
fn invisible_groups_hold_items_and_visibilities() {
    use proc_macro2::{Delimiter, Group, TokenTree};
    let group = |tokens| TokenTree::Group(Group::new(Delimiter::None, tokens));
    let (item, vis) = (
        group(quote!(
            fn a() {}
        )),
        group(quote!(pub)),
    );
    let (none, body) = (group(TokenStream::new()), group(quote!({ 1 })));
    let module = quote!(mod m { #item #vis fn b() #body #none fn c() {} });
    let expansion = crate::observe::expand(TokenStream::new(), module).to_string();
    assert_eq!(expansion.matches("observe").count(), 3, "{expansion}");
}
