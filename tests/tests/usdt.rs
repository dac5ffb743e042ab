//! Static probes are in a program that was built with the feature `usdt`, and in no other.

use feagi_observability_tests::counterpart::{ask, has};
use std::process::Command;

#[test]
fn a_program_says_where_its_probes_are_if_it_has_any() {
    if !has("readelf", &["--version"], 1) {
        return;
    }
    let said = ask(Command::new("readelf").arg("-n").arg(env!("CARGO_BIN_EXE_emit")));
    assert!(said.code == Some(0) && said.out.contains("NT_GNU_BUILD_ID"), "{said:?}");
    let probes: Vec<&str> = said.out.split("Provider: feagi_observability\n").skip(1).collect();
    if !cfg!(feature = "usdt") {
        assert!(probes.is_empty(), "{probes:?}");
        return;
    }
    for (name, arguments) in [("enter", 5), ("exit", 6)] {
        let found: Vec<_> =
            probes.iter().filter(|probe| probe.contains(&format!("Name: {name}\n"))).collect();
        assert!(!found.is_empty(), "no probe `{name}`: {probes:?}");
        for probe in found {
            let given = probe.lines().find_map(|line| line.trim().strip_prefix("Arguments: "));
            assert_eq!(given.unwrap_or_default().split_whitespace().count(), arguments, "{probe}");
            assert!(
                probe.contains("Semaphore: 0x") && !probe.contains("Semaphore: 0x0000000000000000"),
                "{probe}"
            );
        }
    }
}
