//! Every shape of function that an annotation may stand on keeps its meaning.

use feagi_observability::{burst_info, observe};
use feagi_observability_ui_tests::block_on;

#[observe]
fn bare() {}

#[observe("named", level = "debug", target = "t", fields(a, %b, q = ?b, k = a + 1, dotted.key = 1.5, d = %b), profile)]
fn all(a: u64, b: &str) -> usize {
    if a == 0 {
        return 0;
    }
    b.len()
}

#[observe(metric = "parse", err)]
fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
    let n: u32 = text.parse()?;
    Ok(n)
}

#[observe]
async fn wait(text: String) -> Result<String, Box<dyn std::error::Error>> {
    if text.is_empty() {
        return Err("empty".into());
    }
    std::future::ready(()).await;
    Ok(text)
}

#[observe(fields(fields = text.len()))]
async fn consume(text: String) -> Vec<u8> {
    text.into_bytes()
}

struct Chain {
    next: Option<Box<Chain>>,
    value: u32,
}

impl Chain {
    #[observe(fields(self.value))]
    fn get(&mut self) -> Result<&mut u32, String> {
        Ok(&mut self.value)
    }

    #[observe]
    fn last(mut node: &mut Chain) -> Result<&mut Chain, String> {
        while node.next.is_some() {
            node = node.next.as_mut().unwrap();
        }
        Ok(node)
    }
}

#[test]
fn shapes_work() {
    bare();
    assert_eq!(all(2, "xyz"), 3);
    assert_eq!(parse("7"), Ok(7));
    assert!(parse("x").is_err());
    assert_eq!(block_on(wait("a".into())).unwrap(), "a");
    assert_eq!(block_on(consume("a".into())), [97]);
    let mut chain = Chain { next: Some(Box::new(Chain { next: None, value: 2 })), value: 1 };
    *chain.get().unwrap() += 1;
    assert_eq!(chain.value, 2);
    Chain::last(&mut chain).unwrap().value = 5;
    assert_eq!(chain.next.unwrap().value, 5);
    let n = 3u32;
    burst_info!(burst_id = 42, neurons_fired = n, synapses_activated = 5000, more = %n, "burst {n} {}", 1);
    burst_info!();
    burst_info!(target: "x", neurons_fired = n);
}
