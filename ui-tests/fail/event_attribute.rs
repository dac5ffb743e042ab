//! What `#[event(…)]` takes on a struct.

#![allow(unused)]

use feagi_observability::Event;

#[derive(Event)]
#[event]
struct Bare;

#[derive(Event)]
#[event(nam = "x", gauge, "x", prefix = "y")]
struct Unknown;

#[derive(Event)]
#[event(name = "twice", name = "again", level = "info", level = "warn", macros, macros(info))]
struct Twice;

#[derive(Event)]
#[event(name, target = 5, message = format!("x"), help = 'c', crate = "x")]
struct WrongForm;

#[derive(Event)]
#[event(level = "loud", metric = 5, macros = true)]
struct WrongValues;

#[derive(Event)]
#[event(level, metric = , macros(loud, warm, info, info, export = 1))]
struct WrongWords;

#[derive(Event)]
#[event(target = "", message = " ", help = "")]
struct EmptyTexts;

fn main() {}
