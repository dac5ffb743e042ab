//! All mistakes of an event are said at once, and the item stays.

use feagi_observability::Event;

#[derive(Event)]
#[event(nam = "x", level = "loud", macros(infoo))]
struct Job<T> {
    #[event(label, counter)]
    job_id: T,
    #[event(gauge = "a-b", unit = "parsec")]
    wait: u8,
}

fn main() {
    let job = Job { job_id: 1, wait: 2 };
    job.emit();
    println!("{} {}", job.job_id, job.wait);
}
