//! Encoded records, one behind the other, so that a batch can be sent as a whole or in parts.

/// Encoded records that are sent together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    bytes: Vec<u8>,
    pieces: Vec<Piece>,
    records: u64,
}

/// What cannot be divided any more: a span, a line, or a metric with some of its points.
#[derive(Clone, Copy, Debug)]
struct Piece {
    /// Where its bytes end.
    end: usize,
    /// How many records are lost with it.
    records: u64,
}

impl Batch {
    /// Appends a piece that stands for this many records.
    pub(crate) fn push(&mut self, piece: &[u8], records: u64) {
        self.bytes.extend_from_slice(piece);
        self.pieces.push(Piece { end: self.bytes.len(), records });
        self.records += records;
    }

    pub(super) fn records(&self) -> u64 {
        self.records
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// All of it.
    pub(crate) fn all(&self) -> Part<'_> {
        Part { batch: self, pieces: (0..self.pieces.len()).collect() }
    }

    fn start(&self, piece: usize) -> usize {
        piece.checked_sub(1).and_then(|before| self.pieces.get(before)).map_or(0, |before| before.end)
    }
}

/// Some pieces of a batch, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Part<'a> {
    batch: &'a Batch,
    /// Their places in the batch.
    pieces: Vec<usize>,
}

impl<'a> Part<'a> {
    /// Each piece's bytes.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &'a [u8]> + Clone + use<'a, '_> {
        let batch = self.batch;
        self.pieces.iter().filter_map(move |index| {
            let piece = batch.pieces.get(*index)?;
            batch.bytes.get(batch.start(*index)..piece.end)
        })
    }

    pub(super) fn records(&self) -> u64 {
        self.pieces.iter().filter_map(|index| self.batch.pieces.get(*index)).map(|piece| piece.records).sum()
    }

    /// Two parts, each with something in it; `None` of a single piece.
    pub(super) fn halves(&self) -> Option<(Part<'a>, Part<'a>)> {
        let (first, second) = self.pieces.split_at_checked(self.pieces.len() / 2)?;
        let part = |pieces: &[usize]| Part { batch: self.batch, pieces: pieces.to_vec() };
        (!first.is_empty()).then(|| (part(first), part(second)))
    }

    /// Of its pieces, counted from 0, these.
    #[cfg_attr(
        not(any(feature = "syslog", feature = "elk")),
        allow(dead_code, reason = "others take all or nothing")
    )]
    pub(super) fn only(&self, pieces: &[usize]) -> Part<'a> {
        let pieces = pieces.iter().filter_map(|index| self.pieces.get(*index).copied()).collect();
        Part { batch: self.batch, pieces }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(part: &Part<'_>) -> Vec<String> {
        part.pieces().map(|piece| String::from_utf8(piece.to_vec()).unwrap()).collect()
    }

    #[test]
    fn a_batch_is_divided_until_each_part_is_one_piece_and_nothing_is_lost_or_sent_twice() {
        let mut batch = Batch::default();
        for (index, piece) in ["a", "", "ccc", "dd", "e"].into_iter().enumerate() {
            batch.push(piece.as_bytes(), index as u64);
        }
        assert_eq!((batch.records(), batch.bytes()), (10, 7));
        let (mut left, mut single) = (vec![batch.all()], Vec::new());
        while let Some(part) = left.pop() {
            match part.halves() {
                Some((first, second)) => left.extend([second, first]),
                None => single.push((texts(&part), part.records())),
            }
        }
        let expected = [("a", 0), ("", 1), ("ccc", 2), ("dd", 3), ("e", 4)];
        assert_eq!(single, expected.map(|(text, records)| (vec![text.to_owned()], records)));
    }

    #[test]
    fn what_is_left_of_a_part_is_counted_from_its_own_beginning() {
        let mut batch = Batch::default();
        for (index, piece) in ["a", "b", "c", "d", "e"].into_iter().enumerate() {
            batch.push(piece.as_bytes(), index as u64);
        }
        let rest = batch.all().only(&[1, 3, 4]);
        assert_eq!((texts(&rest), rest.records()), (vec!["b".into(), "d".into(), "e".into()], 8));
        assert_eq!(texts(&rest.only(&[1, 2, 3])), ["d", "e"], "there is no fourth");
    }

    #[test]
    fn nothing_cannot_be_divided() {
        let batch = Batch::default();
        assert!(batch.is_empty() && batch.all().halves().is_none() && batch.all().pieces().next().is_none());
    }
}
