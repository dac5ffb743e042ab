use super::*;
use crate::export::scratch::Scratch;
use std::path::Path;

fn begin(path: &Path, limit: u64) -> TraceFile {
    let file = File::options().write(true).create(true).truncate(false).open(path).unwrap();
    TraceFile::begin(file, limit, b"0").unwrap()
}

/// An event of so many bytes, two at least.
fn event(length: usize) -> Vec<u8> {
    [&b"\""[..], &vec![b'x'; length - 2], b"\""].concat()
}

/// How many elements a strict parser finds.
fn count(path: &Path) -> usize {
    let all: Vec<serde_json::Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    all.len()
}

fn length(path: &Path) -> u64 {
    std::fs::metadata(path).unwrap().len()
}

#[test]
fn after_every_write_of_events_of_every_length_the_file_is_one_array() {
    let scratch = Scratch::new();
    let path = scratch.path("a.json");
    let mut file = begin(&path, u64::MAX);
    for n in 1..=700 {
        file.add(&event(n * 131 % (MAX_EVENT - 1) + 2)).unwrap();
        file.write().unwrap();
        // Parsing all of it every time would take long.
        if n % 50 == 0 || n < 20 {
            assert_eq!(count(&path), n + 1);
        }
    }
    assert!(length(&path) > WINDOW + PAGE, "the bracket has moved on");
    file.finish().unwrap();
    assert_eq!(count(&path), 701);
    let text = std::fs::read(&path).unwrap();
    assert!(text.ends_with(b"x\"\n]\n"), "the blanks are cut off");
}

#[test]
fn each_write_changes_one_page_and_leaves_the_bracket_where_it_is() {
    let scratch = Scratch::new();
    let path = scratch.path("a.json");
    let mut file = begin(&path, u64::MAX);
    let mut before = std::fs::read(&path).unwrap();
    for n in 0..100 {
        file.add(&event(n * 37 % 900 + 2)).unwrap();
        file.write().unwrap();
        let after = std::fs::read(&path).unwrap();
        assert_eq!(after.len(), before.len());
        let changed: Vec<usize> = (0..after.len()).filter(|at| after[*at] != before[*at]).collect();
        assert_eq!(changed[0] / PAGE as usize, changed[changed.len() - 1] / PAGE as usize, "one page");
        before = after;
    }
}

#[test]
fn up_to_any_limit_what_has_room_fits_and_what_has_none_would_not() {
    let scratch = Scratch::new();
    for limit in
        (20..60).chain(PAGE - 5..PAGE + 20).chain([2 * PAGE - 1, 2 * PAGE + 2, WINDOW + 1, WINDOW + PAGE])
    {
        let path = scratch.path("a.json");
        let mut file = begin(&path, limit);
        let mut events = 1;
        while file.has_room([7].into_iter()) {
            file.add(&event(7)).unwrap();
            events += 1;
            if events % 5 == 0 {
                file.write().unwrap();
            }
        }
        file.write().unwrap();
        assert_eq!(count(&path), events, "limit {limit}");
        assert!(length(&path) <= limit, "limit {limit}");
        file.finish().unwrap();
        assert_eq!(count(&path), events);
        let room = limit - length(&path);
        assert!(room < 9 + 3 + 9, "limit {limit}: {room} are left");
    }
}

#[test]
fn after_a_write_that_failed_nothing_is_left_of_it_and_the_next_one_goes_there() {
    let scratch = Scratch::new();
    let path = scratch.path("a.json");
    let mut file = begin(&path, u64::MAX);
    file.add(&event(100)).unwrap();
    file.write().unwrap();
    let writable = std::mem::replace(&mut file.file, File::open(&path).unwrap());
    file.add(&event(200)).unwrap();
    file.write().unwrap_err();
    assert!(!file.is_clean());
    // What a disk that fails may have taken of it.
    write_at(&writable, b",\n\"xx", file.at).unwrap();
    file.file = writable;
    file.clean().unwrap();
    assert_eq!(count(&path), 2);
    file.add(&event(300)).unwrap();
    file.write().unwrap();
    assert_eq!(count(&path), 3);
}
