//! Flamegraphs of files: what is drawn, and what is refused.

#![cfg(unix)]

mod profiling_support;

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use feagi_observability::{FlamegraphGenerator, ProfilingError};
use flate2::{Compression, write::GzEncoder};
use profiling_support::{Folder, well_formed_svg};

fn generate(folder: &Folder, name: &str, content: &[u8]) -> Result<PathBuf, ProfilingError> {
    let path = folder.join(name);
    fs::write(&path, content).expect("written");
    FlamegraphGenerator.generate(&path)
}

#[test]
fn folded_text_is_drawn_beside_its_file_with_names_escaped() {
    let folder = Folder::new("svg-folded");
    let svg =
        generate(&folder, "run.folded", b"main;app::burst;<Vec<u8> as Hash>::hash 30\nmain;app::idle 12\n");
    let svg = svg.expect("drawn");
    assert_eq!(svg, folder.join("run.svg"));
    let text = well_formed_svg(&svg);
    assert!(text.contains("app::burst") && text.contains("&lt;Vec&lt;u8&gt; as Hash&gt;::hash"));
    assert!(text.contains("42"), "the root shows all samples");
}

#[test]
fn an_empty_file_and_stacks_without_weight_are_an_empty_profile() {
    let folder = Folder::new("svg-empty");
    for content in ["", "\n\n", "# only a note\n", "main;idle 0\n"] {
        let refused = generate(&folder, "empty.folded", content.as_bytes());
        assert!(matches!(refused, Err(ProfilingError::EmptyProfile)), "{content:?}: {refused:?}");
    }
    assert!(!folder.join("empty.svg").exists());
}

#[test]
fn other_formats_are_refused_by_name() {
    let folder = Folder::new("svg-unknown");
    for (name, content) in
        [("trace.json", "[{\"ph\":\"X\"}]"), ("old.svg", "main 1"), ("binary", "\0\u{1}\u{2}")]
    {
        let refused = generate(&folder, name, content.as_bytes());
        assert!(matches!(refused, Err(ProfilingError::UnknownFormat { .. })), "{name}: {refused:?}");
        assert!(refused.expect_err("refused").to_string().contains(name));
    }
}

#[test]
fn damaged_files_are_refused_with_the_reason() {
    let folder = Folder::new("svg-damaged");
    let gzipped = |content: &[u8]| {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(content).expect("into memory");
        gzip.finish().expect("into memory")
    };
    let cut = &gzipped(b"\x12\x00")[..8];
    // A sample that names a location which is not there.
    let dangling = gzipped(b"\x12\x06\x0a\x01\x07\x12\x01\x01");
    for (content, reason) in [
        (b"main;burst many\n".as_slice(), "line 1"),
        (cut, ""),
        (&gzipped(b"\x12\x7f"), "longer than the file"),
        (&dangling, "a location is missing"),
    ] {
        let refused = generate(&folder, "x.pb.gz", content);
        assert!(matches!(refused, Err(ProfilingError::Malformed { .. })), "{reason}: {refused:?}");
        let text = refused.expect_err("refused").to_string();
        assert!(text.contains("x.pb.gz") && text.contains(reason), "{text}");
    }
}

#[test]
fn a_missing_file_is_named_and_the_systems_answer_kept() {
    let folder = Folder::new("svg-missing");
    let error = FlamegraphGenerator.generate(&folder.join("none.folded")).expect_err("refused");
    assert!(error.to_string().contains("none.folded"));
    let source = std::error::Error::source(&error).expect("a source").downcast_ref::<std::io::Error>();
    assert_eq!(source.map(std::io::Error::kind), Some(std::io::ErrorKind::NotFound));
}
