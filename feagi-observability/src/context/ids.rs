//! Trace and span ids, as W3C trace context and OTLP define them: 16 and 8 bytes, never all zero, lower-case hex.

use std::fmt;

/// The id that one request, burst or other unit of work has in every signal: 16 bytes, not all zero when valid.
///
/// ```
/// use feagi_observability::TraceId;
/// let id = TraceId::from_hex("4bf92f3577b34da6a3ce929d0e0e4736").unwrap();
/// assert_eq!(id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(C)]
pub struct TraceId {
    pub(crate) high: u64,
    pub(crate) low: u64,
}

/// The id of one span within its trace: 8 bytes, not all zero when valid.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(transparent)]
pub struct SpanId(pub(crate) u64);

impl TraceId {
    /// The invalid id: no trace.
    pub const NONE: TraceId = TraceId { high: 0, low: 0 };

    /// Reads 32 hex digits; `None` for anything else and for the invalid id.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 32 || !text.is_ascii() {
            return None;
        }
        let (high, low) = text.split_at(16);
        let id = TraceId { high: hex_u64(high)?, low: hex_u64(low)? };
        id.is_valid().then_some(id)
    }

    /// An id from its 16 bytes in network order; zeros are the invalid one.
    ///
    /// ```
    /// use feagi_observability::TraceId;
    ///
    /// let id = TraceId::from_hex("4bf92f3577b34da6a3ce929d0e0e4736").unwrap();
    /// assert_eq!(TraceId::from_bytes(id.to_bytes()), id);
    /// ```
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        let both = u128::from_be_bytes(bytes);
        TraceId { high: (both >> 64) as u64, low: both as u64 }
    }

    /// Whether this names a trace (is not all zero).
    pub const fn is_valid(self) -> bool {
        self.high != 0 || self.low != 0
    }

    /// The 16 bytes in network order, as OTLP carries them.
    pub const fn to_bytes(self) -> [u8; 16] {
        ((self.high as u128) << 64 | self.low as u128).to_be_bytes()
    }
}

impl SpanId {
    /// The invalid id: no span.
    pub const NONE: SpanId = SpanId(0);

    /// Reads 16 hex digits; `None` for anything else and for the invalid id.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 16 {
            return None;
        }
        hex_u64(text).filter(|id| *id != 0).map(SpanId)
    }

    /// An id from its 8 bytes in network order; zeros are the invalid one.
    ///
    /// ```
    /// use feagi_observability::SpanId;
    ///
    /// let id = SpanId::from_hex("00f067aa0ba902b7").unwrap();
    /// assert_eq!(SpanId::from_bytes(id.to_bytes()), id);
    /// ```
    pub const fn from_bytes(bytes: [u8; 8]) -> Self {
        SpanId(u64::from_be_bytes(bytes))
    }

    /// Whether this names a span (is not zero).
    pub const fn is_valid(self) -> bool {
        self.0 != 0
    }

    /// The 8 bytes in network order, as OTLP carries them.
    pub const fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }
}

/// `from_str_radix` takes a sign, ids do not.
fn hex_u64(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u64::from_str_radix(text, 16).ok()).flatten()
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.high, self.low)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceId({self})")
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpanId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trips_and_refuses_signs_zero_and_other_lengths() {
        let id = TraceId::from_hex("00000000000000010000000000000002").unwrap();
        assert_eq!(id.to_string(), "00000000000000010000000000000002");
        assert_eq!(id.to_bytes()[7], 1);
        assert_eq!(TraceId::from_hex(&"0".repeat(32)), None);
        assert_eq!(TraceId::from_hex("+0000000000000010000000000000002"), None);
        assert_eq!(TraceId::from_hex("4bf9"), None);
        assert_eq!(TraceId::from_hex("é000000000000001000000000000002"), None);
        assert_eq!(SpanId::from_hex("00000000000000ff").unwrap().to_bytes()[7], 255);
        assert_eq!(SpanId::from_hex("0000000000000000"), None);
    }
}
