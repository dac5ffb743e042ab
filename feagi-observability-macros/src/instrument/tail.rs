//! Functions that are async without saying so: their value is an async block, boxed and pinned or not, as `#[async_trait]` writes
//! them. It is the future that is to be instrumented, not the making of it.

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::visit::{Visit, visit_type};
use syn::{
    AngleBracketedGenericArguments, Attribute, Block, Expr, ExprAsync, GenericArgument, PathArguments,
};
use syn::{ReturnType, Stmt, Type};

/// The async block at the end of a body.
pub(crate) struct Tail {
    /// What stands before it.
    pub(crate) before: TokenStream,
    /// The call that takes the block, such as `Box::pin`.
    pub(crate) around: Option<TokenStream>,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) body: Group,
}

impl Tail {
    /// Of a function that is not `async` itself.
    pub(crate) fn find(body: &Group) -> Option<Tail> {
        let mut statements = Block::parse_within.parse2(body.stream()).ok()?;
        let Some(Stmt::Expr(last, None)) = statements.pop() else { return None };
        let (around, future) = match last {
            Expr::Async(future) => (None, future),
            Expr::Call(call) => {
                let Expr::Path(path) = &*call.func else { return None };
                let names: Vec<String> =
                    path.path.segments.iter().map(|part| part.ident.to_string()).collect();
                let (Some(Expr::Async(future)), true) =
                    (call.args.first(), names.join("::").ends_with("Box::pin"))
                else {
                    return None;
                };
                (Some(call.func.to_token_stream()), future.clone())
            }
            _ => return None,
        };
        let ExprAsync { attrs, block, .. } = future;
        let statements_of_block = &block.stmts;
        let mut body = Group::new(Delimiter::Brace, quote!(#(#statements_of_block)*));
        body.set_span(block.brace_token.span.join());
        Some(Tail { before: quote!(#(#statements)*), around, attrs, body })
    }
}

/// What the future of such a function gives: the `Output = T` in its return type, or the last type in a `BoxFuture<'_, T>`.
pub(crate) fn output(returned: &ReturnType) -> Option<ReturnType> {
    #[derive(Default)]
    struct Search(Option<Type>);
    impl<'ast> Visit<'ast> for Search {
        fn visit_assoc_type(&mut self, found: &'ast syn::AssocType) {
            if found.ident == "Output" {
                self.0.get_or_insert_with(|| found.ty.clone());
            }
        }

        fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
            if let (PathArguments::AngleBracketed(arguments), true) =
                (&segment.arguments, segment.ident.to_string().ends_with("BoxFuture"))
            {
                self.0 = self.0.take().or_else(|| last_type(arguments));
            }
            syn::visit::visit_path_segment(self, segment);
        }
    }
    let ReturnType::Type(_, ty) = returned else { return None };
    let mut search = Search::default();
    visit_type(&mut search, ty);
    search.0.map(|ty| ReturnType::Type(Default::default(), Box::new(ty)))
}

fn last_type(arguments: &AngleBracketedGenericArguments) -> Option<Type> {
    arguments.args.iter().rev().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    })
}
