//! A field as `tracing` writes it: `a`, `%a`, `?a`, `k = v`, `k = %v`, `k = ?v`, dotted keys, keys as string literals.
//! `#[observe(fields(…))]` and the event macros share it.

use crate::pieces;
use proc_macro2::{Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Expr, Ident, LitStr, Token};

/// How a value is recorded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recording {
    /// As it is, by the runtime's `Field`.
    Plain,
    /// `%`
    Display,
    /// `?`
    Debug,
    /// As a metric label, which is a field, too.
    Label,
    /// The same with any number of values.
    Dynamic,
}

pub(crate) struct Field {
    pub(crate) key: String,
    pub(crate) recording: Recording,
    pub(crate) value: Expr,
    /// The key's tokens, sigil included.
    pub(crate) name: TokenStream,
    /// The field's tokens.
    pub(crate) written: TokenStream,
}

impl Recording {
    /// The runtime's method that records so.
    pub(crate) fn word(self, span: Span) -> Ident {
        let word = match self {
            Recording::Plain => "field",
            Recording::Display => "display",
            Recording::Debug => "debug",
            Recording::Label => "label",
            Recording::Dynamic => "dynamic",
        };
        Ident::new(word, span)
    }

    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.parse::<Option<Token![%]>>()?.is_some() {
            Ok(Recording::Display)
        } else if input.parse::<Option<Token![?]>>()?.is_some() {
            Ok(Recording::Debug)
        } else {
            Ok(Recording::Plain)
        }
    }
}

impl Parse for Field {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let start = input.fork();
        let recording = Recording::parse(input)?;
        let (key, literal) = key(input)?;
        let name = pieces::between(&start, input);
        let mut field = if !input.peek(Token![=]) {
            if literal {
                return Err(syn::Error::new_spanned(
                    &name,
                    "a key as a string needs a value; write `\"key\" = value`",
                ));
            }
            shorthand(recording, key, name, input)?
        } else if recording == Recording::Plain {
            input.parse::<Token![=]>()?;
            let recording = Recording::parse(input)?;
            let value = value(input, &key)?;
            Field { key, recording, value, name, written: TokenStream::new() }
        } else {
            let sigil = if recording == Recording::Display { '%' } else { '?' };
            let message = format!("`{sigil}` stands before the value; write `{key} = {sigil}…`");
            return Err(syn::Error::new_spanned(&name, message));
        };
        field.written = pieces::between(&start, input);
        Ok(field)
    }
}

/// `a`, `a.b`, `self.a`, `"a"`; and whether it was a string.
fn key(input: ParseStream<'_>) -> syn::Result<(String, bool)> {
    if input.peek(LitStr) {
        return input.parse().map(|text: LitStr| (text.value(), true));
    }
    if !input.peek(Ident::peek_any) {
        return Err(input.error("expected a field; write `name`, `%name`, `?name` or `key = value`"));
    }
    let mut key = Ident::parse_any(input)?.unraw().to_string();
    while input.peek(Token![.]) && input.peek2(Ident::peek_any) {
        input.parse::<Token![.]>()?;
        key.push('.');
        key.push_str(&Ident::parse_any(input)?.unraw().to_string());
    }
    Ok((key, false))
}

/// A field whose key is also its value. Anything longer than a dotted name needs a key of its own.
fn shorthand(
    recording: Recording,
    key: String,
    name: TokenStream,
    input: ParseStream<'_>,
) -> syn::Result<Field> {
    if !input.is_empty() && !input.peek(Token![,]) {
        return Err(input.error("an expression needs a key; write `key = …`"));
    }
    let sigil = usize::from(recording != Recording::Plain);
    let value = syn::parse2(name.clone().into_iter().skip(sigil).collect())?;
    Ok(Field { key, recording, value, name, written: TokenStream::new() })
}

fn value(input: ParseStream<'_>, key: &str) -> syn::Result<Expr> {
    if input.is_empty() || input.peek(Token![,]) {
        return Err(input.error(format!("`{key} =` needs a value")));
    }
    let ahead = input.fork();
    let value: Expr = ahead.parse()?;
    input.advance_to(&ahead);
    Ok(value)
}

impl Field {
    /// The word `ret` at the beginning of its key: it is taken from the returned value.
    pub(crate) fn of_ret(&self) -> Option<Ident> {
        let sigils = |token: &TokenTree| matches!(token, TokenTree::Punct(_));
        let mut name = self.name.clone().into_iter().skip_while(sigils);
        match name.next() {
            Some(TokenTree::Ident(word)) if word == "ret" && self.key.starts_with("ret.") => Some(word),
            _ => None,
        }
    }

    /// `(field 0 f0 (value))`: the runtime's method, the key's number, the local that holds the value, the value.
    pub(crate) fn entry(&self, index: usize) -> TokenStream {
        let (word, slot, value) = (self.recording.word(self.place()), self.slot(index), &self.value);
        let index = Literal::usize_unsuffixed(index);
        quote!((#word #index #slot (#value)))
    }

    /// The local that holds the value. The user's code cannot see it.
    pub(crate) fn slot(&self, index: usize) -> Ident {
        format_ident!("f{index}", span = self.place())
    }

    /// What is called with the value is shown at the value: errors about its type name these tokens.
    pub(crate) fn place(&self) -> Span {
        Span::mixed_site().located_at(self.value.span())
    }
}

impl ToTokens for Field {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.written.to_tokens(tokens);
    }
}

/// Where errors about leaving the function from inside a field's value point.
pub(crate) fn leaves(value: &Expr) -> Option<Span> {
    struct Search(Option<Span>);
    impl<'ast> syn::visit::Visit<'ast> for Search {
        fn visit_expr(&mut self, expr: &'ast Expr) {
            match expr {
                Expr::Return(_) | Expr::Try(_) | Expr::Await(_) | Expr::Yield(_) => {
                    self.0.get_or_insert(expr.span());
                }
                // What these leave is themselves.
                Expr::Closure(_) | Expr::Async(_) => {}
                _ => syn::visit::visit_expr(self, expr),
            }
        }
        fn visit_item(&mut self, _: &'ast syn::Item) {}
    }
    let mut search = Search(None);
    syn::visit::Visit::visit_expr(&mut search, value);
    search.0
}
