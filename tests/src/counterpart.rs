//! Finding the real programs that read our output, and what to do where one is missing.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// Set to `required`, a missing counterpart fails its test; else the test says that it was skipped.
pub const SWITCH: &str = "FEAGI_OBSERVABILITY_COUNTERPARTS";
/// The interpreter that has the Python counterparts; else `python3` is tried.
pub const PYTHON: &str = "COUNTERPART_PYTHON";

/// What a program has said.
#[derive(Debug)]
pub struct Said {
    /// Its exit code, unless a signal ended it.
    pub code: Option<i32>,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

/// Whether `program` can be run with these arguments; if not, `checks` checks are skipped.
pub fn has(program: &str, arguments: &[&str], checks: usize) -> bool {
    match Command::new(program).args(arguments).stdin(Stdio::null()).output() {
        Ok(ran) if ran.status.success() => true,
        Ok(ran) => skip(&format!("`{program} {}` ended with {}", arguments.join(" "), ran.status), checks),
        Err(error) => skip(&format!("`{program}` cannot be run ({error})"), checks),
    }
}

/// A Python that has `module`; if there is none, `checks` checks are skipped.
pub fn python_with(module: &str, checks: usize) -> Option<OsString> {
    let python = std::env::var_os(PYTHON).unwrap_or_else(|| "python3".into());
    if find_module(&python, module).is_some() {
        return Some(python);
    }
    let python = python.display();
    skip(&format!("`{python}` has no module `{module}`; install it, or name another in {PYTHON}"), checks);
    None
}

/// Where `python` would load `module` from. It is not loaded: some do more than define things.
pub fn find_module(python: &OsString, module: &str) -> Option<PathBuf> {
    let find = format!(
        "import importlib.util, sys; s = importlib.util.find_spec({module:?}); print(s.origin) if s else sys.exit(1)"
    );
    let found = Command::new(python).args(["-c", &find]).output().ok()?;
    let path = String::from_utf8(found.stdout).ok()?;
    found.status.success().then(|| PathBuf::from(path.trim_end()))
}

/// Runs a counterpart to its end.
///
/// # Panics
/// If it cannot be run: it was found before.
pub fn ask(command: &mut Command) -> Said {
    let Output { status, stdout, stderr } =
        command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes| String::from_utf8(bytes).expect("counterparts speak UTF-8");
    Said { code: status.code(), out: text(stdout), err: text(stderr) }
}

/// Says which checks are not made; fails where that is not allowed. Always false.
///
/// # Panics
/// If counterparts are required.
pub fn skip(reason: &str, checks: usize) -> bool {
    let required = std::env::var_os(SWITCH).is_some_and(|value| value == "required");
    assert!(!required, "{reason}; {checks} checks not made, but {SWITCH} is `required`");
    // Not `eprintln!`, which the test harness keeps to itself when the test passes.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {reason} ({checks} checks not made)");
    false
}
