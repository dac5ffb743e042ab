use super::FileSink;
use crate::collect::{DropReason, EntryKind, Sink};
use crate::config::{FileConfig, LogFormat, Rotation};
use crate::export::scratch::Scratch;
use crate::logging::format::sample::Sample;
use std::collections::BTreeSet;
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::Instant;

fn sink(path: &Path, config: FileConfig) -> FileSink {
    FileSink::open(path, LogFormat::Json.into(), &config).unwrap()
}

fn write(sink: &mut FileSink, lines: usize) {
    let sample = Sample::new(EntryKind::Call);
    (0..lines).for_each(|_| sink.write(&sample.entry()));
    sink.flush();
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_file_and_its_folders_are_private_and_lines_are_appended() {
    let scratch = Scratch::new();
    let path = scratch.path("a/b/x.log");
    for _ in 0..2 {
        let mut sink = sink(&path, FileConfig::default());
        write(&mut sink, 2);
        assert_eq!((sink.counters().exported(), sink.counters().queued()), (2, 0));
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 4);
    assert_eq!((mode(&path), mode(&scratch.path("a")), mode(&scratch.path("a/b"))), (0o600, 0o700, 0o700));
    let mut sink = sink(&path, FileConfig { truncate: true, ..Default::default() });
    write(&mut sink, 1);
    assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 1);
}

#[test]
fn a_line_torn_by_an_earlier_run_is_ended_first() {
    let scratch = Scratch::new();
    let path = scratch.path("x.log");
    std::fs::write(&path, "{\"half").unwrap();
    write(&mut sink(&path, FileConfig::default()), 1);
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!((lines.len(), lines[0]), (2, "{\"half"));
    serde_json::from_str::<serde_json::Value>(lines[1]).unwrap();
}

#[test]
fn symbolic_links_folders_and_unread_fifos_are_refused_with_field_and_path() {
    let scratch = Scratch::new();
    let (target, link, fifo) = (scratch.path("target"), scratch.path("link"), scratch.path("fifo"));
    symlink(&target, &link).unwrap();
    let name = std::ffi::CString::new(fifo.to_str().unwrap()).unwrap();
    // SAFETY: the name is a valid C string.
    assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
    for path in [&link, &fifo, &scratch.path("")] {
        let error =
            FileSink::open(path, LogFormat::Text.into(), &FileConfig::default()).err().unwrap().to_string();
        assert!(error.contains("logging.output") && error.contains(path.to_str().unwrap()), "{error}");
    }
    assert!(!target.exists());
}

#[cfg(target_os = "linux")]
#[test]
fn every_line_on_a_full_device_is_dropped_and_counted() {
    let mut sink = sink(Path::new("/dev/full"), FileConfig::default());
    write(&mut sink, 3);
    sink.close(Instant::now());
    let counters = sink.counters();
    assert_eq!((counters.accepted(), counters.exported(), counters.queued()), (3, 0, 0));
    assert_eq!((counters.dropped(DropReason::Io), counters.failures(DropReason::Io)), (3, 1));
}

/// The files of the folder, oldest first, the one that is written to last; packed ones unpacked.
fn files(scratch: &Scratch) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(scratch.path("")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let bytes = std::fs::read(&path).unwrap();
        let mut text = String::new();
        if name.ends_with(".gz") {
            flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
        } else {
            text = String::from_utf8(bytes).unwrap();
        }
        assert_eq!(mode(&path), 0o600, "{name}");
        files.push((name, text));
    }
    files.sort_by_key(|(name, _)| (name == "x.log", name.clone()));
    files
}

fn number(sink: &mut FileSink, n: u64) {
    let mut sample = Sample::new(EntryKind::Log);
    sample.message = Some(format!("{n}"));
    sink.write(&sample.entry());
}

fn numbers(text: &str) -> Vec<u64> {
    let message = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["message"].clone();
    text.lines().map(|line| message(line).as_str().unwrap().parse().unwrap()).collect()
}

#[test]
fn no_file_is_larger_than_its_limit_and_no_line_is_lost_or_torn() {
    let scratch = Scratch::new();
    let config = FileConfig { max_bytes: 2000, max_files: 0, ..Default::default() };
    let mut sink = sink(&scratch.path("x.log"), config);
    for n in 0..500 {
        number(&mut sink, n);
        if n % 70 == 0 {
            sink.flush();
        }
    }
    sink.close(Instant::now());
    let files = files(&scratch);
    assert!(files.len() > 40, "{}", files.len());
    assert!(files.iter().all(|(_, text)| text.len() <= 2000 && !text.is_empty()));
    let all: Vec<u64> = files.iter().flat_map(|(_, text)| numbers(text)).collect();
    assert_eq!(all, (0..500).collect::<Vec<_>>());
    assert_eq!((sink.counters().exported(), sink.counters().queued()), (500, 0));
}

