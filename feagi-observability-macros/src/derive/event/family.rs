//! `macros`: one macro for each level, which hands its tokens and the schema to `event!`.

use super::args::Args;
use crate::errors::Errors;
use crate::event::{Schema, unused};
use crate::form::{key, unknown};
use crate::level::Level;
use crate::pieces;
use crate::slot::{Slot, fill};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::parse::ParseStream;
use syn::{Attribute, DeriveInput, Token, parenthesized};

const LEVELS: [&str; 5] = ["trace", "debug", "info", "warn", "error"];
const WORDS: [&str; 6] = ["trace", "debug", "info", "warn", "error", "export"];

/// `macros`, `macros(error, warn)`, `macros(export)`.
pub(super) struct Macros {
    /// Those that were named; none for all.
    levels: Vec<&'static str>,
    /// Whether other crates are to have them.
    is_exported: bool,
}

/// The macros of one event.
pub(super) struct Family {
    /// What stands before the level.
    prefix: String,
    levels: Vec<&'static str>,
    /// The one whose documentation is the event's own.
    main: &'static str,
    is_exported: bool,
}

impl Macros {
    pub(super) fn read(input: ParseStream<'_>, word: &Ident, errors: &mut Errors) -> syn::Result<Self> {
        let mut macros = Macros { levels: Vec::new(), is_exported: false };
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(macros);
        }
        if !input.peek(syn::token::Paren) {
            let message =
                format!("`{word}` needs no value; write `macros`, or the levels as in `macros(error, warn)`");
            return Err(input.error(message));
        }
        let list;
        parenthesized!(list in input);
        let mut seen: [Option<Slot<()>>; WORDS.len()] = Default::default();
        pieces::read(list.parse()?, errors, |input, errors| {
            let word = key(input, "macros", &WORDS)?;
            let at = WORDS
                .iter()
                .position(|known| word == known)
                .ok_or_else(|| unknown(&word, "macros", &WORDS))?;
            if let Some(place) = seen.get_mut(at) {
                fill(place, &word.to_string(), Slot { written: quote!(#word), value: () }, errors);
            }
            match LEVELS.get(at) {
                Some(level) if !macros.levels.contains(level) => macros.levels.push(level),
                Some(_) => {}
                None => macros.is_exported = true,
            }
            Ok(())
        });
        Ok(macros)
    }
}

impl Family {
    pub(super) fn new(macros: &Macros, args: &Args, item: &DeriveInput, errors: &mut Errors) -> Self {
        let name = args.name(item);
        let is_word = syn::parse_str::<Ident>(&format!("{name}_info")).is_ok();
        if !is_word {
            let word: String =
                name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
            let message = format!(
                "`{name}` cannot begin a macro's name; write `name = \"{word}\"`, or leave `macros` out"
            );
            errors.push(args.name_place(item), message);
        }
        let levels = if macros.levels.is_empty() { LEVELS.to_vec() } else { macros.levels.clone() };
        let own = args.level.as_ref().map_or(Level::Info, |slot| slot.value.level).word();
        let main = levels.iter().find(|level| **level == own).or(levels.first()).copied().unwrap_or(own);
        Family {
            prefix: if is_word { name } else { String::new() },
            levels,
            main,
            is_exported: macros.is_exported,
        }
    }

    fn ident(&self, level: &str) -> Ident {
        format_ident!("{}_{level}", self.prefix, span = Span::call_site())
    }

    pub(super) fn tokens(&self, item: &DeriveInput, runtime: &TokenStream, schema: &Schema) -> TokenStream {
        let runtime = from_anywhere(runtime);
        let macros = self.levels.iter().map(|level| {
            let docs = self.docs(level, &item.attrs, schema);
            self.one(
                level,
                &docs,
                &quote!(#runtime::__private::event! { #runtime, #level, #schema [$($tokens)*] }),
            )
        });
        let used = used(item);
        quote!(#(#macros)* #used)
    }

    /// Stands in where there are errors, so that those who use the macros are not told that there are none.
    pub(super) fn tokens_of_nothing(&self) -> TokenStream {
        if self.prefix.is_empty() {
            return TokenStream::new();
        }
        self.levels.iter().map(|level| self.one(level, &TokenStream::new(), &quote!(()))).collect()
    }

    fn one(&self, level: &str, docs: &TokenStream, body: &TokenStream) -> TokenStream {
        let name = self.ident(level);
        if self.is_exported {
            // It stands at the crate's root.
            return quote! {
                #docs
                #[macro_export]
                macro_rules! #name {
                    ($($tokens:tt)*) => { #body };
                }
            };
        }
        let own = format_ident!("__{name}");
        let unused = unused();
        // The import makes a path of the name, and its use here keeps lints quiet that a user may have forbidden.
        quote! {
            #docs
            macro_rules! #own {
                ($($tokens:tt)*) => { #body };
            }
            pub(crate) use #own as #name;
            const _: () = #name! { #unused };
        }
    }

    /// The event's own documentation on one, a pointer to it on the others.
    fn docs(&self, level: &str, attributes: &[Attribute], schema: &Schema) -> TokenStream {
        let what = format!("Reports an event `{}` at level `{level}`", schema.name);
        if level == self.main {
            let own = attributes.iter().filter(|attribute| attribute.path().is_ident("doc"));
            let what = format!("{what}: one log line, one span, and what its fields are in metrics.");
            return quote!(#[doc = #what] #[doc = ""] #(#own)*);
        }
        let pointer = format!("{what}; see [`{}_{}!`].", self.prefix, self.main);
        quote!(#[doc = #pointer])
    }
}

/// The runtime as seen from wherever the macro is used: what begins in this crate begins in `$crate`.
fn from_anywhere(runtime: &TokenStream) -> TokenStream {
    let mut path = runtime.clone().into_iter();
    match path.next() {
        Some(proc_macro2::TokenTree::Ident(first)) if first == "crate" => {
            let rest: TokenStream = path.collect();
            quote!($crate #rest)
        }
        _ => runtime.clone(),
    }
}

/// Who uses the macros may have no use for the struct itself. The compiler is to think otherwise.
fn used(item: &DeriveInput) -> TokenStream {
    let ident = &item.ident;
    let lifetimes: Vec<TokenStream> = item.generics.lifetimes().map(|_| quote!('_)).collect();
    let arguments = (!lifetimes.is_empty()).then(|| quote!(<#(#lifetimes),*>));
    quote!(const _: () = { let _ = |event: &#ident #arguments| event.emit(); };)
}
