//! A function's parameters: what they bind, and which of them the observed body has to own.

use super::function::{Body, Function};
use crate::field::Recording;
use proc_macro2::{Ident, TokenStream, TokenTree};
use std::collections::HashSet;
use syn::visit::Visit;
use syn::{FnArg, Pat, PatIdent, Type};

/// One name that a parameter binds.
pub(crate) struct Parameter<'a> {
    pub(crate) name: Ident,
    /// Its type, where the parameter is nothing but this name.
    ty: Option<&'a Type>,
}

/// Everything that the parameters bind but `self`, in order.
pub(crate) fn parameters(function: &Function) -> Vec<Parameter<'_>> {
    let mut parameters = Vec::new();
    for input in &function.sig.inputs {
        let FnArg::Typed(typed) = input else { continue };
        let mut bound = Bound::default();
        bound.visit_pat(&typed.pat);
        let ty = matches!(&*typed.pat, Pat::Ident(_)).then_some(&*typed.ty);
        parameters.extend(bound.names.into_iter().map(|name| Parameter { name, ty }));
    }
    parameters
}

impl Parameter<'_> {
    /// Numbers, `bool` and texts as they are, everything else by `Debug`.
    pub(crate) fn recording(&self) -> Recording {
        let mut ty = self.ty;
        while let Some(Type::Reference(reference)) = ty {
            ty = Some(&*reference.elem);
        }
        match ty {
            Some(Type::Path(path)) if path.qself.is_none() => match path.path.segments.last() {
                Some(last) if last.arguments.is_empty() && is_value(&last.ident.to_string()) => {
                    Recording::Plain
                }
                _ => Recording::Debug,
            },
            _ => Recording::Debug,
        }
    }
}

fn is_value(name: &str) -> bool {
    const VALUES: [&str; 17] = [
        "bool", "char", "str", "String", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8",
        "u16", "u32", "u64", "usize",
    ];
    VALUES.contains(&name) || name == "u128"
}

/// The arguments of an async function in reverse: the future drops what it captured in the order of mention, a function drops
/// its arguments last to first.
///
/// One that nobody names stays outside, unless its name starts with `_`: mentioning it would silence the compiler's warning
/// about it.
pub(crate) fn owned_by_future(
    function: &Function,
    values: impl IntoIterator<Item = TokenStream>,
) -> Vec<Ident> {
    let mut bound = Bound::default();
    for input in &function.sig.inputs {
        match input {
            FnArg::Receiver(receiver) => bound.push(Ident::new("self", receiver.self_token.span)),
            FnArg::Typed(typed) => bound.visit_pat(&typed.pat),
        }
    }
    let body = match &function.body {
        Body::Block(block) => block.stream(),
        Body::Missing(_) => TokenStream::new(),
    };
    let mut named = HashSet::new();
    words(body, &mut named);
    for value in values {
        words(value, &mut named);
    }
    bound.names.retain(|name| {
        let name = name.to_string();
        name.starts_with('_') || named.contains(name.trim_start_matches("r#"))
    });
    bound.names.reverse();
    bound.names
}

/// What a pattern binds.
#[derive(Default)]
struct Bound {
    names: Vec<Ident>,
    seen: HashSet<String>,
}

impl Bound {
    fn push(&mut self, name: Ident) {
        // Alternatives of an or-pattern bind the same names.
        if self.seen.insert(name.to_string()) {
            self.names.push(name);
        }
    }
}

impl<'ast> Visit<'ast> for Bound {
    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        self.push(pattern.ident.clone());
        syn::visit::visit_pat_ident(self, pattern);
    }
}

/// All words in `tokens`, those in strings included: `"{x}"` names `x`.
pub(crate) fn words(tokens: TokenStream, into: &mut HashSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => words(group.stream(), into),
            TokenTree::Ident(ident) => {
                into.insert(ident.to_string().trim_start_matches("r#").to_owned());
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                into.extend(text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned));
            }
            TokenTree::Punct(_) => {}
        }
    }
}

/// Parameters `mut x: &mut T`. A closure that borrows `x` could not return what it was set to; all others it may borrow, which
/// leaves them to be dropped when the function ends. `mut self: &mut Self` cannot be bound again and is left.
pub(crate) fn reassigned_references(function: &Function) -> Vec<Ident> {
    let typed = function.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed),
        FnArg::Receiver(_) => None,
    });
    typed
        .filter(|typed| matches!(&*typed.ty, Type::Reference(reference) if reference.mutability.is_some()))
        .filter_map(|typed| match &*typed.pat {
            Pat::Ident(pattern) if pattern.mutability.is_some() && pattern.by_ref.is_none() => {
                Some(pattern.ident.clone())
            }
            _ => None,
        })
        .collect()
}
