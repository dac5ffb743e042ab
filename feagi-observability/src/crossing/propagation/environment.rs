//! Contexts in the environment of processes: `TRACEPARENT`, `TRACESTATE` and `BAGGAGE`, as OpenTelemetry's specification names them
//! ("Environment Variables as Context Propagation Carriers").

use super::{BAGGAGE, TRACEPARENT, TRACESTATE, extract};
use crate::context::propagation::HeaderSink;
use crate::crossing::CapturedContext;
use std::process::Command;

/// The names of a variable in the environment and of a header.
const NAMES: [(&str, &str); 3] =
    [("TRACEPARENT", TRACEPARENT), ("TRACESTATE", TRACESTATE), ("BAGGAGE", BAGGAGE)];

/// Hands a context on to a child process.
///
/// The child takes it up with [`extract_from_environment`], or, in other languages, with whatever OpenTelemetry has there.
///
/// ```
/// use feagi_observability::propagation::PropagateContext;
/// use feagi_observability::observe;
/// use std::process::{Command, Output};
///
/// #[observe]
/// fn train(genome: &str) -> std::io::Result<Output> {
///     Command::new("echo").arg(genome).propagate_context().output()
/// }
/// # #[cfg(unix)]
/// assert!(train("barebones").unwrap().status.success());
/// ```
pub trait PropagateContext {
    /// Puts the context that the calling thread is in into the child's environment. In no context, the child has the variables that this
    /// process was started with.
    ///
    /// `tokio::process::Command` has it through its `as_std_mut()`.
    fn propagate_context(&mut self) -> &mut Self;
}

impl PropagateContext for Command {
    fn propagate_context(&mut self) -> &mut Self {
        super::inject(&mut ChildEnvironment(self));
        self
    }
}

struct ChildEnvironment<'a>(&'a mut Command);

impl HeaderSink for ChildEnvironment<'_> {
    fn set(&mut self, name: &'static str, value: String) {
        if let Some((variable, _)) = NAMES.iter().find(|(_, header)| *header == name) {
            self.0.env(variable, value);
        }
    }

    fn unset(&mut self, name: &'static str) {
        if let Some((variable, _)) = NAMES.iter().find(|(_, header)| *header == name) {
            self.0.env_remove(variable);
        }
    }
}

/// The context that this process was started in; none where its parent has not said so, or not as it should.
///
/// Nobody asks for it but you. A tool that does one thing for whoever started it attaches it in `main`, and everything it does stands in
/// that trace. A server that somebody has started from a shell with such a variable does many things for many, which each have
/// a trace of their own, and leaves it. So `init_observability` does not take it up.
///
/// ```
/// use feagi_observability::propagation::extract_from_environment;
///
/// fn main() {
///     let _guard = extract_from_environment().attach();
///     // … the program …
/// }
/// ```
pub fn extract_from_environment() -> CapturedContext {
    let read = |(variable, header): (&str, &str)| {
        let value = std::env::var_os(variable).filter(|value| !value.is_empty())?;
        // What is no text is no header either: refused by its replacement characters.
        Some((header.to_owned(), value.to_string_lossy().into_owned()))
    };
    let headers: Vec<(String, String)> = NAMES.into_iter().filter_map(read).collect();
    extract(&headers)
}
