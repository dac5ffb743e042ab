//! The forms without a function: `observe_block! { name = "…"; … }` and `profile!("…", { … })`. Arguments are those of
//! `#[observe]`; the block becomes one call, whose value is the block's.
//!
//! Invariant: the block stays where it is, in no closure. `?`, `break`, `continue` and `return` in it are the surrounding
//! function's, and a call that is left so has ended well.

use super::args::Args;
use super::function::Function;
use super::items::{braces, is_punct};
use super::model::Model;
use super::recorded::Recorded;
use super::selection::{for_block, joined};
use super::tokens::{self, Way};
use super::{check, suspension};
use crate::errors::Errors;
use crate::fallback;
use crate::log::LogWhen;
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::quote;

const BLOCK: &str = "observe_block! { name = \"…\"; … }";
const PROFILE: &str = "profile!(\"…\", { … })";

/// What stands in one of the two macros.
struct Input {
    /// How the macro is called, for errors.
    called: &'static str,
    /// How it is written, for errors.
    form: &'static str,
    arguments: TokenStream,
    block: Group,
}

/// `observe_block!`: arguments, a semicolon, statements.
pub(crate) fn expand_block(input: TokenStream) -> TokenStream {
    let mut tokens = input.into_iter();
    let mut arguments = TokenStream::new();
    let semicolon = tokens.by_ref().find(|token| {
        let is_end = is_punct(token, ';');
        if !is_end {
            arguments.extend([token.clone()]);
        }
        is_end
    });
    let mut errors = Errors::default();
    if semicolon.is_none() {
        let message = format!("expected `;` between the arguments and the block; write `{BLOCK}`");
        errors.absorb(syn::Error::new(Span::call_site(), message));
    }
    let statements: Vec<TokenTree> = tokens.collect();
    let span = statements.first().map_or_else(Span::call_site, TokenTree::span);
    let mut block = Group::new(Delimiter::Brace, statements.into_iter().collect());
    block.set_span(span);
    let input = Input { called: "observe_block!", form: BLOCK, arguments, block };
    match errors.finish() {
        Ok(()) => input.expand(|_, _| {}, |_| {}),
        Err(errors) => fallback::expression(&errors),
    }
}

/// `profile!`: arguments, of which a name is enough, and a block in braces.
pub(crate) fn expand_profile(input: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = input.into_iter().collect();
    tokens.pop_if(|last| is_punct(last, ','));
    let mut errors = Errors::default();
    let block = tokens.last().and_then(braces);
    match (&block, tokens.pop()) {
        (Some(block), _) if !tokens.is_empty() && tokens.pop_if(|last| is_punct(last, ',')).is_none() => {
            errors.push(block, format!("expected `,` before the block; write `{PROFILE}`"));
        }
        (Some(_), _) => {}
        (None, Some(last)) => errors.push(last, format!("expected a block in braces; write `{PROFILE}`")),
        (None, None) => {
            let message = format!("`profile!` needs a name and a block; write `{PROFILE}`");
            errors.absorb(syn::Error::new(Span::call_site(), message));
        }
    }
    match (errors.finish(), block) {
        (Ok(()), Some(block)) => {
            let arguments = tokens.into_iter().collect();
            let input = Input { called: "profile!", form: PROFILE, arguments, block };
            input.expand(check_profile, |model| {
                model.profile.cpu = true;
                // What it is for is the profile: a line only where its author asks for one.
                if !model.is_log_given {
                    model.log = LogWhen::Never;
                }
            })
        }
        (Err(errors), Some(block)) => fallback::block(&errors, &block),
        (Err(errors), None) => fallback::expression(&errors),
        (Ok(()), None) => TokenStream::new(),
    }
}

impl Input {
    fn expand(
        self,
        check_more: impl FnOnce(&Args, &mut Errors),
        set_more: impl FnOnce(&mut Model),
    ) -> TokenStream {
        let mut errors = Errors::default();
        let pieces = for_block(self.arguments.clone(), self.called, &mut errors);
        let mut args = Args::read(joined(&pieces), &mut errors);
        self.check_name(&args, &mut errors);
        self.check_awaits(&mut errors);
        check_more(&args, &mut errors);
        // To the rules and to the model a block is a function without parameters that returns nothing.
        let function = Function::read(
            quote!(
                fn block() {}
            ),
            "observe",
            &mut errors,
        );
        let Some(function) = function else { return TokenStream::new() };
        let recorded = Recorded::gather(&mut args, &function, &mut errors);
        check::all(&args, &recorded, &function, false, &mut errors);
        if let Err(errors) = errors.finish() {
            return fallback::block(&errors, &self.block);
        }
        let mut model = Model::new(args, recorded, &function);
        set_more(&mut model);
        let (asked, call) = (tokens::asked(&model), tokens::call(&model, Way::Statements, &self.block));
        if asked.is_empty() { call } else { quote!({ #asked #call }) }
    }

    /// A block has no name of its own from which one could be made.
    fn check_name(&self, args: &Args, errors: &mut Errors) {
        if args.name.is_some() {
            return;
        }
        let message = format!("a block needs a name; write `{}`", self.form);
        let place = self.arguments.clone().into_iter().next();
        errors.absorb(syn::Error::new(place.map_or_else(Span::call_site, |token| token.span()), message));
    }

    /// The context of a block belongs to the thread. Suspended in it, the thread would go on with other work in that context, and the
    /// future could not be sent to another.
    fn check_awaits(&self, errors: &mut Errors) {
        if let Some(span) = suspension::find(self.block.stream()) {
            let message = format!(
                "`{}` cannot be suspended, because its context belongs to the thread; move the block into an `async fn` with \
                 `#[observe]`, or keep the `.await` outside of it",
                self.called
            );
            errors.absorb(syn::Error::new(span, message));
        }
    }
}

/// `profile` is what the macro says already.
fn check_profile(args: &Args, errors: &mut Errors) {
    if let Some(profile) = &args.profile {
        errors.push(profile, "`profile!` always marks its block for the profiler; remove `profile`");
    }
}
