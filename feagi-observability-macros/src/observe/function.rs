//! The annotated item: a function's head as syntax, its body as the tokens that its author wrote.
//!
//! The body is not parsed: what it contains is between the user and the compiler.

use crate::docs;
use crate::errors::Errors;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{AttrStyle, Attribute, Ident, Item, Signature, Token, Visibility};

pub(crate) struct Function {
    /// Inner attributes of the body included: `#![allow(…)]` has no place in front of an expression.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    /// `default` of a specialised implementation.
    pub(crate) defaultness: Option<Ident>,
    pub(crate) sig: Signature,
    pub(crate) body: Body,
}

pub(crate) enum Body {
    Block(Group),
    /// A trait method without one.
    Missing(Token![;]),
}

impl Function {
    /// The function, or an error that says why there is none for the attribute of that name.
    pub(crate) fn read(item: TokenStream, attribute: &str, errors: &mut Errors) -> Option<Self> {
        match Function::parse.parse2(item.clone()) {
            Ok(function) => Some(function),
            Err(error) => {
                errors.absorb(no_function(item, attribute).unwrap_or(error));
                None
            }
        }
    }

    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let ahead = input.fork();
        let defaultness = ahead.parse::<Ident>().ok().filter(|word| word == "default");
        if defaultness.is_some() {
            input.advance_to(&ahead);
        }
        let sig = input.parse()?;
        if input.peek(Token![;]) {
            return Ok(Function { attrs, vis, defaultness, sig, body: Body::Missing(input.parse()?) });
        }
        let body = block(input.parse()?)?;
        let body = hoist(&body, &mut attrs)?;
        Ok(Function { attrs, vis, defaultness, sig, body: Body::Block(body) })
    }

    /// The first line of the documentation that says something.
    pub(crate) fn first_doc_line(&self) -> String {
        docs::first_line(&self.attrs)
    }

    /// Whether the function has an attribute of that name.
    pub(crate) fn has_attribute(&self, name: &str) -> bool {
        self.attrs.iter().any(|attr| attr.path().is_ident(name))
    }
}

/// The braces of a body, also where it came through a `$body:block` and so stands in an invisible group.
fn block(token: TokenTree) -> syn::Result<Group> {
    let TokenTree::Group(group) = token else {
        return Err(syn::Error::new_spanned(token, "expected the function's body"));
    };
    let mut inside = group.stream().into_iter();
    match (group.delimiter(), inside.next(), inside.next()) {
        (Delimiter::Brace, ..) => Ok(group),
        (Delimiter::None, Some(inner), None) => block(inner),
        _ => Err(syn::Error::new_spanned(group, "expected the function's body")),
    }
}

/// Moves inner attributes from the body to the function.
fn hoist(body: &Group, attrs: &mut Vec<Attribute>) -> syn::Result<Group> {
    let split = |input: ParseStream<'_>| Ok((Attribute::parse_inner(input)?, input.parse::<TokenStream>()?));
    let (inner, rest) = split.parse2(body.stream())?;
    attrs.extend(inner.into_iter().map(|attr| Attribute { style: AttrStyle::Outer, ..attr }));
    let mut block = Group::new(Delimiter::Brace, rest);
    block.set_span(body.span());
    Ok(block)
}

/// An error for an item that is something else than a function.
fn no_function(item: TokenStream, attribute: &str) -> Option<syn::Error> {
    let item = syn::parse2::<Item>(item).ok()?;
    let (place, what) = match &item {
        Item::Struct(item) => (item.struct_token.to_token_stream(), "a struct"),
        Item::Enum(item) => (item.enum_token.to_token_stream(), "an enum"),
        Item::Union(item) => (item.union_token.to_token_stream(), "a union"),
        Item::TraitAlias(item) => (item.trait_token.to_token_stream(), "a trait alias"),
        Item::Const(item) => (item.const_token.to_token_stream(), "a constant"),
        Item::Static(item) => (item.static_token.to_token_stream(), "a static"),
        Item::Type(item) => (item.type_token.to_token_stream(), "a type alias"),
        Item::Use(item) => (item.use_token.to_token_stream(), "a `use`"),
        Item::Macro(item) => (item.mac.path.to_token_stream(), "a macro call"),
        Item::ForeignMod(item) => (item.abi.to_token_stream(), "an extern block"),
        Item::ExternCrate(item) => (item.extern_token.to_token_stream(), "an extern crate"),
        _ => return None,
    };
    let containers =
        if attribute == "observe" { " and on `impl` blocks, traits and modules that hold them" } else { "" };
    let message = format!(
        "`#[{attribute}]` works on functions{containers}, not on {what}; put it on the functions themselves"
    );
    Some(syn::Error::new_spanned(place, message))
}
