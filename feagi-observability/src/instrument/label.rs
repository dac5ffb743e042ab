//! Metric labels that are bounded by their type: every value that one can have is known when compiling, so that a series is a
//! number and no lookup.

/// A type whose values can be a metric label, because there are few of them: `bool`, and field-less enums by
/// `#[derive(LabelValue)]`.
///
/// ```
/// use feagi_observability::LabelValue;
///
/// assert_eq!(bool::CARDINALITY, 2);
/// assert_eq!(bool::VALUES[true.index()], "true");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a metric label: it may have any number of values",
    label = "not bounded",
    note = "use a `bool` or an enum with `#[derive(LabelValue)]`, or record it as a field with `fields(…)`",
    note = "where it must be a label, `dynamic(label = …, cap = …)` bounds it at run time"
)]
pub trait LabelValue {
    /// The text of every value, in the order of [`index`](LabelValue::index).
    const VALUES: &'static [&'static str];

    /// How many values there are.
    const CARDINALITY: usize = Self::VALUES.len();

    /// Which of [`VALUES`](LabelValue::VALUES) this is; less than [`CARDINALITY`](LabelValue::CARDINALITY).
    fn index(&self) -> usize;
}

impl LabelValue for bool {
    const VALUES: &'static [&'static str] = &["false", "true"];

    #[inline]
    fn index(&self) -> usize {
        usize::from(*self)
    }
}

impl<T: LabelValue + ?Sized> LabelValue for &T {
    const VALUES: &'static [&'static str] = T::VALUES;

    #[inline]
    fn index(&self) -> usize {
        (**self).index()
    }
}

/// Several labels together, by `#[derive(Labels)]` on a struct whose fields are [`LabelValue`]s; `()` is no label at all.
///
/// A series is numbered as the digits of a number are: the last label counts up first.
///
/// ```
/// use feagi_observability::Labels;
///
/// #[derive(Labels)]
/// struct JobLabels {
///     urgent: bool,
///     retried: bool,
/// }
///
/// assert_eq!(JobLabels::KEYS, ["urgent", "retried"]);
/// assert_eq!(JobLabels::CARDINALITY, 4);
/// assert_eq!(JobLabels { urgent: true, retried: false }.index(), 2);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no set of metric labels",
    label = "not a type with `#[derive(Labels)]`",
    note = "write a struct with `#[derive(Labels)]` whose fields are the labels, such as `struct JobLabels {{ urgent: bool }}`"
)]
pub trait Labels {
    /// The names of the labels.
    const KEYS: &'static [&'static str];

    /// The values that each of them can have; as many as there are keys.
    const VALUES: &'static [&'static [&'static str]];

    /// How many series there are: the product of all cardinalities.
    const CARDINALITY: usize;

    /// Which series this is; less than [`CARDINALITY`](Labels::CARDINALITY).
    fn index(&self) -> usize;
}

impl Labels for () {
    const KEYS: &'static [&'static str] = &[];
    const VALUES: &'static [&'static [&'static str]] = &[];
    const CARDINALITY: usize = 1;

    #[inline]
    fn index(&self) -> usize {
        0
    }
}

/// More series of one metric than this are a mistake: each costs memory here and in every system that reads the page.
const MAX_SERIES: usize = 1000;

/// How many series there are of labels with these values.
///
/// # Panics
/// If there are more than 1000; when compiling, as it is called for constants alone.
#[track_caller]
#[must_use]
pub const fn count_series(values: &[&[&str]]) -> usize {
    let mut series: usize = 1;
    let mut rest = values;
    while let [label, after @ ..] = rest {
        series = series.saturating_mul(label.len());
        rest = after;
    }
    assert!(
        series <= MAX_SERIES,
        "these labels make more than 1000 series; take a label away, or one with fewer values"
    );
    series
}

/// The number of a series, from how many values each of its labels has and which of them it is. A number that is too large is no
/// series.
#[inline(always)]
pub fn number_series<const N: usize>(labels: [(usize, usize); N]) -> usize {
    labels.into_iter().fold(0, |series, (count, index)| series.wrapping_mul(count).wrapping_add(index))
}

/// The value of each label of a series for what has none of its own.
pub(crate) const OVERFLOW: &str = "_overflow";

/// Names and values of the labels of a series of so many, whose last one is for what has none of its own.
pub(crate) fn labels_of(
    series: usize,
    of: usize,
    keys: &[&'static str],
    values: &[&'static [&'static str]],
) -> Vec<(&'static str, &'static str)> {
    let is_overflow = !values.is_empty() && series + 1 == of;
    let values = values_of(series, values).map(|value| if is_overflow { OVERFLOW } else { value });
    keys.iter().copied().zip(values).collect()
}

/// One label of an event: all values that it can have, and which of them it has.
#[derive(Clone, Copy, Debug)]
pub struct LabelPart {
    pub(crate) values: &'static [&'static str],
    pub(crate) index: usize,
}

/// The label that this value is.
#[inline(always)]
pub fn label_part<L: LabelValue + ?Sized>(value: &L) -> LabelPart {
    LabelPart { values: L::VALUES, index: value.index() }
}

/// The value of each label of the series with that number.
pub(crate) fn values_of(
    series: usize,
    values: &[&'static [&'static str]],
) -> impl DoubleEndedIterator<Item = &'static str> {
    let mut rest = series;
    let mut found: Vec<&'static str> = Vec::with_capacity(values.len());
    for values in values.iter().rev() {
        let count = values.len().max(1);
        found.push(values.get(rest % count).copied().unwrap_or_default());
        rest /= count;
    }
    found.into_iter().rev()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_numbered_with_the_last_label_first() {
        let values: [&[&str]; 2] = [&["a", "b"], &["x", "y", "z"]];
        let all: Vec<String> =
            (0..6).map(|series| values_of(series, &values).collect::<Vec<_>>().concat()).collect();
        assert_eq!(all, ["ax", "ay", "az", "bx", "by", "bz"]);
        assert_eq!(values_of(0, &[]).count(), 0);
    }
}
