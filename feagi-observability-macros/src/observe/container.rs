//! `#[observe]` on what holds functions: an `impl` block, a trait, an inline module. Receives the container, puts `#[observe]`
//! with the container's arguments on each function in it, and leaves the rest to those.
//!
//! Left out: what says `#[observe(skip)]`, what has an annotation of its own, functions without a body, `const fn`,
//! `#[inline(always)]` functions, which are too small to be timed, and tests.

use super::args::{ArgList, Args, Err as ErrArgument};
use super::function::Function;
use super::items::{Attr, Kind, Part, split};
use super::model::named_result;
use super::recorded::Recorded;
use super::selection::{Piece, for_many, joined};
use super::{boxed, check};
use crate::errors::Errors;
use crate::fallback;
use crate::form::Metric;
use crate::runtime_path::runtime_path;
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

/// The container that `item` is, if it is one.
pub(super) fn find(item: &TokenStream) -> Option<Part> {
    let mut parts = split(item.clone()).into_iter();
    match (parts.next(), parts.next()) {
        (Some(part), None) => name(part.kind).map(|_| part),
        _ => None,
    }
}

fn name(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Impl => Some("an `impl` block"),
        Kind::Trait => Some("a trait"),
        Kind::Module => Some("a module"),
        Kind::Function | Kind::ConstFunction | Kind::Other => None,
    }
}

