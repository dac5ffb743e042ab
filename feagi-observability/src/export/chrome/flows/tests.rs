use super::*;

const PARENT: SpanId = SpanId(1);

fn slice(tid: u64, start: u64, end: u64, is_whole: bool) -> Slice {
    Slice { start: Moment { tid, time: start }, end, is_whole }
}

/// The arrows that these slices make, each with its span and parent, as `thread time -> thread time`.
fn arrows(slices: &[(SpanId, SpanId, Slice)]) -> Vec<String> {
    let (mut flows, mut arrows) = (Flows::default(), Vec::new());
    for (span, parent, slice) in slices {
        flows.slice(*span, *parent, *slice, &mut arrows);
    }
    arrows.iter().map(|(from, to)| format!("{} {} -> {} {}", from.tid, from.time, to.tid, to.time)).collect()
}

#[test]
fn a_child_on_another_thread_is_pointed_at_whether_it_ends_before_its_parent_or_after() {
    let parent = (PARENT, SpanId::NONE, slice(1, 10, 50, true));
    let child = (SpanId(2), PARENT, slice(2, 20, 30, true));
    assert_eq!(arrows(&[child, parent]), ["1 20 -> 2 20"]);
    assert_eq!(arrows(&[parent, child]), ["1 20 -> 2 20"]);
    let late = (SpanId(2), PARENT, slice(2, 60, 70, true));
    assert_eq!(arrows(&[parent, late]), ["1 49 -> 2 60"], "from the last moment that is within the parent");
    let same = (SpanId(2), PARENT, slice(1, 20, 30, true));
    assert_eq!(arrows(&[same, parent]), [""; 0], "what nests on one thread needs no arrow");
}

#[test]
fn a_future_is_followed_from_thread_to_thread_and_its_children_from_the_poll_that_they_began_in() {
    let polls = [(1, 10, 20), (2, 30, 40), (2, 50, 60), (1, 70, 80)];
    let [first, second, third, fourth] =
        polls.map(|(tid, start, end)| (PARENT, SpanId::NONE, slice(tid, start, end, false)));
    let child = (SpanId(2), PARENT, slice(9, 55, 58, true));
    let hops = ["1 19 -> 2 30", "2 59 -> 1 70"];
    assert_eq!(arrows(&[first, second, third, fourth]), hops);
    // It ends within the third poll, and so is known before it.
    assert_eq!(arrows(&[first, second, child, third, fourth]), [hops[0], "2 55 -> 9 55", hops[1]]);
    // It began between two polls: what came before had it done.
    let between = (SpanId(2), PARENT, slice(9, 45, 47, true));
    assert_eq!(arrows(&[first, second, between, third]), [hops[0], "2 39 -> 9 45"]);
}

#[test]
fn a_future_that_ends_before_its_last_poll_is_known_keeps_what_began_in_that_poll() {
    let [first, last] = [(1, 10, 20), (2, 50, 60)].map(|(tid, start, end)| slice(tid, start, end, false));
    let child = slice(9, 55, 58, true);
    for (was_given_up, expected) in
        [(false, ["1 19 -> 2 50", "2 55 -> 9 55"]), (true, ["1 19 -> 9 55", "1 19 -> 2 50"])]
    {
        let (mut flows, mut arrows) = (Flows::default(), Vec::new());
        flows.slice(PARENT, SpanId::NONE, first, &mut arrows);
        flows.slice(SpanId(2), PARENT, child, &mut arrows);
        flows.end_future(PARENT, 60, was_given_up, &mut arrows);
        flows.slice(PARENT, SpanId::NONE, last, &mut arrows);
        let mut shown: Vec<String> = arrows
            .iter()
            .map(|(from, to)| format!("{} {} -> {} {}", from.tid, from.time, to.tid, to.time))
            .collect();
        shown.sort();
        let mut expected = expected.map(str::to_owned).to_vec();
        expected.sort();
        assert_eq!(shown, expected);
    }
}

#[test]
fn what_is_remembered_is_bounded_and_the_youngest_stay() {
    let mut lately = Lately::default();
    for id in 1..=20_000 {
        lately.insert(SpanId(id), id);
        assert!(lately.young.len() + lately.old.len() <= 2 * REMEMBERED);
    }
    let first = 20_001 - REMEMBERED as u64;
    assert!((first..=20_000).all(|id| lately.get(SpanId(id)) == Some(&id)));
    assert_eq!(lately.get(SpanId(1)), None);
    assert_eq!(lately.remove(SpanId(20_000)), Some(20_000));
}
