//! The items between braces, told apart by their tokens: attributes, head, body. Receives what a container holds, gives
//! [`Part`]s; put together again they are the same tokens.
//!
//! Invariant: nothing is parsed that need not be. What the compiler understands and `syn` does not goes through, and bodies are
//! read once, by the macros on the functions themselves.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use std::iter::Peekable;

/// One item.
pub(super) struct Part {
    pub(super) attrs: Vec<Attr>,
    pub(super) kind: Kind,
    /// All between the attributes and the body; `;` included, where it ends the item.
    pub(super) head: TokenStream,
    pub(super) body: Option<Group>,
}

/// `#[…]`.
pub(super) struct Attr {
    pound: TokenTree,
    brackets: Group,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Function,
    ConstFunction,
    Impl,
    Trait,
    Module,
    /// Constants, types, macro calls and all the rest.
    Other,
}

type Tokens = Peekable<proc_macro2::token_stream::IntoIter>;

/// Words that may stand before the one that says what an item is.
const QUALIFIERS: [&str; 9] = ["pub", "default", "const", "async", "unsafe", "safe", "extern", "auto", "gen"];

/// All items of `tokens`.
pub(super) fn split(tokens: TokenStream) -> Vec<Part> {
    let mut tokens = tokens.into_iter().peekable();
    let mut parts = Vec::new();
    while tokens.peek().is_some() {
        let attrs = attributes(&mut tokens, &mut parts);
        match tokens.next_if(is_whole_item) {
            // A `$item:item` stands in an invisible group.
            Some(TokenTree::Group(group)) => {
                let mut inner = split(group.stream()).into_iter();
                if let Some(mut first) = inner.next() {
                    first.attrs.splice(0..0, attrs);
                    parts.push(first);
                }
                parts.extend(inner);
            }
            _ => parts.push(item(attrs, &mut tokens)),
        }
    }
    parts
}

/// The attributes of the next item; those of what is around it, `#![…]`, become a part of their own.
fn attributes(tokens: &mut Tokens, parts: &mut Vec<Part>) -> Vec<Attr> {
    let mut attrs = Vec::new();
    while let Some(pound) = tokens.next_if(|token| is_punct(token, '#')) {
        let mark = tokens.next_if(|token| is_punct(token, '!'));
        let brackets = tokens.next_if(|token| is_group(token, Delimiter::Bracket));
        match (mark, brackets) {
            (None, Some(TokenTree::Group(brackets))) => attrs.push(Attr { pound, brackets }),
            (mark, brackets) => {
                let head = [Some(pound), mark, brackets].into_iter().flatten().collect();
                parts.push(Part { attrs: Vec::new(), kind: Kind::Other, head, body: None });
            }
        }
    }
    attrs
}

/// From the first token behind the attributes to the body or `;` that ends the item.
fn item(attrs: Vec<Attr>, tokens: &mut Tokens) -> Part {
    let mut part = Part { attrs, kind: Kind::Other, head: TokenStream::new(), body: None };
    let mut word = Word::default();
    let mut angles = Angles::default();
    for token in tokens {
        word.read(&token);
        if is_punct(&token, ';') {
            part.head.extend([token]);
            break;
        }
        // `const A: u8 = { 1 };` and `use a::{b, c};` do not end with their braces, and a `<` in the former is no bracket.
        if !word.ends_with_semicolon
            && angles.read(&token) == 0
            && let Some(body) = braces(&token)
        {
            part.body = Some(body);
            break;
        }
        part.head.extend([token]);
    }
    part.kind = word.kind.unwrap_or(Kind::Other);
    part
}

/// Finds the word that says what an item is.
#[derive(Default)]
struct Word {
    kind: Option<Kind>,
    is_const: bool,
    ends_with_semicolon: bool,
}

impl Word {
    fn read(&mut self, token: &TokenTree) {
        let TokenTree::Ident(ident) = token else { return };
        if self.kind.is_some() {
            return;
        }
        let word = ident.to_string();
        self.kind = match word.as_str() {
            "fn" if self.is_const => Some(Kind::ConstFunction),
            "fn" => Some(Kind::Function),
            "impl" => Some(Kind::Impl),
            "trait" => Some(Kind::Trait),
            "mod" => Some(Kind::Module),
            qualifier if QUALIFIERS.contains(&qualifier) => {
                self.is_const |= qualifier == "const";
                None
            }
            other => {
                self.ends_with_semicolon = self.is_const || matches!(other, "use" | "static" | "type");
                Some(Kind::Other)
            }
        };
    }
}

/// How many `<` are open: braces between them are an argument, `Array<{ N + 1 }>`.
#[derive(Default)]
struct Angles {
    open: u32,
    after_dash: bool,
}

impl Angles {
    fn read(&mut self, token: &TokenTree) -> u32 {
        let TokenTree::Punct(punct) = token else {
            self.after_dash = false;
            return self.open;
        };
        match punct.as_char() {
            '<' => self.open += 1,
            // The arrow of `-> T` closes nothing.
            '>' if !self.after_dash => self.open = self.open.saturating_sub(1),
            _ => {}
        }
        self.after_dash = punct.as_char() == '-' && punct.spacing() == Spacing::Joint;
        self.open
    }
}

impl Attr {
    /// The last word of its path: `observe` of `#[feagi_observability::observe(skip)]`.
    pub(super) fn name(&self) -> String {
        let path = self.content().into_iter().take_while(|token| match token {
            TokenTree::Ident(_) => true,
            TokenTree::Punct(punct) => punct.as_char() == ':',
            _ => false,
        });
        let last = path.filter(|token| matches!(token, TokenTree::Ident(_))).last();
        last.map_or_else(String::new, |ident| ident.to_string())
    }

    /// What stands in its parentheses.
    pub(super) fn arguments(&self) -> TokenStream {
        let group = self.content().into_iter().find_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => Some(group),
            _ => None,
        });
        group.map_or_else(TokenStream::new, |group| group.stream())
    }

    /// A `$meta:meta` stands in an invisible group.
    fn content(&self) -> TokenStream {
        let mut content = self.brackets.stream();
        loop {
            let mut tokens = content.clone().into_iter();
            match (tokens.next(), tokens.next()) {
                (Some(TokenTree::Group(inner)), None) if inner.delimiter() == Delimiter::None => {
                    content = inner.stream();
                }
                _ => return content,
            }
        }
    }
}

impl ToTokens for Attr {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.pound.to_tokens(tokens);
        self.brackets.to_tokens(tokens);
    }
}

impl ToTokens for Part {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(self.attrs.iter().map(ToTokens::to_token_stream));
        tokens.extend(self.head.clone());
        self.body.to_tokens(tokens);
    }
}

/// Braces, also those of a `$body:block`.
pub(super) fn braces(token: &TokenTree) -> Option<Group> {
    let TokenTree::Group(group) = token else { return None };
    let mut inside = group.stream().into_iter();
    match (group.delimiter(), inside.next(), inside.next()) {
        (Delimiter::Brace, ..) => Some(group.clone()),
        (Delimiter::None, Some(inner), None) => braces(&inner),
        _ => None,
    }
}

/// An invisible group around more than a visibility.
fn is_whole_item(token: &TokenTree) -> bool {
    let TokenTree::Group(group) = token else { return false };
    let last = group.stream().into_iter().last();
    group.delimiter() == Delimiter::None
        && last.is_some_and(|last| is_punct(&last, ';') || is_group(&last, Delimiter::Brace))
}

pub(super) fn is_punct(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

pub(super) fn is_group(token: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == delimiter)
}