/// The container with its functions annotated.
pub(super) fn expand(arguments: TokenStream, container: &Part) -> TokenStream {
    let mut errors = Errors::default();
    let pieces = for_many(arguments, name(container.kind).unwrap_or_default(), &mut errors);
    let mut args = Args::read(joined(&pieces), &mut errors);
    check_arguments(&mut args, &mut errors);
    check_inline(container, &mut errors);
    let annotation = Annotation::new(&args, &pieces);
    let expanded = Walk { annotation: Some(&annotation), errors: &mut errors }.container(container);
    match errors.finish() {
        Ok(()) => {
            // The compiler resolves the level's path here, where it was written: a module inside may not see it.
            let levels = [args.level, args.err.and_then(|slot| slot.value.level)];
            let paths = levels.into_iter().flatten().filter_map(|slot| slot.value.path);
            quote!(#(const _: () = { let _ = #paths; };)* #expanded)
        }
        Err(errors) => {
            // `skip` would be an error of its own where no container takes it away.
            let bare = Walk { annotation: None, errors: &mut Errors::default() }.container(container);
            fallback::item(&errors, &bare)
        }
    }
}

/// What is wrong with the arguments is said here, once, and not at each function.
fn check_arguments(args: &mut Args, errors: &mut Errors) {
    if let Some(Metric::Named(name)) = args.metric.as_ref().map(|slot| &slot.value) {
        let message = "one metric name for many functions would mix them up; write `metric` for the shared families, which have the \
                       label `site`, or put `metric = \"…\"` on the function itself";
        errors.push(name, message);
        return;
    }
    if let Some(list) = &args.args
        && matches!(list.value, ArgList::Named(_))
    {
        let message = "the arguments of many functions have no names in common; write `args(all)`, or put `args(…)` on the function itself";
        errors.push(list, message);
        return;
    }
    if let Some(function) = Function::read(
        quote!(
            fn each() -> Result<(), ()> {}
        ),
        "observe",
        errors,
    ) {
        let recorded = Recorded::gather(args, &function, errors);
        check::all(args, &recorded, &function, false, errors);
    }
}

/// The functions of `mod x;` are in another file, which a macro does not see.
fn check_inline(container: &Part, errors: &mut Errors) {
    if container.body.is_none() {
        let message = "what stands in another file cannot be observed from here; put `#[observe]` on the `impl` blocks and \
                       functions in that file, or write the module here, in braces";
        errors.push(&container.head, message);
    }
}

/// What is put on each function.
struct Annotation {
    on_all: TokenStream,
    on_results: TokenStream,
}

impl Annotation {
    fn new(args: &Args, pieces: &[Piece]) -> Self {
        let runtime = runtime_path(args.runtime.as_ref().map(|slot| &slot.value));
        let level = args.level.as_ref().map(|slot| {
            let word = slot.value.level.variant().to_string().to_lowercase();
            quote!(level = #word)
        });
        // Levels stand as words: a module inside may not see the path that named them.
        let err = args.err.as_ref().map(|slot| err_in_words(&slot.value)).unwrap_or_default();
        let plain = |piece: &&Piece| piece.key != "level" && piece.key != "err";
        let pieces = joined(pieces.iter().filter(plain));
        let attribute = |err: TokenStream| {
            let arguments = [level.clone().unwrap_or_default(), pieces.clone(), err];
            let arguments: Vec<_> = arguments.iter().filter(|arguments| !arguments.is_empty()).collect();
            let list = (!arguments.is_empty()).then(|| quote!((#(#arguments),*)));
            quote_spanned!(Span::mixed_site()=> #[#runtime::observe #list])
        };
        Annotation { on_all: attribute(TokenStream::new()), on_results: attribute(err) }
    }

    /// `err` goes where a `Result` is likely: on a function that returns something else it would be an error.
    fn of(&self, function: &Part) -> &TokenStream {
        let function = Function::read(function.to_token_stream(), "observe", &mut Errors::default());
        let returns_result = function.is_some_and(|function| match boxed::find(&function) {
            Some(boxed) => named_result(&boxed.judged.sig.output),
            None => named_result(&function.sig.output),
        });
        if returns_result { &self.on_results } else { &self.on_all }
    }
}

/// `err` with its options, the level as a word.
fn err_in_words(err: &ErrArgument) -> TokenStream {
    let format = err.format.as_ref().map(|slot| &slot.written);
    let level = err.level.as_ref().map(|slot| {
        let word = slot.value.level.variant().to_string().to_lowercase();
        quote!(level = #word)
    });
    let options: Vec<_> = [format.cloned(), level].into_iter().flatten().collect();
    if options.is_empty() { quote!(err) } else { quote!(err(#(#options),*)) }
}

/// Goes through a container and all containers in it.
struct Walk<'w> {
    /// `None`: only `#[observe(skip)]` is taken away.
    annotation: Option<&'w Annotation>,
    errors: &'w mut Errors,
}

impl Walk<'_> {
    fn container(&mut self, container: &Part) -> TokenStream {
        let Some(body) = &container.body else { return container.to_token_stream() };
        let mut inside = TokenStream::new();
        for part in split(body.stream()) {
            inside.extend(self.part(part));
        }
        let mut braces = Group::new(Delimiter::Brace, inside);
        braces.set_span(body.span());
        let (attrs, head) = (&container.attrs, &container.head);
        quote!(#(#attrs)* #head #braces)
    }

    fn part(&mut self, mut part: Part) -> TokenStream {
        if self.takes_skip(&mut part) || has_own(&part) || is_test(&part) {
            return part.to_token_stream();
        }
        match (part.kind, self.annotation) {
            (Kind::Impl | Kind::Trait | Kind::Module, _) => self.container(&part),
            (Kind::Function, Some(annotation)) if part.body.is_some() && !is_inlined(&part) => {
                let annotation = annotation.of(&part);
                // First of all attributes: the function is seen as its author wrote it.
                quote!(#annotation #part)
            }
            _ => part.to_token_stream(),
        }
    }

    /// Takes `#[observe(skip)]` away; whether it was there.
    fn takes_skip(&mut self, part: &mut Part) -> bool {
        let before = part.attrs.len();
        let errors = &mut *self.errors;
        part.attrs.retain(|attr| {
            let mut arguments = attr.arguments().into_iter();
            let is_skip = attr.name() == "observe"
                && matches!(arguments.next(), Some(TokenTree::Ident(word)) if word == "skip");
            if is_skip && let Some(more) = arguments.next() {
                let message = "`skip` leaves the item out, so nothing can be said about how it is observed; \
                               write `#[observe(skip)]`";
                errors.push(more, message);
            }
            !is_skip
        });
        part.attrs.len() < before
    }
}

/// Whether an item has an annotation of its own, also one under a condition.
fn has_own(part: &Part) -> bool {
    part.attrs.iter().any(|attr| match attr.name().as_str() {
        "observe" | "instrument" => true,
        "cfg_attr" => names(attr.arguments(), &["observe", "instrument"]),
        _ => false,
    })
}

/// `#[test]`, `#[tokio::test]`, `#[cfg(test)]`.
fn is_test(part: &Part) -> bool {
    part.attrs.iter().any(|attr| match attr.name().as_str() {
        "test" | "bench" => true,
        "cfg" => names(attr.arguments(), &["test"]),
        _ => false,
    })
}

fn is_inlined(part: &Part) -> bool {
    let always = |attr: &Attr| attr.name() == "inline" && names(attr.arguments(), &["always"]);
    part.attrs.iter().any(always)
}

/// Whether one of the words stands in `tokens`, at any depth but in `not(…)`.
fn names(tokens: TokenStream, words: &[&str]) -> bool {
    let mut negated = false;
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => {
            negated = ident == "not";
            words.iter().any(|word| ident == word)
        }
        TokenTree::Group(group) => !negated && names(group.stream(), words),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
