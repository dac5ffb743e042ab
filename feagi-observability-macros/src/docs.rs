//! Documentation as HELP text: its first line says what a thing is.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The first line of the documentation that is not empty.
pub(crate) fn first_line(attributes: &[Attribute]) -> String {
    attributes
        .iter()
        .filter_map(text)
        .flat_map(|text| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>())
        .find(|line| !line.is_empty())
        .unwrap_or_default()
}

/// `#[doc = "…"]`, which `///` is, too.
fn text(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}
