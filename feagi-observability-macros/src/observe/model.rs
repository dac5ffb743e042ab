//! What an annotation means for its function: defaults filled in, the way of seeing the outcome chosen.

use super::args::{Args, Metric};
use super::function::{Body, Function};
use crate::field::Field;
use crate::level::Level;
use crate::runtime_path::runtime_path;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use std::collections::HashSet;
use syn::visit::Visit;
use syn::visit_mut::{VisitMut, visit_type_mut};
use syn::{FnArg, Ident, LitStr, Pat, PatIdent, Path, ReturnType, Type};

pub(crate) struct Model {
    pub(crate) name: Option<LitStr>,
    pub(crate) target: Option<LitStr>,
    pub(crate) level: Level,
    /// The path that named the level.
    pub(crate) level_path: Option<Path>,
    pub(crate) help: String,
    pub(crate) metric: Metric,
    pub(crate) profile: bool,
    pub(crate) fields: Vec<Field>,
    pub(crate) outcome: Outcome,
    /// The return type as it can be written inside the function: `impl Trait` is `_`.
    pub(crate) returned: TokenStream,
    /// Async: what the body's future must own, in the order in which it is to be dropped. Sync: parameters to be moved into the
    /// body's closure.
    pub(crate) moved: Vec<Ident>,
    pub(crate) runtime: TokenStream,
}

/// How the end of a call is judged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// By whether it unwinds.
    Unit,
    /// By its value, if that turns out to be a `Result`.
    Probe,
    /// By its value, which must be a `Result`.
    Result,
}

impl Model {
    pub(crate) fn new(args: Args, function: &Function) -> Self {
        let (returned, opaque) = nameable(&function.sig.output);
        let outcome = Outcome::choose(args.err.is_some(), opaque, function);
        let (level, level_path) =
            args.level.map_or((Level::Info, None), |slot| (slot.value.level, slot.value.path));
        let fields = args.fields.map_or_else(Vec::new, |slot| slot.value);
        let moved = match (function.sig.asyncness, outcome) {
            (Some(_), _) => {
                owned_by_future(function, fields.iter().map(|field| field.value.to_token_stream()))
            }
            (None, Outcome::Unit) => Vec::new(),
            (None, _) => reassigned_references(function),
        };
        Model {
            name: args.name.map(|slot| slot.value),
            target: args.target.map(|slot| slot.value),
            level,
            level_path,
            help: args.help.map_or_else(|| function.first_doc_line(), |slot| slot.value.value()),
            metric: args.metric.map_or(Metric::Shared, |slot| slot.value),
            profile: args.profile.is_some_and(|slot| slot.value),
            fields,
            outcome,
            returned,
            moved,
            runtime: runtime_path(args.runtime.as_ref().map(|slot| &slot.value)),
        }
    }
}

impl Outcome {
    /// The value is looked at only where it is likely to say something, because looking puts the body into a closure.
    fn choose(err: bool, opaque: bool, function: &Function) -> Self {
        // `#[track_caller]` shows the place of the call; inside a closure that would be the closure.
        if function.has_attribute("track_caller") {
            return Outcome::Unit;
        }
        match (err, opaque) {
            (true, false) => Outcome::Result,
            // A type with `_` in it cannot be asked for on its own.
            (true, true) => Outcome::Probe,
            (false, _) if named_result(&function.sig.output) => Outcome::Probe,
            (false, _) => Outcome::Unit,
        }
    }
}

/// Whether the function returns more than `()` and does return.
pub(crate) fn returns_value(output: &ReturnType) -> bool {
    match output {
        ReturnType::Default => false,
        ReturnType::Type(_, ty) => match &**ty {
            Type::Tuple(tuple) => !tuple.elems.is_empty(),
            Type::Never(_) => false,
            _ => true,
        },
    }
}

/// `Result`, `io::Result`, `QueryResult`.
pub(crate) fn named_result(output: &ReturnType) -> bool {
    let ReturnType::Type(_, ty) = output else { return false };
    let mut ty = &**ty;
    // A type that came through a `macro_rules` fragment stands in a group.
    while let Type::Group(syn::TypeGroup { elem, .. }) | Type::Paren(syn::TypeParen { elem, .. }) = ty {
        ty = elem;
    }
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| last.ident.to_string().ends_with("Result"))
}

/// The return type with `_` for each `impl Trait`, and whether there was one.
pub(crate) fn nameable(output: &ReturnType) -> (TokenStream, bool) {
    struct Opaque(bool);
    impl VisitMut for Opaque {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            if let Type::ImplTrait(_) = ty {
                *ty = Type::Infer(syn::TypeInfer { underscore_token: Default::default() });
                self.0 = true;
            }
            visit_type_mut(self, ty);
        }
    }
    let ReturnType::Type(_, ty) = output else { return (quote!(()), false) };
    let (mut ty, mut opaque) = (ty.clone(), Opaque(false));
    opaque.visit_type_mut(&mut ty);
    (quote!(#ty), opaque.0)
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
            proc_macro2::TokenTree::Group(group) => words(group.stream(), into),
            proc_macro2::TokenTree::Ident(ident) => {
                into.insert(ident.to_string().trim_start_matches("r#").to_owned());
            }
            proc_macro2::TokenTree::Literal(literal) => {
                let text = literal.to_string();
                into.extend(text.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned));
            }
            proc_macro2::TokenTree::Punct(_) => {}
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
