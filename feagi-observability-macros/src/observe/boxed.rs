//! Functions that return a future by hand, and those that `#[async_trait]` has rewritten so: the future is observed, not its
//! making. Receives a function, finds the `async` block that is its value, and writes the function with that block observed.
//!
//! What stands before the block stays where it is and runs when the function is called. Fields are taken in the block, on the
//! first poll.
//!
//! Invariant: the body's tokens are searched, not parsed. Where the value is anything else than an `async` block, bare or boxed, the
//! function is observed as any other.

use super::function::{Body, Function};
use super::items::is_punct;
use super::model::Model;
use super::tokens::{self, Way};
use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{GenericArgument, Path, PathArguments, ReturnType, Token, Type, TypeParamBound, parse_quote};

/// What turns an `async` block into the future that is returned.
const WRAPPERS: [[&str; 2]; 4] = [["Box", "pin"], ["Box", "new"], ["Box", "into_pin"], ["Pin", "from"]];

/// A function whose value is a future, seen as what that future does.
pub(super) struct Boxed {
    /// The function as if it were the future: it returns what the future promises, and its body is the block's.
    pub(super) judged: Function,
    /// Statements before the value.
    before: TokenStream,
    value: Value,
}

/// `Box::pin(async move { … })` and the like.
struct Value {
    /// Paths and parentheses around the block, from the outside.
    wrappers: Vec<(TokenStream, Group)>,
    /// `async move`.
    keywords: TokenStream,
    is_move: bool,
    block: Group,
    /// `.boxed()`.
    suffix: TokenStream,
}

/// The future that is the function's value, if it is one that can be found.
pub(super) fn find(function: &Function) -> Option<Boxed> {
    let (None, Body::Block(body)) = (&function.sig.asyncness, &function.body) else { return None };
    let tokens: Vec<TokenTree> = body.stream().into_iter().collect();
    let (before, value) = Value::find(&tokens)?;
    // A value begins where a statement has ended.
    if before.last().is_some_and(|last| !is_punct(last, ';') && braces(last).is_none()) {
        return None;
    }
    let mut sig = function.sig.clone();
    sig.output = ReturnType::Type(<Token![->]>::default(), Box::new(output(&function.sig.output)));
    let judged = Function {
        attrs: function.attrs.clone(),
        vis: function.vis.clone(),
        defaultness: function.defaultness.clone(),
        sig,
        body: Body::Block(value.block.clone()),
    };
    Some(Boxed { judged, before: before.iter().cloned().collect(), value })
}

