//! What an annotation means for its function: defaults filled in, the way of seeing the outcome chosen.

use super::args::{Args, Format, Shown, SpanLevel};
use super::fields::{Field, Key, Recording, Value};
use super::parameters::parameters;
use super::tail::{self, Tail};
use crate::form::Metric;
use crate::log::{LogWhen, Rate};
use crate::observe::function::{Body, Function};
use crate::observe::model::{nameable, named_result};
use crate::observe::parameters::{owned_by_future, reassigned_references, words};
use crate::runtime_path::runtime_path;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use std::collections::HashSet;
use syn::punctuated::Punctuated;
use syn::{Expr, ReturnType, Type};

pub(crate) struct Model {
    pub(crate) name: Option<Expr>,
    pub(crate) level: SpanLevel,
    pub(crate) target: Option<Expr>,
    pub(crate) parent: Option<Expr>,
    pub(crate) follows_from: Option<Expr>,
    /// Arguments first.
    pub(crate) fields: Vec<Field>,
    pub(crate) err: Option<Event>,
    pub(crate) ret: Option<Event>,
    pub(crate) log: LogWhen,
    pub(crate) rate: Option<Rate>,
    pub(crate) metric: Metric,
    pub(crate) help: String,
    pub(crate) profile: bool,
    pub(crate) seen: Seen,
    /// Whether the value must be a `Result`, and can be asked.
    pub(crate) is_required: bool,
    /// The return type, or what the future gives, as it can be written inside the function: `impl Trait` is `_`.
    pub(crate) returned: TokenStream,
    /// As in `#[observe]`: what the body's future must own, or what is to be moved into the body's closure.
    pub(crate) moved: Vec<Ident>,
    pub(crate) shape: Shape,
    pub(crate) runtime: TokenStream,
}

/// The event for an error or a value.
pub(crate) struct Event {
    pub(crate) level: SpanLevel,
    pub(crate) recording: Recording,
}

/// How the outcome is seen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// By whether it unwinds, or whether its future is given up.
    Unit,
    /// By its value, if that turns out to be a `Result`.
    Probe,
    /// By its value, a `Result` whose error is shown so.
    Error(Format),
}

/// What stands for the body.
pub(crate) enum Shape {
    Function,
    AsyncFunction,
    /// A function whose value is an async block.
    Tail(Tail),
}

impl Model {
    pub(crate) fn new(args: Args, function: &Function) -> Self {
        let shape = Shape::of(function);
        let output = match &shape {
            Shape::Tail(_) => tail::output(&function.sig.output),
            _ => Some(function.sig.output.clone()),
        };
        let (returned, is_opaque) = output.as_ref().map_or_else(|| (quote::quote!(_), true), nameable);
        let level = args.level.map_or(SpanLevel::Named("INFO"), |slot| slot.value);
        let err = args.err.map(|slot| Event::new(slot.value, SpanLevel::Named("ERROR"), Format::Display));
        let ret = args
            .ret
            .filter(|_| !never_returns(function))
            .map(|slot| Event::new(slot.value, level.clone(), Format::Debug));
        let seen = Seen::choose(err.as_ref(), ret.is_some(), output.as_ref(), &shape, function);
        let fields = recorded(
            args.skip_all.is_some(),
            args.skip.map(|s| s.value),
            args.fields.map(|s| s.value),
            function,
        );
        let follows_from = args.follows_from.map(|slot| slot.value);
        let moved =
            shape.moved(function, &fields, follows_from.as_ref(), seen != Seen::Unit || ret.is_some());
        let (on, rate) = args.log.map_or((None, None), |slot| (slot.value.on, slot.value.rate));
        Model {
            name: args.name.map(|slot| slot.value),
            level,
            target: args.target.map(|slot| slot.value),
            parent: args.parent.map(|slot| slot.value),
            follows_from,
            fields,
            is_required: err.is_some() && !is_opaque,
            err,
            ret,
            log: on.map_or(LogWhen::Exit, |slot| slot.value),
            rate: rate.map(|slot| slot.value),
            metric: args.metric.map_or(Metric::Shared, |slot| slot.value),
            help: function.first_doc_line(),
            profile: args.profile.is_some_and(|slot| slot.value),
            seen,
            returned,
            moved,
            shape,
            runtime: runtime_path(args.runtime.as_ref().map(|slot| &slot.value)),
        }
    }
}

