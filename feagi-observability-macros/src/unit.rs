//! Units of metrics: the base units that Prometheus names, and the words that people write for their multiples.
//!
//! Source: prometheus.io, "Metric and label naming", section "Base units".

use crate::errors::Errors;
use crate::names::{listed, nearest};
use syn::LitStr;

/// Every unit that a name can end in.
const BASE: [&str; 11] = [
    "seconds", "bytes", "ratio", "celsius", "meters", "grams", "volts", "amperes", "watts", "joules", "hertz",
];

/// Words for a multiple of a base unit, or for another measure of the same thing.
const OTHERS: [(&str, &str); 9] = [
    (
        "seconds",
        "second sec secs s ms millis milliseconds us micros microseconds ns nanos nanoseconds minutes hours days",
    ),
    ("bytes", "byte b kb kib mb mib gb gib bits kilobytes kibibytes megabytes mebibytes gigabytes gibibytes"),
    ("ratio", "ratios percent percents percentage pct"),
    ("celsius", "fahrenheit kelvin"),
    ("meters", "meter metres centimeters millimeters kilometers"),
    ("grams", "gram milligrams kilograms kg"),
    ("volts", "volt millivolts mv"),
    ("watts", "watt milliwatts kilowatts"),
    ("hertz", "hz khz mhz ghz kilohertz megahertz"),
];

/// The base unit that `literal` names; anything else is an error that names the one to take.
pub(crate) fn read(literal: &LitStr, errors: &mut Errors) -> Option<&'static str> {
    let word = literal.value();
    if let Some(base) = base(&word) {
        return Some(base);
    }
    let message = match base_of_other(&word.to_ascii_lowercase()) {
        Some(base) => format!("`{word}` is no base unit; write `unit = \"{base}\"`, and give values in it"),
        None => {
            let meant =
                nearest(&word, &BASE).map_or(String::new(), |base| format!("write `unit = \"{base}\"`; "));
            format!("unknown unit `{word}`; {meant}the units are {}", listed(&BASE))
        }
    };
    errors.push(literal, message);
    None
}

/// The base unit that a name ends in.
pub(crate) fn of_name(name: &str) -> Option<&'static str> {
    base(name.rsplit_once('_')?.1)
}

/// A name without the unit that it ends in, base or not; `None` where it ends in none. Single letters are no units here: `plan_b`.
pub(crate) fn without_unit(name: &str) -> Option<&str> {
    let (stem, last) = name.rsplit_once('_')?;
    let is_unit = base(last).is_some() || (last.len() > 1 && base_of_other(last).is_some());
    is_unit.then_some(stem)
}

fn base(word: &str) -> Option<&'static str> {
    BASE.into_iter().find(|base| *base == word)
}

fn base_of_other(word: &str) -> Option<&'static str> {
    OTHERS.iter().find(|(_, words)| words.split(' ').any(|other| other == word)).map(|(base, _)| *base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_in_units_as_whole_words() {
        assert_eq!(of_name("wait_seconds"), Some("seconds"));
        assert_eq!((of_name("waitseconds"), of_name("wait_ms"), of_name("seconds")), (None, None, None));
        assert_eq!(without_unit("wait_ms"), Some("wait"));
        assert_eq!(without_unit("size_bytes"), Some("size"));
        assert_eq!((without_unit("plan_b"), without_unit("wait")), (None, None));
    }

    #[test]
    fn every_other_unit_leads_to_a_base_unit() {
        assert!(
            OTHERS
                .iter()
                .all(|(base, words)| BASE.contains(base) && !words.split(' ').any(|w| BASE.contains(&w)))
        );
    }
}
