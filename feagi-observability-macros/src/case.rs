//! Identifiers in other cases: `InFlight` as `in_flight`, `in-flight`, `IN_FLIGHT` and so on.

/// How the words of a name are joined.
#[derive(Clone, Copy)]
pub(crate) enum Case {
    Kebab,
    Snake,
    ScreamingSnake,
    Lower,
    Upper,
    Camel,
    Pascal,
}

/// Every case by the name that shows it, as serde has them.
const NAMED: [(&str, Case); 7] = [
    ("kebab-case", Case::Kebab),
    ("snake_case", Case::Snake),
    ("SCREAMING_SNAKE_CASE", Case::ScreamingSnake),
    ("lowercase", Case::Lower),
    ("UPPERCASE", Case::Upper),
    ("camelCase", Case::Camel),
    ("PascalCase", Case::Pascal),
];

impl Case {
    pub(crate) fn by_name(name: &str) -> Option<Case> {
        NAMED.iter().find(|(known, _)| *known == name).map(|(_, case)| *case)
    }

    /// The names of all cases.
    pub(crate) fn names() -> [&'static str; 7] {
        NAMED.map(|(name, _)| name)
    }

    /// The identifier in this case.
    pub(crate) fn apply(self, identifier: &str) -> String {
        let words = words(identifier);
        match self {
            Case::Kebab => words.join("-").to_lowercase(),
            Case::Snake => words.join("_").to_lowercase(),
            Case::ScreamingSnake => words.join("_").to_uppercase(),
            Case::Lower => words.concat().to_lowercase(),
            Case::Upper => words.concat().to_uppercase(),
            Case::Pascal => words.iter().map(|word| capitalised(word)).collect(),
            Case::Camel => {
                let mut words = words.iter();
                let first = words.next().map(|word| word.to_lowercase()).unwrap_or_default();
                first + &words.map(|word| capitalised(word)).collect::<String>()
            }
        }
    }
}

/// A word begins at a capital that follows a small letter or a digit, at the last capital of several (`HTTPServer`), and after
/// an underscore.
fn words(identifier: &str) -> Vec<String> {
    let chars: Vec<char> = identifier.chars().collect();
    let mut words = vec![String::new()];
    for (at, c) in chars.iter().copied().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        let after = chars.get(at + 1);
        let begins = c.is_uppercase()
            && before.is_some_and(|before| {
                !before.is_uppercase() || after.is_some_and(|after| after.is_lowercase())
            });
        if begins || c == '_' {
            words.push(String::new());
        }
        if c != '_'
            && let Some(word) = words.last_mut()
        {
            word.push(c);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + &chars.as_str().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_has_the_shape_of_its_name() {
        for (name, case) in NAMED {
            let shown = match name {
                "lowercase" => "httpserver2go",
                "UPPERCASE" => "HTTPSERVER2GO",
                "kebab-case" => "http-server2-go",
                "snake_case" => "http_server2_go",
                "SCREAMING_SNAKE_CASE" => "HTTP_SERVER2_GO",
                "camelCase" => "httpServer2Go",
                _ => "HttpServer2Go",
            };
            assert_eq!(case.apply("HTTPServer2Go"), shown, "{name}");
            assert!(Case::by_name(name).is_some());
        }
        assert!(Case::by_name("Snake_Case").is_none());
    }

    #[test]
    fn words_are_found_in_any_spelling() {
        for (identifier, snake) in [
            ("Inject", "inject"),
            ("InFlight", "in_flight"),
            ("IOError", "io_error"),
            ("IO", "io"),
            ("X", "x"),
            ("Utf8", "utf8"),
            ("already_snake", "already_snake"),
            ("UPPER_CASE", "upper_case"),
            ("_Hidden_", "hidden"),
            ("ÜberTräge", "über_träge"),
        ] {
            assert_eq!(Case::Snake.apply(identifier), snake, "{identifier}");
        }
    }
}
