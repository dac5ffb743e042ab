//! How a call ended, and how that is read from its value.

/// How an observed call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Outcome {
    /// It returned, and not with an error.
    Ok = 0,
    /// It returned an error.
    Error = 1,
    /// It unwound.
    Panic = 2,
    /// Its future was dropped before it finished.
    Cancelled = 3,
}

impl Outcome {
    /// All outcomes in the order of their codes.
    pub const ALL: [Outcome; 4] = [Outcome::Ok, Outcome::Error, Outcome::Panic, Outcome::Cancelled];

    /// The word that stands for it on every signal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Error => "error",
            Outcome::Panic => "panic",
            Outcome::Cancelled => "cancelled",
        }
    }

    /// Whether it is one that nobody wants.
    pub(crate) const fn is_failure(self) -> bool {
        matches!(self, Outcome::Error | Outcome::Panic)
    }
}
