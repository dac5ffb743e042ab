//! The one shape of "you asked for something that cannot be done".

use std::fmt;

/// A refused request, told so that the reader can correct it: which flag, which value, what to write instead.
///
/// ```
/// use feagi_observability_examples::usage_error::UsageError;
/// let refused = UsageError::new("--neurons", "0", "out of range", "give a number from 1 to 5000000");
/// assert_eq!(refused.to_string(), "`--neurons 0`: out of range; give a number from 1 to 5000000");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageError {
    flag: String,
    value: Option<String>,
    problem: String,
    remedy: String,
}

impl UsageError {
    /// A flag whose value is refused.
    #[must_use]
    pub fn new(flag: &str, value: impl fmt::Display, problem: impl fmt::Display, remedy: &str) -> Self {
        UsageError {
            flag: flag.to_owned(),
            value: Some(value.to_string()),
            problem: problem.to_string(),
            remedy: remedy.to_owned(),
        }
    }

    /// A flag that is refused as it stands: unknown, given twice, or without a value.
    #[must_use]
    pub fn without_value(flag: &str, problem: impl fmt::Display, remedy: &str) -> Self {
        UsageError { value: None, ..UsageError::new(flag, "", problem, remedy) }
    }

    /// The flag that is refused.
    #[must_use]
    pub fn flag(&self) -> &str {
        &self.flag
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "`{} {value}`: {}; {}", self.flag, self.problem, self.remedy),
            None => write!(f, "`{}`: {}; {}", self.flag, self.problem, self.remedy),
        }
    }
}

impl std::error::Error for UsageError {}
