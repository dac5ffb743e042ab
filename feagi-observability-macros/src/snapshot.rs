//! Expansions against files under `tests/snapshots`; `UPDATE_SNAPSHOTS=1 cargo test` writes them anew.

use proc_macro2::TokenStream;
use std::path::Path;

/// Compares an expansion, laid out for people, with the file of that name.
pub(crate) fn assert_expansion(name: &str, expansion: &TokenStream) {
    let file =
        syn::parse2(expansion.clone()).unwrap_or_else(|error| panic!("{name}: {error} in {expansion}"));
    let text = prettyplease::unparse(&file);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(format!("{name}.txt"));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, text).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{} differs; UPDATE_SNAPSHOTS=1 writes it anew", path.display());
}
