//! Baggage: what a caller says about a request and wants said wherever the request goes, as W3C Baggage defines it
//! (<https://www.w3.org/TR/baggage/>): keys, values, and properties that belong to a value.
//!
//! Texts here are as the program means them; what a header makes of them (percent-encoding) is the header's business.

/// Members that a baggage has at most; the specification asks for 64, earlier drafts of it for 180.
const MAX_MEMBERS: usize = 180;
/// Bytes of all members together, as the specification asks for.
const MAX_BYTES: usize = 8192;

/// Keys and values that travel with a request: to the threads and tasks it goes to, and, in a header, to other processes.
///
/// It is the caller's, and may have come from outside: read it as what somebody has said, not as what is true, and put no secrets
/// into it. It holds at most 180 members of 8,192 bytes in all; what does not fit is refused, and the rest stays as it is.
///
/// ```
/// use feagi_observability::{Baggage, CapturedContext, current_baggage};
///
/// let mut baggage = Baggage::new();
/// assert!(baggage.insert("tenant", "lab 7"));
/// assert!(!baggage.insert("not a key", "spaces are not allowed there"));
///
/// let context = CapturedContext::capture().with_baggage(baggage);
/// context.run(|| assert_eq!(current_baggage().unwrap().get("tenant"), Some("lab 7")));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baggage {
    members: Vec<Member>,
}

/// One key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Member {
    key: String,
    value: String,
    /// The properties as they stand behind the value, separated by `;`; empty where there are none.
    metadata: String,
}

impl Baggage {
    /// One without members.
    pub const fn new() -> Self {
        Baggage { members: Vec::new() }
    }

    /// Says `value` under `key`, in place of what was said there; whether it was taken.
    ///
    /// A key is a token of HTTP (RFC 9110, section 5.6.2): letters, digits and some signs. A value may be any text.
    pub fn insert(&mut self, key: &str, value: &str) -> bool {
        self.insert_with_metadata(key, value, "")
    }

    /// The same with the properties of the value, `key` or `key=value`, separated by `;`: visible ASCII without commas.
    ///
    /// ```
    /// let mut baggage = feagi_observability::Baggage::new();
    /// assert!(baggage.insert_with_metadata("tenant", "lab7", "ttl=60;internal"));
    /// assert_eq!(baggage.iter().next(), Some(("tenant", "lab7", "ttl=60;internal")));
    /// ```
    pub fn insert_with_metadata(&mut self, key: &str, value: &str, metadata: &str) -> bool {
        let member = Member { key: key.to_owned(), value: value.to_owned(), metadata: metadata.to_owned() };
        let old = self.members.iter().position(|member| member.key == key);
        let others = self.members.iter().enumerate().filter(|(index, _)| Some(*index) != old);
        let bytes: usize = others.map(|(_, member)| member.bytes()).sum();
        if !is_token(key) || !is_metadata(metadata) || bytes + member.bytes() > MAX_BYTES + 1 {
            return false;
        }
        if let Some(place) = old.and_then(|index| self.members.get_mut(index)) {
            *place = member;
            return true;
        }
        let has_room = self.members.len() < MAX_MEMBERS;
        if has_room {
            self.members.push(member);
        }
        has_room
    }

    /// What is said under `key`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.members.iter().find(|member| member.key == key).map(|member| member.value.as_str())
    }

    /// Says nothing under `key` any more; whether anything was.
    ///
    /// ```
    /// let mut baggage = feagi_observability::Baggage::new();
    /// baggage.insert("tenant", "lab7");
    /// assert!(baggage.remove("tenant") && baggage.is_empty());
    /// ```
    pub fn remove(&mut self, key: &str) -> bool {
        let before = self.members.len();
        self.members.retain(|member| member.key != key);
        self.members.len() < before
    }

    /// Key, value and properties of each member, in the order in which the keys came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.members
            .iter()
            .map(|member| (member.key.as_str(), member.value.as_str(), member.metadata.as_str()))
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

impl Member {
    /// What it takes, with the signs between its parts and the comma behind it.
    fn bytes(&self) -> usize {
        let metadata = if self.metadata.is_empty() { 0 } else { 1 + self.metadata.len() };
        self.key.len() + 1 + self.value.len() + metadata + 1
    }
}

fn is_token(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
}

fn is_metadata(text: &str) -> bool {
    text.bytes().all(|b| (b.is_ascii_graphic() || b == b' ') && b != b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_a_later_value_takes_the_place_of_an_earlier_one() {
        let mut baggage = Baggage::new();
        assert!(baggage.insert("a", "1") && baggage.insert("b", "2") && baggage.insert("a", "ä, 3"));
        let members: Vec<_> = baggage.iter().collect();
        assert_eq!(members, [("a", "ä, 3", ""), ("b", "2", "")]);
        assert_eq!((baggage.len(), baggage.get("a"), baggage.get("c")), (2, Some("ä, 3"), None));
    }

    #[test]
    fn what_no_header_could_carry_is_refused() {
        let mut baggage = Baggage::new();
        for key in ["", "a b", "a=b", "a,b", "ä", "a\n"] {
            assert!(!baggage.insert(key, "value"), "{key:?}");
        }
        for metadata in ["a,b", "a\r\nb", "ä"] {
            assert!(!baggage.insert_with_metadata("key", "value", metadata), "{metadata:?}");
        }
        assert!(baggage.is_empty());
    }

    #[test]
    fn what_does_not_fit_is_refused_and_the_rest_stays() {
        let mut baggage = Baggage::new();
        assert!(!baggage.insert("large", &"x".repeat(MAX_BYTES)));
        assert!(baggage.insert("large", &"x".repeat(MAX_BYTES - 8)));
        assert!(!baggage.insert("small", ""));
        assert!(baggage.insert("large", ""), "the new value counts in place of the old one");
        let taken = (0..MAX_MEMBERS).filter(|n| baggage.insert(&format!("key{n}"), "")).count();
        assert_eq!((taken, baggage.len()), (MAX_MEMBERS - 1, MAX_MEMBERS));
    }
}
