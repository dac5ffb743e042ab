//! Draws folded stacks as an SVG flamegraph.
//!
//! Receives `Folded`, or a file that becomes one; gives the picture. Colours follow from the names, so that two pictures of
//! one program can be compared.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use inferno::differential;
use inferno::flamegraph::color::{MultiPalette, Palette};
use inferno::flamegraph::{self, Options};

use super::folded::Folded;
use super::{ProfilingError, output, pprof_reader};

/// A profile has some megabytes; what unpacks to more is no profile.
const MAX_INPUT: u64 = 256 * 1024 * 1024;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The picture; an error when there is no stack, as an empty picture tells nobody why.
pub(super) fn draw(folded: &Folded) -> Result<Vec<u8>, ProfilingError> {
    draw_titled(folded, "CPU profile")
}

/// The same under another title.
pub(super) fn draw_titled(folded: &Folded, title: &str) -> Result<Vec<u8>, ProfilingError> {
    if folded.is_empty() {
        return Err(ProfilingError::EmptyProfile);
    }
    let mut options = Options::default();
    options.title = title.to_owned();
    options.colors = Palette::Multi(MultiPalette::Rust);
    options.hash = true;
    let lines = folded.lines();
    let mut svg = Vec::new();
    flamegraph::from_lines(&mut options, lines.iter().map(String::as_str), &mut svg)
        .map_err(|source| ProfilingError::Flamegraph { source })?;
    Ok(svg)
}

/// The stacks of `after`, coloured by what has become of them since `before`.
pub(super) fn draw_difference(before: &Folded, after: &Folded) -> Result<Vec<u8>, ProfilingError> {
    if before.is_empty() || after.is_empty() {
        return Err(ProfilingError::EmptyProfile);
    }
    let failed = |source| ProfilingError::Flamegraph { source };
    let texts = [before, after].map(|folded| folded.lines().join("\n"));
    let comparison = differential::Options { normalize: true, strip_hex: false };
    let mut lines = Vec::new();
    differential::from_readers(comparison, texts[0].as_bytes(), texts[1].as_bytes(), &mut lines)
        .map_err(failed)?;
    let mut options = Options::default();
    options.title = "CPU profile: what has changed".to_owned();
    let mut svg = Vec::new();
    flamegraph::from_reader(&mut options, lines.as_slice(), &mut svg).map_err(failed)?;
    Ok(svg)
}

/// Draws a file of either format beside it.
pub(super) fn draw_file(path: &Path) -> Result<PathBuf, ProfilingError> {
    let svg_path = beside(path).ok_or_else(|| ProfilingError::UnknownFormat { path: path.to_owned() })?;
    let svg = draw(&read(path)?)?;
    output::replace(&svg_path, &svg)?;
    Ok(svg_path)
}

/// `cpu.pb.gz`, `cpu.folded` and `cpu` become `cpu.svg`; `None` for an SVG, which would be overwritten, and for no file name.
fn beside(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let stem = name.strip_suffix(".gz").unwrap_or(name);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let svg = format!("{stem}.svg");
    (svg != name).then(|| path.with_file_name(svg))
}

fn read(path: &Path) -> Result<Folded, ProfilingError> {
    let read_error = || ProfilingError::io("read", path);
    let mut content = Vec::new();
    let file = File::open(path).map_err(read_error())?;
    let whole = read_bounded(file, &mut content).map_err(read_error())?;
    let malformed =
        |problem: &str| ProfilingError::Malformed { path: path.to_owned(), problem: problem.to_owned() };
    let too_large = || malformed("it is larger than 256 MiB");
    if !whole {
        return Err(too_large());
    }
    if content.starts_with(&GZIP_MAGIC) {
        let mut message = Vec::new();
        match read_bounded(MultiGzDecoder::new(content.as_slice()), &mut message) {
            Ok(true) => pprof_reader::folded(&message).map_err(malformed),
            Ok(false) => Err(too_large()),
            Err(error) => Err(malformed(&error.to_string())),
        }
    } else {
        let unknown = || ProfilingError::UnknownFormat { path: path.to_owned() };
        let text =
            std::str::from_utf8(&content).ok().filter(|text| !text.contains('\0')).ok_or_else(unknown)?;
        if text.trim_start().starts_with(['[', '{', '<']) {
            return Err(unknown());
        }
        Folded::parse(text).map_err(|problem| malformed(&problem))
    }
}

/// Whether all of it fitted.
fn read_bounded(from: impl Read, into: &mut Vec<u8>) -> io::Result<bool> {
    let read = from.take(MAX_INPUT + 1).read_to_end(into)?;
    Ok(read as u64 <= MAX_INPUT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_is_named_after_the_profile() {
        let named = |name: &str| beside(Path::new(name)).map(|path| path.to_string_lossy().into_owned());
        assert_eq!(named("p/cpu.pb.gz").as_deref(), Some("p/cpu.svg"));
        assert_eq!(named("cpu.folded").as_deref(), Some("cpu.svg"));
        assert_eq!(named("stacks").as_deref(), Some("stacks.svg"));
        assert_eq!(named("p/cpu.svg"), None);
        assert_eq!(named(".."), None);
    }

    #[test]
    fn names_are_escaped() {
        let mut folded = Folded::default();
        folded.add(&["a<b>&\"c"], ["<T as X>::y"].into_iter(), 1);
        let svg = String::from_utf8(draw(&folded).expect("a picture")).expect("utf-8");
        assert!(svg.contains("&lt;T as X&gt;::y"), "{svg}");
        assert!(!svg.contains("<b>"), "{svg}");
    }

    #[test]
    fn no_stacks_are_an_error_rather_than_an_empty_picture() {
        assert!(matches!(draw(&Folded::default()), Err(ProfilingError::EmptyProfile)));
    }
}
