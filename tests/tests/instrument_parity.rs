//! Under a host's subscriber `#[instrument]` does what `tracing::instrument` does.

mod parity;

#[test]
fn a_subscriber_hears_the_same_of_both() {
    parity::compare();
}
