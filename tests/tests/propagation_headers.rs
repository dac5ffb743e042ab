//! What is said in headers is understood, and what is not understood does no harm: round trips of anything that a context can hold, and
//! headers that have been tampered with.

use feagi_observability::propagation::{HeaderSource, TraceParent, extract, inject};
use feagi_observability::{Baggage, CapturedContext, Context, SpanId, TraceId, observe};
use feagi_observability_tests::captured::{Capture, Captured};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::collections::HashMap;

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// Header sets that are tampered with.
const ROUNDS: usize = 60_000;

/// A generator of numbers that are the same in every run (xorshift, Marsaglia 2003).
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.throw() % end as u64) as usize
    }

    fn text(&mut self, alphabet: &str, longest: usize) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..self.below(longest + 1)).map(|_| letters[self.below(letters.len())]).collect()
    }
}

#[test]
fn headers_carry_what_a_context_holds_and_refuse_everything_else() {
    let capture = Capture::start("propagation-headers", "info");
    in_no_context_headers_stay_as_they_are();
    all_carriers_carry_the_same();
    a_trace_of_ours_says_that_its_id_is_random();
    a_new_trace_does_not_take_the_old_ones_state_along();
    what_is_written_is_read_again();
    let before = capture.manager.stats().refused_headers;
    assert!(before.is_empty(), "nothing was refused so far: {before:?}");
    every_refusal_is_counted();
    nothing_that_is_sent_does_harm();
    let refused = capture.manager.stats().refused_headers;
    let captured = capture.finish();
    for (header, reasons) in [
        ("traceparent", ["malformed", "oversized", "repeated"].as_slice()),
        ("tracestate", &["malformed", "oversized", "orphaned"]),
        ("baggage", &["malformed", "oversized"]),
    ] {
        for reason in reasons {
            let count = refused[&format!("{header}/{reason}")];
            assert!(count > 0, "{header}/{reason}");
            let series = format!("obs_headers_refused_total{{header=\"{header}\",reason=\"{reason}\"}}");
            assert_eq!(captured.sample(&series), Some(count as f64), "{series}");
        }
    }
    assert_eq!(refused.len(), 8, "{refused:?}");
    children_stand_below_the_caller(&captured);
}

fn in_no_context_headers_stay_as_they_are() {
    let mut headers = vec![("TraceParent".to_owned(), PARENT.to_owned())];
    let before = headers.clone();
    inject(&mut headers);
    assert_eq!(headers, before);
}

fn all_carriers_carry_the_same() {
    let mut baggage = Baggage::new();
    assert!(baggage.insert_with_metadata("tenant", "lab 7", "ttl=60"));
    let caller = Context::remote(
        TraceId::from_hex("4bf92f3577b34da6a3ce929d0e0e4736").unwrap(),
        SpanId::from_hex("00f067aa0ba902b7").unwrap(),
        true,
    );
    let context = CapturedContext::from(caller).with_tracestate("a=1,b=2").with_baggage(baggage);
    let context = context.with_request_id("r-7");
    let stale = [("TRACEPARENT", "stale"), ("tracestate", "stale"), ("Baggage", "stale"), ("other", "stays")];

    let mut list: Vec<(String, String)> = stale.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    let mut map: HashMap<String, String> = list.iter().cloned().collect();
    let mut headers = HeaderMap::new();
    for (name, value) in stale {
        headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_static(value));
    }
    context.inject(&mut list);
    context.inject(&mut map);
    context.inject(&mut headers);
    let expected = [
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03"),
        ("tracestate", "a=1,b=2"),
        ("baggage", "request_id=r-7,tenant=lab%207;ttl=60"),
        ("other", "stays"),
    ];
    for (name, value) in expected {
        for values in [all(&list, name), all(&map, name), all(&headers, name)] {
            assert_eq!(values, [value.as_bytes()], "{name}");
        }
    }
    for read in [extract(&list), extract(&map), extract(&headers)] {
        assert_eq!(read.context().unwrap().trace_id(), caller.unwrap().trace_id());
        assert_eq!(read.tracestate(), Some("a=1,b=2"));
        assert_eq!(read.request_id(), Some("r-7"));
        assert_eq!(read.baggage(), context.baggage());
    }
}