#[test]
fn the_newest_files_are_kept_packed_if_that_is_asked_for_and_nothing_of_others_is_touched() {
    let scratch = Scratch::new();
    let others = ["x.2024-01-01T00-00-00.log.bak", "y.2024-01-01T00-00-00.log", "x.notatime.log"];
    for other in others {
        std::fs::write(scratch.path(other), "").unwrap();
        std::fs::set_permissions(scratch.path(other), std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let config = FileConfig { max_bytes: 1000, max_files: 3, compress: true, ..Default::default() };
    let mut sink = sink(&scratch.path("x.log"), config);
    (0..100).for_each(|n| number(&mut sink, n));
    sink.close(Instant::now());
    let files = files(&scratch);
    let names: BTreeSet<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert!(others.iter().all(|other| names.contains(other)), "{names:?}");
    let ours: Vec<_> = files.iter().filter(|(name, _)| !others.contains(&name.as_str())).collect();
    assert_eq!(ours.len(), 4, "{names:?}");
    assert!(ours[..3].iter().all(|(name, _)| name.ends_with(".log.gz")), "{names:?}");
    let kept: Vec<u64> = ours.iter().flat_map(|(_, text)| numbers(text)).collect();
    assert_eq!(kept, (100 - kept.len() as u64..100).collect::<Vec<_>>());
}

#[test]
fn all_files_together_stay_below_their_limit() {
    let scratch = Scratch::new();
    let config = FileConfig { max_bytes: 1000, max_files: 0, max_total_bytes: 5000, ..Default::default() };
    let mut sink = sink(&scratch.path("x.log"), config);
    for n in 0..200 {
        number(&mut sink, n);
        sink.flush();
        let total: usize = files(&scratch).iter().map(|(_, text)| text.len()).sum();
        assert!(total <= 5000, "{total}");
    }
}

#[test]
fn an_old_file_goes_when_its_days_are_over() {
    let scratch = Scratch::new();
    let old = scratch.path("x.2024-01-01T00-00-00.log");
    std::fs::write(&old, "").unwrap();
    let config = FileConfig { max_bytes: 1000, retention_days: 30, ..Default::default() };
    drop(sink(&scratch.path("x.log"), config));
    assert!(!old.exists());
}

#[test]
fn a_file_that_is_moved_or_deleted_is_begun_anew_and_one_that_is_emptied_is_gone_on_with() {
    let scratch = Scratch::new();
    let (path, moved) = (scratch.path("x.log"), scratch.path("moved"));
    let mut sink = sink(&path, FileConfig::default());
    let mut next = 0;
    let mut log = |sink: &mut FileSink| {
        sink.look_again();
        number(sink, next);
        sink.flush();
        next += 1;
    };
    log(&mut sink);
    std::fs::rename(&path, &moved).unwrap();
    log(&mut sink);
    std::fs::remove_file(&path).unwrap();
    log(&mut sink);
    // As `copytruncate` does.
    std::fs::File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
    log(&mut sink);
    let read = |path: &Path| numbers(&std::fs::read_to_string(path).unwrap());
    assert_eq!((read(&moved), read(&path)), (vec![0], vec![3]));
    assert_eq!(sink.counters().exported(), 4);
}

#[test]
fn a_new_hour_and_a_new_day_begin_a_new_file() {
    use super::rotation::Period;
    let hour = 3600;
    for (rotation, length) in [(Rotation::Hourly, hour), (Rotation::Daily, 24 * hour)] {
        let period = Period::new(rotation, 10 * length);
        assert!(!period.is_over(11 * length - 1) && period.is_over(11 * length));
    }
    assert!(!Period::new(Rotation::Never, 0).is_over(u64::MAX));
}

#[test]
fn where_no_new_file_can_be_made_the_old_one_is_written_on() {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path("f")).unwrap();
    let path = scratch.path("f/x.log");
    let config = FileConfig { max_bytes: 1000, max_files: 0, ..Default::default() };
    let mut sink = sink(&path, config);
    number(&mut sink, 0);
    sink.flush();
    // The folder is gone: neither rename nor create can work.
    std::fs::rename(scratch.path("f"), scratch.path("g")).unwrap();
    (1..20).for_each(|n| number(&mut sink, n));
    sink.flush();
    let text = std::fs::read_to_string(scratch.path("g/x.log")).unwrap();
    assert_eq!(numbers(&text), (0..20).collect::<Vec<_>>());
    assert_eq!((sink.counters().exported(), sink.counters().queued()), (20, 0));
}
