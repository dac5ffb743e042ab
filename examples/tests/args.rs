//! The command line: what is accepted, and that every refusal names flag, value and remedy.

use feagi_observability_examples::args::{Args, Command, parse};
use std::path::PathBuf;

fn run(line: &str) -> Args {
    match parse(line.split_whitespace()) {
        Ok(Command::Run(args)) => args,
        other => panic!("`{line}` gave {other:?}"),
    }
}

fn refusal(line: &str) -> String {
    parse(line.split_whitespace()).expect_err(line).to_string()
}

#[test]
fn nothing_given_means_the_defaults() {
    assert_eq!(run(""), Args::default());
    let Args { neurons, bursts, hz, out, .. } = run("");
    assert_eq!((neurons, bursts, hz, out), (10_000, 300, 30.0, PathBuf::from("./feagi-observability-out")));
}

#[test]
fn every_flag_reaches_its_field_in_both_spellings() {
    let expected = Args {
        neurons: 500,
        bursts: 7,
        hz: 12.5,
        phases: true,
        out: "here".into(),
        otlp: Some("https://collector.example:4318/v1/traces".into()),
        serve: Some("[::1]:0".into()),
        config: Some("some.toml".into()),
    };
    let spaced = "--phases --neurons 500 --bursts 7 --hz 12.5 --out here --serve [::1]:0 --config some.toml \
                  --otlp https://collector.example:4318/v1/traces";
    assert_eq!(run(spaced), expected);
    let attached = "--neurons=500 --bursts=7 --hz=12.5 --out=here --serve=[::1]:0 --config=some.toml \
                    --otlp=https://collector.example:4318/v1/traces --phases";
    assert_eq!(run(attached), expected);
}

#[test]
fn the_ends_of_each_range_belong_to_it() {
    assert_eq!(run("--neurons 1").neurons, 1);
    assert_eq!(run("--neurons 5_000_000").neurons, 5_000_000);
    assert_eq!(run("--bursts 1").bursts, 1);
    assert_eq!(run("--bursts 100000000").bursts, 100_000_000);
    assert_eq!(run("--hz 10000").hz, 10_000.0);
    assert_eq!(run("--hz 0.001").hz, 0.001);
    assert!(run("--hz -0").hz.is_sign_positive());
}

#[test]
fn help_wins_over_what_is_wrong_after_it() {
    for line in ["--help", "-h", "--bursts 3 --help", "--help --nonsense"] {
        assert_eq!(parse(line.split_whitespace()), Ok(Command::Help), "{line}");
    }
}

#[test]
fn every_refusal_names_flag_value_and_remedy() {
    let whole = "give a whole number from 1 to";
    for (line, told, remedy) in [
        ("--neurons 0", "`--neurons 0`: out of range", whole),
        ("--neurons 5000001", "`--neurons 5000001`: out of range", whole),
        ("--neurons 99999999999999999999", "`--neurons 99999999999999999999`: out of range", whole),
        ("--neurons -1", "`--neurons -1`: not a whole number", whole),
        ("--neurons +1", "`--neurons +1`: not a whole number", whole),
        ("--neurons 1e3", "`--neurons 1e3`: not a whole number", whole),
        ("--neurons _", "`--neurons _`: not a whole number", whole),
        ("--bursts 0", "`--bursts 0`: out of range", whole),
        ("--hz fast", "`--hz fast`: not a number", "give 0 (as fast as it goes) or"),
        ("--hz -1", "`--hz -1`: out of range", "give 0 (as fast as it goes) or"),
        ("--hz NaN", "`--hz NaN`: out of range", "give 0 (as fast as it goes) or"),
        ("--hz inf", "`--hz inf`: out of range", "give 0 (as fast as it goes) or"),
        ("--otlp localhost:4318", "`--otlp localhost:4318`: not a URL", "http://127.0.0.1:4318"),
        ("--otlp ftp://host", "`--otlp ftp://host`: neither http nor https", "http://127.0.0.1:4318"),
        ("--otlp http://", "`--otlp http://`: names no host", "http://127.0.0.1:4318"),
        ("--otlp http://:4318", "`--otlp http://:4318`: names no host", "http://127.0.0.1:4318"),
        ("--serve 9464", "`--serve 9464`: names no port", "127.0.0.1:9464"),
        ("--serve :9464", "`--serve :9464`: names no host", "127.0.0.1:9464"),
        ("--serve localhost:99999", "`--serve localhost:99999`: port is not", "127.0.0.1:9464"),
        ("--out", "`--out`: has no value", "write `--out "),
        ("--out=", "`--out`: has no value", "write `--out "),
        ("--out --hz 3", "`--out`: has no value", "write `--out "),
        ("--hz 3 --hz 3", "`--hz`: given twice", "give it once"),
        ("--help=yes", "`--help`: takes no value", "write `--help`"),
        ("--phases=yes", "`--phases`: takes no value", "write `--phases`"),
        ("--phases --phases", "`--phases`: given twice", "give it once"),
        ("neurons", "`neurons`: no such flag", "did you mean `--neurons`?"),
        ("--burts 3", "`--burts`: no such flag", "did you mean `--bursts`?"),
        ("--xyz", "`--xyz`: no such flag", "`--help` lists the flags"),
    ] {
        let told_really = refusal(line);
        assert!(told_really.starts_with(told), "`{line}` was answered with: {told_really}");
        assert!(told_really.contains(remedy), "`{line}` was answered without a remedy: {told_really}");
    }
}

#[cfg(unix)]
#[test]
fn a_path_that_is_not_utf_8_arrives_unharmed_and_a_number_that_is_not_is_refused() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;
    let odd = OsString::from_vec(b"out-\xff".to_vec());
    let Ok(Command::Run(args)) = parse([OsString::from("--out"), odd.clone()]) else {
        panic!("the folder was refused")
    };
    assert_eq!(args.out.as_os_str(), odd);
    let refused = parse([OsString::from("--hz"), odd.clone()]).expect_err("not a number");
    assert!(refused.to_string().contains("not UTF-8"), "{refused}");
    let attached = OsString::from_vec(b"--out=out-\xff".to_vec());
    let refused = parse([attached]).expect_err("the lossy text names another folder");
    assert!(refused.to_string().contains("put a space"), "{refused}");
}