fn all(headers: &impl HeaderSource, name: &str) -> Vec<Vec<u8>> {
    headers.get_all(name).map(<[u8]>::to_vec).collect()
}

fn a_trace_of_ours_says_that_its_id_is_random() {
    #[observe(name = "caller")]
    fn caller() -> TraceParent {
        let mut headers = HashMap::new();
        inject(&mut headers);
        TraceParent::parse(&headers["traceparent"]).unwrap()
    }
    let said = caller();
    assert!(said.is_random() && said.is_sampled());
    for (flags, expected) in [("00", "00"), ("01", "01"), ("02", "02"), ("03", "03"), ("ff", "03")] {
        let came = vec![("traceparent".to_owned(), PARENT.replace("-01", &format!("-{flags}")))];
        let said = extract(&came).run(caller);
        assert_eq!(said.to_string().get(53..), Some(expected), "as it came, in a call of ours");
        assert_ne!(said.span_id().to_string(), "00f067aa0ba902b7", "it is our span that calls");
    }
}

fn a_new_trace_does_not_take_the_old_ones_state_along() {
    #[observe(parent = None::<Context>)]
    fn elsewhere() -> HashMap<String, String> {
        let mut headers = HashMap::new();
        inject(&mut headers);
        headers
    }
    let came = vec![
        ("traceparent".to_owned(), PARENT.replace("-01", "-00")),
        ("tracestate".to_owned(), "a=1".to_owned()),
        ("baggage".to_owned(), "tenant=7".to_owned()),
    ];
    let said = extract(&came).run(elsewhere);
    assert!(
        !said.contains_key("tracestate") && !said["traceparent"].contains("4bf92f3577b34da6a3ce929d0e0e4736")
    );
    assert!(said["traceparent"].ends_with("-03"), "a trace of ours");
    assert_eq!(said["baggage"], "tenant=7", "that is about the request, not about the trace");
}

/// Whatever a context holds, the other side holds, too.
fn what_is_written_is_read_again() {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    for _ in 0..2_000 {
        let ids = format!("{:016x}{:016x}", dice.throw(), dice.throw());
        let span = format!("{:016x}", dice.throw());
        let context = Context::remote(
            TraceId::from_hex(&ids).unwrap(),
            SpanId::from_hex(&span).unwrap(),
            dice.below(2) == 0,
        );
        let mut baggage = Baggage::new();
        for _ in 0..dice.below(5) {
            let key = dice.text("aZ0!#$%&'*+-.^_`|~", 8);
            let value = dice.text("aZ0 \"\\,;=%\r\n\0é🧠\u{202e}", 20);
            baggage.insert_with_metadata(&key, &value, ["", "p", "p=1;q"][dice.below(3)]);
        }
        let mut written = CapturedContext::from(context).with_baggage(baggage);
        let member = |dice: &mut Dice| {
            let value = dice.text("aZ0 !<>~\"\\;@", 20);
            format!("a{}={value}.", dice.text("a0_-*/@", 8))
        };
        let state: Vec<String> = (0..dice.below(32)).map(|_| member(&mut dice)).collect();
        if !state.is_empty() {
            written = written.with_tracestate(&state.join(","));
        }
        if dice.below(2) == 0 {
            written = written.with_request_id(&dice.text("rq-7 ,;=%\né", 30));
        }

        let mut headers = HeaderMap::new();
        written.inject(&mut headers);
        let read = extract(&headers);
        let parts = |context: &CapturedContext| {
            let ids = context.context().map(|ids| (ids.trace_id(), ids.span_id(), ids.is_sampled()));
            let texts = [context.tracestate(), context.request_id()].map(|text| text.map(str::to_owned));
            (ids, texts, context.baggage().clone())
        };
        assert_eq!(parts(&read), parts(&written));
        let mut again = HeaderMap::new();
        read.inject(&mut again);
        assert_eq!(again, headers);
    }
}