/// Arguments that are not skipped and that no field replaces, then the fields.
fn recorded(
    skip_all: bool,
    skip: Option<Vec<Ident>>,
    fields: Option<Vec<Field>>,
    function: &Function,
) -> Vec<Field> {
    let (skip, fields) = (skip.unwrap_or_default(), fields.unwrap_or_default());
    let arguments = parameters(&function.sig).into_iter().filter(|argument| {
        let is_replaced = fields.iter().any(|field| field.key.replaces(&argument.name));
        !skip_all && !skip.contains(&argument.name) && !is_replaced
    });
    let arguments = arguments.map(|argument| Field {
        value: Value::Argument(argument.name.clone(), argument.ty),
        key: Key::Dotted(Punctuated::from_iter([argument.name])),
        recording: argument.recording,
    });
    let mut all: Vec<Field> = arguments.collect();
    all.extend(fields);
    all
}

impl Event {
    fn new(shown: Shown, level: SpanLevel, format: Format) -> Self {
        let recording = match shown.format.map_or(format, |slot| slot.value) {
            Format::Display => Recording::Display,
            Format::Debug => Recording::Debug,
        };
        Event { level: shown.level.map_or(level, |slot| slot.value), recording }
    }
}

impl Seen {
    /// The value is looked at only where something is asked of it, because looking puts the body into a closure.
    fn choose(
        err: Option<&Event>,
        ret: bool,
        output: Option<&ReturnType>,
        shape: &Shape,
        function: &Function,
    ) -> Self {
        if let Some(err) = err {
            return Seen::Error(if err.recording == Recording::Debug {
                Format::Debug
            } else {
                Format::Display
            });
        }
        let is_result = output.is_some_and(named_result);
        // `#[track_caller]` shows the place of the call; inside a closure that would be the closure.
        let stays = matches!(shape, Shape::Function) && function.has_attribute("track_caller") && !ret;
        if is_result && !stays { Seen::Probe } else { Seen::Unit }
    }
}

impl Shape {
    fn of(function: &Function) -> Self {
        match (&function.body, function.sig.asyncness) {
            (_, Some(_)) => Shape::AsyncFunction,
            (Body::Block(body), None) => Tail::find(body).map_or(Shape::Function, Shape::Tail),
            (Body::Missing(_), None) => Shape::Function,
        }
    }

    fn moved(
        &self,
        function: &Function,
        fields: &[Field],
        causes: Option<&Expr>,
        is_closure: bool,
    ) -> Vec<Ident> {
        match self {
            Shape::AsyncFunction => {
                let values = fields.iter().filter_map(|field| match &field.value {
                    Value::Empty => None,
                    Value::Argument(name, _) => Some(name.to_token_stream()),
                    Value::Written(value) => Some(value.clone()),
                });
                let mut moved = owned_by_future(function, values);
                // What is given away before the future is made cannot be owned by it.
                let mut given = HashSet::new();
                words(causes.map(ToTokens::to_token_stream).unwrap_or_default(), &mut given);
                moved.retain(|name| !given.contains(name.to_string().trim_start_matches("r#")));
                moved
            }
            Shape::Function if is_closure => reassigned_references(function),
            Shape::Function | Shape::Tail(_) => Vec::new(),
        }
    }
}

/// There is no value to record of a function that does not return.
fn never_returns(function: &Function) -> bool {
    matches!(&function.sig.output, ReturnType::Type(_, ty) if matches!(&**ty, Type::Never(_)))
}
