//! Functions in the shapes of a neural engine: generic loops with many arguments, storages behind traits, lock guards, byte decoders,
//! handlers of a web service. Each is annotated as its authors would, and called; with the instrumentation on and off, and free of
//! warnings.

#![deny(warnings)]
#![allow(clippy::too_many_arguments, clippy::type_complexity, reason = "the shapes are what they are")]

mod corpus {
    pub(crate) mod engine;
    pub(crate) mod propagation;
    pub(crate) mod service;
}

use corpus::engine::{BurstResult, Engine, Flat, GuardedEngine};
use corpus::propagation::{self, Backend as _, Cpu, Ladder, Plasticity, Propagation};
use corpus::service::{self, Genome as _, Handlers, Json, Path, Registry, State};
use feagi_observability_ui_tests::block_on;

#[test]
fn a_burst_runs_through_its_phases() {
    let engine = Engine::<f32, Flat, 4>::new(Flat(vec![0.5; 8]));
    assert_eq!(
        engine.process_burst(&[1, 2, 9]).unwrap(),
        BurstResult { burst: 1, neuron_count: 2, fired_neurons: vec![1, 2] }
    );
    assert!(engine.process_burst(&[]).unwrap_err().to_string().contains("nothing"));
    let mut guarded = GuardedEngine::new(engine);
    assert_eq!(guarded.locked(|engine| engine.burst_count()), 1);
    assert_eq!(*guarded.fire_queue(), [1, 2]);
    assert_eq!(guarded.last_fired().unwrap().copied(), Some(2));
    assert_eq!(guarded.into_engine().archive_burst::<3>(), [1, 2, 0]);
}

#[test]
fn stimuli_are_decoded_and_propagated() {
    let mut propagation = Propagation::default();
    let storage = Flat(vec![1.0, 2.0, 3.0]);
    assert_eq!(propagation.propagate_delayed(&storage, 2), Ok(&mut 2));
    assert_eq!(propagation.drain_into_phase1(|_, weight| weight > 1.5).collect::<Vec<_>>(), [(1, 2.0)]);
    assert_eq!(
        propagation::inject_sensory_xyzp_by_id(&mut propagation, 7, [(0, 0, 0, 1.0), (9, 9, 9, 0.0)]),
        1
    );
    assert_eq!(propagation::decode_sensory_bytes(&[1, 0, 2, 0]).unwrap(), [1, 2]);
    assert!(propagation::decode_sensory_bytes(&[1]).is_err());
    let mut written = Vec::new();
    assert_eq!(propagation::write_payload(&mut written, b"abc").unwrap(), 3);
    assert_eq!(propagation::process_candidates(&[1.0, 5.0], 2.0_f64), (vec![1], 1));
    let (mut a, mut b) = (Flat(vec![0.0; 4]), Flat(vec![0.0; 4]));
    let counts = propagation::phase1_injection(
        &mut a,
        &mut b,
        &[1],
        &[2, 3],
        1.0_f32,
        2.0,
        3,
        true,
        Some("area"),
        |n| n,
        0,
    );
    assert_eq!(counts.unwrap(), (1, 2));
    let dynamics =
        propagation::process_neural_dynamics(&mut a, &[1, 2], 0.5_f32, 0.1, 1, 2, false, &mut Vec::new());
    assert_eq!(dynamics, Ok(1));
    assert_eq!((Cpu.name(), Cpu.supports(4)), ("cpu", true));
    assert_eq!(block_on(propagation::run_backend(Cpu, vec![1_u8, 2])), Ok(2));
    assert_eq!(
        Plasticity::new(0.5).apply_stdp_updates_for_burst(&[(1, 1.0), (2, 4.0)]).map(|sum| sum.to_string()),
        Some("2.5".to_owned())
    );
    assert_eq!(propagation::finish_refractory::<u16, 4>([3, 0, 1, 0]), [2, 0, 0, 0]);
    assert_eq!(Ladder::of([3, 1, 2]).highest().map(Ladder::step), Some(3));
}

#[test]
fn handlers_answer() {
    let state = State(Registry::default());
    assert_eq!(block_on(service::get_area(state.clone(), Path((1, "name".to_owned())))).unwrap().0, "1/name");
    assert_eq!(block_on(service::get_area(state.clone(), Path((0, String::new())))).unwrap_err().0, 404);
    assert_eq!(block_on(service::count_areas(state.clone())).0, 2);
    assert_eq!(block_on(Handlers::delete_area(state.clone(), Path(7), Json(true))), Ok(Json(7)));
    let mut store = service::Files::default();
    assert_eq!(block_on(store.load_genome("genome.json", &["a", "b"])), Ok(13));
    assert!(block_on(store.load_genome("", &[])).is_err());
    assert!(block_on(store.save_genome(Vec::new())).is_ok());
    assert_eq!(service::notify_burst(3).join().unwrap(), 4);
    assert_eq!(service::lookup(&["a", "b"], "b"), Ok(&"b"));
    assert_eq!(block_on(service::connect("host")), Ok("host:1".to_owned()));
}
