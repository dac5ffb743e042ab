//! A tiny fleet, by each protocol: every span is received or counted.
//!
//! Built like `feagi_burst.rs`: with the whole package, or after `--example fleet`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// `<target>/<profile>/examples/fleet`, next to the folder that this test runs from.
fn example() -> PathBuf {
    let test = std::env::current_exe().expect("a running test has a path");
    let profile = test.parent().and_then(Path::parent).expect("tests live in <profile>/deps");
    profile.join("examples").join(format!("fleet{}", std::env::consts::EXE_SUFFIX))
}

fn fleet(arguments: &[&str]) -> Output {
    Command::new(example()).args(arguments).output().expect("the example starts")
}

#[test]
fn what_a_fleet_sends_is_received_or_counted_over_each_protocol() {
    for (protocol, packing) in [("http/protobuf", &[][..]), ("http/json", &["--gzip"]), ("grpc", &["--gzip"])]
    {
        let size = ["--processes", "20", "--spans", "10", "--seconds", "1", "--senders", "2"];
        let ran = fleet(&[&size[..], &["--protocol", protocol], packing].concat());
        let told = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success(), "{told}{}", String::from_utf8_lossy(&ran.stderr));
        assert!(told.contains("200 made = 200 exported + 0 dropped"), "{told}");
        assert!(told.contains("received: 200 in "), "{told}");
    }
}

#[test]
fn what_cannot_be_asked_for_is_refused_with_a_remedy() {
    for arguments in [
        ["--processes", "0"],
        ["--seconds", "61"],
        ["--protocol", "udp"],
        ["--nodes", "3"],
        ["--senders", "1001"],
    ] {
        let ran = fleet(&arguments);
        assert_eq!(ran.status.code(), Some(2), "{arguments:?}");
        let told = String::from_utf8_lossy(&ran.stderr);
        assert!(told.starts_with("fleet: `--") && told.contains("; "), "{told}");
    }
}