fn every_refusal_is_counted() {
    let repeated =
        vec![("traceparent".to_owned(), PARENT.to_owned()), ("Traceparent".to_owned(), PARENT.to_owned())];
    assert!(extract(&repeated).context().is_none());
    let long = PARENT.replace("00-4", "cc-4") + &"-x".repeat(300);
    assert!(extract(&vec![("traceparent".to_owned(), long)]).context().is_none());
    let orphaned = vec![("tracestate".to_owned(), "a=1".to_owned())];
    assert!(extract(&orphaned).context().is_none());
    let members: Vec<String> = (0..200).map(|n| format!("k{n}={n}")).collect();
    let many = vec![
        ("traceparent".to_owned(), PARENT.to_owned()),
        ("tracestate".to_owned(), members.join(",")),
        ("baggage".to_owned(), members.join(",")),
    ];
    let read = extract(&many);
    assert!(read.context().is_some(), "a bad `tracestate` does not spoil the parent");
    assert_eq!((read.tracestate(), read.baggage().len()), (None, 64));
    let mixed = vec![
        ("traceparent".to_owned(), PARENT.to_owned()),
        ("tracestate".to_owned(), "a=1,B=2".to_owned()),
        ("baggage".to_owned(), "a=1,b".to_owned()),
    ];
    let read = extract(&mixed);
    assert_eq!((read.tracestate(), read.baggage().len()), (None, 1));
}

/// Good headers, tampered with byte by byte: nothing panics, and what is passed on is good again.
fn nothing_that_is_sent_does_harm() {
    let good: [(&str, &[&[u8]]); 3] = [
        (
            "traceparent",
            &[PARENT.as_bytes(), b"cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-later"],
        ),
        ("tracestate", &[b"rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", b"a@b=1 , \t ,c=2", b""]),
        ("baggage", &[b"userId=Am%C3%A9lie;p;q=1,server = DF%2028", b"request_id=r-7", b"a=%ff%4"]),
    ];
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut believed = 0;
    for _ in 0..ROUNDS {
        let mut headers = HeaderMap::new();
        for (name, values) in good {
            for _ in 0..[0, 1, 1, 1, 1, 2, 3][dice.below(7)] {
                let value = tampered(values[dice.below(values.len())], &mut dice);
                if let Ok(value) = HeaderValue::from_bytes(&value) {
                    headers.append(HeaderName::from_static(name), value);
                }
            }
        }
        let read = extract(&headers);
        let mut said = HeaderMap::new();
        read.run(|| inject(&mut said));
        let understood = extract(&said);
        let mut again = HeaderMap::new();
        understood.inject(&mut again);
        assert_eq!(said, again, "what we say is understood as it is meant, after {headers:?}");
        believed += usize::from(read.context().is_some());
    }
    assert!(
        (ROUNDS / 10..ROUNDS * 9 / 10).contains(&believed),
        "some are believed, and some are not: {believed}"
    );
}

fn tampered(value: &[u8], dice: &mut Dice) -> Vec<u8> {
    const TELLING: &[u8] = b"-=,;%@ \t0fF\"\\\x7f\x80\xff";
    let mut value = value.to_vec();
    for _ in 0..[0, 0, 1, 2, 5, 20][dice.below(6)] {
        let at = dice.below(value.len() + 1);
        let byte = if dice.below(2) == 0 { TELLING[dice.below(TELLING.len())] } else { dice.throw() as u8 };
        match dice.below(5) {
            0 => value.insert(at, byte),
            1 if at < value.len() => value[at] = byte,
            2 if at < value.len() => drop(value.remove(at)),
            3 => value.truncate(at),
            _ if dice.below(200) == 0 => value.extend(std::iter::repeat_n(byte, 40_000)),
            _ => value.extend_from_within(..at),
        }
        if value.len() > 100_000 {
            break;
        }
    }
    value
}

fn children_stand_below_the_caller(captured: &Captured) {
    let parents: Vec<&str> =
        captured.spans_of("caller").iter().filter_map(|span| span["args"]["parent_id"].as_str()).collect();
    // Of the five flags that came, two are not sampled.
    assert_eq!(parents, ["00f067aa0ba902b7"; 3]);
}
