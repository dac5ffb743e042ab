//! The arguments of a function as `tracing` records them: every name that a parameter binds, numbers and texts by value, all
//! else by `Debug`.

use super::fields::Recording;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::visit::Visit;
use syn::{FnArg, Pat, Signature, Type, TypeImplTrait};

/// One argument that is a field.
pub(crate) struct Parameter {
    pub(crate) name: Ident,
    pub(crate) recording: Recording,
    /// Its type, where it is known and can be written in the body.
    pub(crate) ty: Option<TokenStream>,
}

/// In the order in which they are bound, `self` included.
pub(crate) fn parameters(signature: &Signature) -> Vec<Parameter> {
    let mut all = Vec::new();
    for input in &signature.inputs {
        match input {
            FnArg::Receiver(receiver) => all.push(Parameter {
                name: Ident::new("self", receiver.self_token.span),
                recording: Recording::Debug,
                ty: Some(receiver.ty.to_token_stream()),
            }),
            FnArg::Typed(typed) => bound(&typed.pat, Some(&typed.ty), recording(&typed.ty), &mut all),
        }
    }
    all
}

/// The types of what a larger pattern takes apart are not known here.
fn bound(pattern: &Pat, ty: Option<&Type>, recording: Recording, into: &mut Vec<Parameter>) {
    let mut parts = |parts: &mut dyn Iterator<Item = &Pat>| {
        parts.for_each(|part| bound(part, None, Recording::Debug, into));
    };
    match pattern {
        Pat::Ident(name) => {
            let ty = ty.filter(|_| name.by_ref.is_none()).filter(|ty| is_nameable(ty));
            into.push(Parameter {
                name: name.ident.clone(),
                recording,
                ty: ty.map(ToTokens::to_token_stream),
            });
        }
        Pat::Reference(reference) => bound(&reference.pat, None, recording, into),
        Pat::Struct(pattern) => parts(&mut pattern.fields.iter().map(|field| &*field.pat)),
        Pat::Tuple(pattern) => parts(&mut pattern.elems.iter()),
        Pat::TupleStruct(pattern) => parts(&mut pattern.elems.iter()),
        _ => {}
    }
}

/// `impl Trait` has no name.
fn is_nameable(ty: &Type) -> bool {
    struct Search(bool);
    impl<'ast> Visit<'ast> for Search {
        fn visit_type_impl_trait(&mut self, _: &'ast TypeImplTrait) {
            self.0 = true;
        }
    }
    let mut search = Search(false);
    search.visit_type(ty);
    !search.0
}

/// By the last name of the type's path, behind references.
fn recording(ty: &Type) -> Recording {
    const VALUES: [&str; 30] = [
        "bool",
        "str",
        "u8",
        "i8",
        "u16",
        "i16",
        "u32",
        "i32",
        "u64",
        "i64",
        "u128",
        "i128",
        "f32",
        "f64",
        "usize",
        "isize",
        "String",
        "NonZeroU8",
        "NonZeroI8",
        "NonZeroU16",
        "NonZeroI16",
        "NonZeroU32",
        "NonZeroI32",
        "NonZeroU64",
        "NonZeroI64",
        "NonZeroU128",
        "NonZeroI128",
        "NonZeroUsize",
        "NonZeroIsize",
        "Wrapping",
    ];
    match ty {
        Type::Reference(reference) => recording(&reference.elem),
        Type::Path(path) => match path.path.segments.last() {
            Some(last) if VALUES.iter().any(|value| last.ident == value) => Recording::Value,
            _ => Recording::Debug,
        },
        _ => Recording::Debug,
    }
}
