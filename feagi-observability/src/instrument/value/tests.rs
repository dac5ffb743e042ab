//! Values come back as they were written.

use super::super::fields::{Fields, Keys, Value};
use super::*;

fn encode<const N: usize>(write: impl FnOnce(&mut Encoder<'_>)) -> (Vec<u8>, bool) {
    let mut buffer = [MaybeUninit::uninit(); N];
    let mut encoder = Encoder::new(&mut buffer);
    write(&mut encoder);
    let Written { bytes, flags } = encoder.finish();
    // SAFETY: the encoder has initialised so many bytes.
    let bytes = buffer[..bytes as usize].iter().map(|b| unsafe { b.assume_init() }).collect();
    (bytes, flags == flags::TRUNCATED)
}

#[test]
fn every_type_comes_back_as_it_was_written() {
    let (bytes, truncated) = encode::<256>(|e| {
        e.field(0, &-7i32);
        e.field(1, &u64::MAX);
        e.field(2, &1.5f32);
        e.field(3, &true);
        e.field(4, "text");
        e.debug(5, &Some(1));
        e.field(6, &None::<u8>);
        e.message(format_args!("hello {}", 1));
    });
    assert!(!truncated);
    let keys = ["a", "b", "c", "d", "e", "f", "g"];
    let fields = Fields::new(&bytes, Keys::Site(&keys));
    let all: Vec<_> = fields.iter().collect();
    assert_eq!(
        all,
        [
            ("a", Value::I64(-7)),
            ("b", Value::U64(u64::MAX)),
            ("c", Value::F64(1.5)),
            ("d", Value::Bool(true)),
            ("e", Value::Str("text")),
            ("f", Value::Str("Some(1)")),
        ]
    );
    assert_eq!(fields.reserved(MESSAGE_KEY), Some("hello 1"));
}

#[test]
fn what_does_not_fit_is_cut_at_a_character_and_marked() {
    let (bytes, truncated) = encode::<9>(|e| e.field(0, "äöüß"));
    assert!(truncated);
    let all: Vec<_> = Fields::new(&bytes, Keys::Site(&["k"])).iter().collect();
    assert_eq!(all, [("k", Value::Str("äö"))]);
    let (bytes, truncated) = encode::<9>(|e| e.field(0, &1u64));
    assert!(truncated && bytes.is_empty());
}

#[test]
fn a_failing_display_leaves_a_marker_and_the_next_field_is_clean() {
    struct Fails;
    impl fmt::Display for Fails {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("half")?;
            Err(fmt::Error)
        }
    }
    let (bytes, _) = encode::<128>(|e| {
        e.display(0, &Fails);
        e.field(1, &2u8);
    });
    let all: Vec<_> = Fields::new(&bytes, Keys::Site(&["a", "b"])).iter().collect();
    assert_eq!(all, [("a", Value::Str("half<error while formatting>")), ("b", Value::U64(2))]);
}
