//! What stands in an event macro's parentheses, by the grammar of `tracing::info!`: `crate = path` and `target: "…"` first, then
//! fields, the message last.

use crate::errors::Errors;
use crate::field::Field;
use crate::pieces;
use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Ident, LitStr, Path, Token};

#[derive(Default)]
pub(crate) struct Args {
    pub(crate) runtime: Option<Path>,
    pub(crate) target: Option<LitStr>,
    pub(crate) fields: Vec<Field>,
    /// The format string and its arguments.
    pub(crate) message: Option<TokenStream>,
}

impl Args {
    /// Reads what can be read; the rest becomes errors.
    pub(crate) fn read(input: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Args::default();
        let mut rest = TokenStream::new();
        let head = |input: ParseStream<'_>| {
            args.head(input)?;
            rest = input.parse()?;
            Ok(())
        };
        if let Err(error) = head.parse2(input) {
            errors.absorb(error);
        }
        pieces::read(rest, errors, |input, _| args.piece(input));
        args
    }

    pub(super) fn head(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.peek(Token![crate]) && input.peek2(Token![=]) {
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            self.runtime = Some(input.call(Path::parse_mod_style)?);
            input.parse::<Option<Token![,]>>()?;
        }
        if input.peek(Ident) && input.peek2(Token![:]) && !input.peek2(Token![::]) {
            let word: Ident = input.parse()?;
            if word != "target" {
                let message =
                    format!("`{word}:` is not known here; only `target: \"…\"` can stand before the fields");
                return Err(syn::Error::new_spanned(word, message));
            }
            input.parse::<Token![:]>()?;
            let target = input.parse::<LitStr>();
            self.target = Some(target.map_err(|error| {
                syn::Error::new(error.span(), "`target` needs a string; write `target: \"…\",`")
            })?);
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    }

    fn piece(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.peek(LitStr) && !input.peek2(Token![=]) {
            // All that is left. (Parsed as a `TokenStream` it would end in another buffer, where a fork cannot be followed.)
            let mut message = TokenStream::new();
            while !input.is_empty() {
                message.extend([input.parse::<TokenTree>()?]);
            }
            self.message = Some(message);
            return Ok(());
        }
        if input.peek(Ident) && input.peek2(Token![:]) && !input.peek2(Token![::]) {
            return Err(input.error("`target: \"…\"` comes first, and a field is `key = value`"));
        }
        let field = input.parse()?;
        self.fields.push(field);
        Ok(())
    }
}