impl Boxed {
    /// The function with an observed future.
    pub(super) fn expand(&self, mut model: Model, function: &Function) -> TokenStream {
        // The block takes along what it names.
        model.moved.clear();
        let call = tokens::call(&model, Way::Block { is_move: self.value.is_move }, &self.value.block);
        let checked = tokens::checked_fields(&model);
        let (before, value) = (&self.before, self.value.around(call));
        tokens::function(&model, function, quote!(#before #checked #value))
    }
}

impl Value {
    /// The value at the end of `tokens`, and what stands before it.
    fn find(tokens: &[TokenTree]) -> Option<(&[TokenTree], Value)> {
        let (tokens, suffix) = without_suffix(tokens);
        if let [before @ .., TokenTree::Ident(word), TokenTree::Ident(kind), last] = tokens
            && let (true, true, Some(block)) = (word == "async", kind == "move", braces(last))
        {
            return Some((before, Value::bare(quote!(#word #kind), true, block, suffix)));
        }
        if let [before @ .., TokenTree::Ident(word), last] = tokens
            && let (true, Some(block)) = (word == "async", braces(last))
        {
            return Some((before, Value::bare(word.to_token_stream(), false, block, suffix)));
        }
        let [before @ .., TokenTree::Group(parentheses)] = tokens else { return None };
        if parentheses.delimiter() != Delimiter::Parenthesis || !suffix.is_empty() {
            return None;
        }
        let (before, path) = wrapper(before)?;
        let mut inside: Vec<TokenTree> = parentheses.stream().into_iter().collect();
        inside.pop_if(|last| is_punct(last, ','));
        let ([], mut value) = Value::find(&inside)? else { return None };
        value.wrappers.insert(0, (path, parentheses.clone()));
        Some((before, value))
    }

    fn bare(keywords: TokenStream, is_move: bool, block: Group, suffix: TokenStream) -> Self {
        Value { wrappers: Vec::new(), keywords, is_move, block, suffix }
    }

    /// The same value with another body.
    fn around(&self, body: TokenStream) -> TokenStream {
        let (keywords, suffix) = (&self.keywords, &self.suffix);
        let block = same_group(&self.block, body);
        self.wrappers.iter().rev().fold(quote!(#keywords #block #suffix), |inside, (path, parentheses)| {
            let parentheses = same_group(parentheses, inside);
            quote!(#path #parentheses)
        })
    }
}

/// Takes `.boxed()` and `.boxed_local()` of the `futures` crates away.
fn without_suffix(tokens: &[TokenTree]) -> (&[TokenTree], TokenStream) {
    if let [before @ .., dot, TokenTree::Ident(method), TokenTree::Group(arguments)] = tokens
        && is_punct(dot, '.')
        && (method == "boxed" || method == "boxed_local")
        && arguments.stream().is_empty()
    {
        return (before, quote!(#dot #method #arguments));
    }
    (tokens, TokenStream::new())
}

/// The path at the end of `tokens`, if it is one of [`WRAPPERS`], however long.
fn wrapper(tokens: &[TokenTree]) -> Option<(&[TokenTree], TokenStream)> {
    let (mut before, mut segments): (_, Vec<&Ident>) = (tokens, Vec::new());
    while let [shorter @ .., TokenTree::Ident(segment)] = before {
        segments.insert(0, segment);
        before = shorter;
        let [shorter @ .., first, second] = before else { break };
        if !is_punct(first, ':') || !is_punct(second, ':') {
            break;
        }
        before = shorter;
    }
    let [.., owner, function] = segments.as_slice() else { return None };
    let known = WRAPPERS.iter().any(|[known, method]| owner == known && function == method);
    let path = tokens.get(before.len()..)?.iter().cloned().collect();
    known.then_some((before, path))
}

/// What the future gives in the end; `impl Sized` where the signature does not say, which is then never written out.
fn output(returned: &ReturnType) -> Type {
    let promised = match returned {
        ReturnType::Type(_, ty) => promised(ty),
        ReturnType::Default => None,
    };
    promised.unwrap_or_else(|| parse_quote!(impl Sized))
}

/// `T` of `Pin<Box<dyn Future<Output = T> + …>>`, `impl Future<Output = T>`, `BoxFuture<'_, T>`.
fn promised(ty: &Type) -> Option<Type> {
    match ty {
        Type::Group(group) => promised(&group.elem),
        Type::Paren(paren) => promised(&paren.elem),
        Type::ImplTrait(ty) => ty.bounds.iter().find_map(of_bound),
        Type::TraitObject(ty) => ty.bounds.iter().find_map(of_bound),
        Type::Path(path) => {
            let owner = path.path.segments.last()?.ident.to_string();
            let last = arguments(&path.path).filter_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            });
            match (owner.as_str(), last.last()?) {
                ("BoxFuture" | "LocalBoxFuture", output) => Some(output.clone()),
                ("Pin" | "Box", inner) => promised(inner),
                _ => None,
            }
        }
        _ => None,
    }
}

fn of_bound(bound: &TypeParamBound) -> Option<Type> {
    let TypeParamBound::Trait(bound) = bound else { return None };
    let is_future = bound.path.segments.last().is_some_and(|last| last.ident == "Future");
    let mut outputs = arguments(&bound.path).filter_map(|argument| match argument {
        GenericArgument::AssocType(assoc) if assoc.ident == "Output" => Some(assoc.ty.clone()),
        _ => None,
    });
    outputs.next().filter(|_| is_future)
}

/// What stands in the last `<…>` of a path.
fn arguments(path: &Path) -> impl Iterator<Item = &GenericArgument> {
    let last = path.segments.last().map(|last| &last.arguments);
    let arguments = last.and_then(|arguments| match arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    });
    arguments.into_iter().flatten()
}

fn braces(token: &TokenTree) -> Option<Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.clone()),
        _ => None,
    }
}

/// Another content in the same brackets.
fn same_group(group: &Group, content: TokenStream) -> Group {
    let mut new = Group::new(group.delimiter(), content);
    new.set_span(group.span());
    new
}
