//! Finds the `.await` that would suspend a block, by its tokens. Those of futures and functions that the block merely makes do not
//! count.

use super::items::{is_group, is_punct};
use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use std::iter::Peekable;

/// Where the first of them is.
pub(super) fn find(tokens: TokenStream) -> Option<Span> {
    let mut tokens = tokens.into_iter().peekable();
    let mut after_dot = false;
    while let Some(token) = tokens.next() {
        match &token {
            TokenTree::Ident(word) if word == "async" => skip_future(&mut tokens),
            TokenTree::Ident(word) if after_dot && word == "await" => return Some(word.span()),
            TokenTree::Group(group) => {
                if let Some(found) = find(group.stream()) {
                    return Some(found);
                }
            }
            _ => {}
        }
        after_dot = is_punct(&token, '.');
    }
    None
}

/// Goes behind an `async` block, function or closure.
fn skip_future(tokens: &mut Peekable<impl Iterator<Item = TokenTree>>) {
    tokens.next_if(|token| matches!(token, TokenTree::Ident(word) if word == "move"));
    // The body of a closure need not be a block; its expression ends with the argument or statement that it is.
    let ends = |token: &TokenTree| is_punct(token, ',') || is_punct(token, ';');
    while let Some(token) = tokens.next_if(|token| !ends(token)) {
        if is_group(&token, Delimiter::Brace) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::find;
    use quote::quote;

    #[test]
    fn an_await_is_found_at_any_depth() {
        assert!(find(quote!(let a = b(c, d.await)?;)).is_some());
        assert!(
            find(quote!(if x {
                loop {
                    y().await;
                }
            }))
            .is_some()
        );
        assert!(find(quote!(let f = async { 1 }; f.await)).is_some());
        assert!(find(quote!(vec![async { 1 }, a.await])).is_some());
    }

    #[test]
    fn what_the_block_only_makes_may_await() {
        assert!(find(quote!(spawn(async move { a.await }))).is_none());
        assert!(
            find(quote!(
                async fn f(a: A) -> B {
                    a.await
                },
                f
            ))
            .is_none()
        );
        assert!(find(quote!(let g = async |a| a.await; g)).is_none());
        assert!(find(quote!(let r#await = await_all(x.awaited); )).is_none());
    }
}
