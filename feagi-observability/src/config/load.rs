//! Configuration from a TOML file.

use super::ObservabilityConfig;
use crate::error::ObservabilityError;
use std::path::Path;

impl ObservabilityConfig {
    /// Reads a TOML file; what it leaves out keeps its default, a key that does not exist is an error.
    ///
    /// # Errors
    /// [`ObservabilityError::Config`] names the file, and the line and key where there is one.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ObservabilityError> {
        let path = path.as_ref();
        let failed = |why: String| ObservabilityError::Config(format!("`{}`: {why}", path.display()));
        let text =
            std::fs::read_to_string(path).map_err(|e| failed(format!("{e}; name a readable TOML file")))?;
        toml::from_str(&text).map_err(|e| {
            let line = e.span().map(|span| 1 + text.get(..span.start).unwrap_or("").matches('\n').count());
            let at = line.map_or_else(String::new, |line| format!("line {line}: "));
            failed(format!("{at}{}", e.message().replace('\n', "; ")))
        })
    }
}
