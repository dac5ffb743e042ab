//! What an annotation means for its function: defaults filled in, the way of seeing the outcome chosen.

use super::args::{Args, Profile, Slo};
use super::function::Function;
use super::parameters::{owned_by_future, reassigned_references};
use super::recorded::Recorded;
use crate::field::{Field, Recording};
use crate::form::Metric;
use crate::level::Level;
use crate::log::{LogWhen, Rate};
use crate::runtime_path::runtime_path;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::visit_mut::{VisitMut, visit_type_mut};
use syn::{Expr, Ident, LitStr, Path, ReturnType, Type};

pub(crate) struct Model {
    pub(crate) name: Option<LitStr>,
    pub(crate) target: Option<LitStr>,
    pub(crate) level: Level,
    /// The paths that named levels.
    pub(crate) level_paths: Vec<Path>,
    pub(crate) error_level: Level,
    /// The level at which the returned value is recorded.
    pub(crate) ret_level: Option<Level>,
    pub(crate) help: String,
    pub(crate) metric: Metric,
    pub(crate) buckets: Vec<u64>,
    pub(crate) in_flight: bool,
    pub(crate) log: LogWhen,
    /// Whether the author has said when.
    pub(crate) is_log_given: bool,
    pub(crate) rate: Option<Rate>,
    pub(crate) profile: Profile,
    /// Nanoseconds; 0 is none, here and in the next.
    pub(crate) budget: u64,
    pub(crate) heartbeat: u64,
    pub(crate) slo: Option<Slo>,
    /// 1 times every call.
    pub(crate) sample: u32,
    /// Where it was asked for that threads of a pool inherit the call's context.
    pub(crate) rayon: Option<Span>,
    pub(crate) parent: Option<Expr>,
    pub(crate) follows_from: Option<Expr>,
    pub(crate) recorded: Recorded,
    pub(crate) judges: Vec<Judge>,
    /// The return type as it can be written inside the function: `impl Trait` is `_`.
    pub(crate) returned: TokenStream,
    /// Async: what the body's future must own, in the order in which it is to be dropped. Sync: parameters to be moved into the
    /// body's closure.
    pub(crate) moved: Vec<Ident>,
    pub(crate) runtime: TokenStream,
}

/// One thing that is asked of a call's value.
pub(crate) enum Judge {
    /// The type must be a `Result`.
    Require,
    /// If it is a `Result`, an error is the outcome, shown so.
    Probe(Shown),
    /// What is an error says the author: where the predicate answers so.
    If { answer: bool, predicate: Expr, shown: Shown },
    /// The value is a field; where that was asked for.
    Ret(Recording, Span),
    /// Fields of the value, which the author calls so.
    Fields(Ident),
}

/// How an error is shown.
#[derive(Clone, Copy)]
pub(crate) enum Shown {
    /// By `Display` if it can be, else by `Debug`.
    AsItCan,
    ByDebug,
}

impl Model {
    pub(crate) fn new(args: Args, recorded: Recorded, function: &Function) -> Self {
        let (returned, opaque) = nameable(&function.sig.output);
        let judges = judges(&args, &recorded, opaque, function);
        let is_closed = !judges.is_empty() || args.sample.is_some() && !is_located(function);
        let moved = moved(&args, &recorded, is_closed, function);
        let mut levels = Levels::default();
        let level = levels.take(args.level, Level::Info);
        let error_level = levels.take(args.err.and_then(|slot| slot.value.level), Level::Error);
        let ret_level = args.ret.map(|slot| levels.take(slot.value.level, level));
        let (on, rate) = args.log.map_or((None, None), |slot| (slot.value.on, slot.value.rate));
        Model {
            name: args.name.map(|slot| slot.value),
            target: args.target.map(|slot| slot.value),
            level,
            error_level,
            ret_level,
            level_paths: levels.0,
            help: args.help.map_or_else(|| function.first_doc_line(), |slot| slot.value.value()),
            metric: args.metric.map_or(Metric::Shared, |slot| slot.value),
            buckets: args.buckets.map_or_else(Vec::new, |slot| slot.value.nanos()),
            in_flight: args.in_flight.is_some_and(|slot| slot.value),
            is_log_given: on.is_some(),
            log: on.map_or(LogWhen::Exit, |slot| slot.value),
            rate: rate.map(|slot| slot.value),
            profile: args.profile.map_or(Profile::default(), |slot| slot.value),
            budget: args.budget.map_or(0, |slot| slot.value.nanos),
            heartbeat: args.heartbeat.map_or(0, |slot| slot.value.nanos),
            slo: args.slo.map(|slot| slot.value),
            sample: args.sample.map_or(1, |slot| slot.value.every),
            rayon: args.rayon.map(|slot| slot.written.span()),
            parent: args.parent.map(|slot| slot.value),
            follows_from: args.follows_from.map(|slot| slot.value),
            recorded,
            judges,
            returned,
            moved,
            runtime: runtime_path(args.runtime.as_ref().map(|slot| &slot.value)),
        }
    }

    /// Whether more than outcome and duration is measured.
    pub(crate) fn has_extras(&self) -> bool {
        self.in_flight
            || self.profile.alloc
            || self.budget > 0
            || !self.buckets.is_empty()
            || !self.recorded.labels.is_empty()
    }

    /// The keys of everything that is recorded, in the order of their numbers; what comes from the whole call
    /// stands last, the allocations behind the returned value.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        let ret = self.ret_level.map(|_| RETURNED);
        let allocated = self.profile.alloc.then_some(ALLOCATED).into_iter().flatten();
        self.recorded.iter().map(|field| field.key.as_str()).chain(ret).chain(allocated)
    }
}

/// The key of the returned value.
pub(crate) const RETURNED: &str = "return";

/// The keys of what is allocated, which the runtime writes.
pub(crate) const ALLOCATED: [&str; 2] = ["alloc.bytes", "alloc.count"];

/// The paths by which levels were named: the compiler is to see them, so that their import counts as used.
#[derive(Default)]
struct Levels(Vec<Path>);

impl Levels {
    fn take(
        &mut self,
        written: Option<crate::slot::Slot<crate::level::WrittenLevel>>,
        default: Level,
    ) -> Level {
        let Some(slot) = written else { return default };
        self.0.extend(slot.value.path);
        slot.value.level
    }
}

/// Whether it shows the place of its call; inside a closure that would be the closure.
pub(super) fn is_located(function: &Function) -> bool {
    function.has_attribute("track_caller")
}

/// The value is looked at only where it is likely to say something, because looking puts the body into a closure.
fn judges(args: &Args, recorded: &Recorded, opaque: bool, function: &Function) -> Vec<Judge> {
    if is_located(function) {
        return Vec::new();
    }
    let mut judges = Vec::new();
    let format = args.err.as_ref().and_then(|err| err.value.format.as_ref());
    let shown = if format.is_some_and(|slot| slot.value == Recording::Debug) {
        Shown::ByDebug
    } else {
        Shown::AsItCan
    };
    // A type with `_` in it cannot be asked for on its own.
    if args.err.is_some() && !opaque {
        judges.push(Judge::Require);
    }
    let predicate = |slot: &crate::slot::Slot<Expr>, answer| {
        let predicate = slot.value.clone();
        Judge::If { answer, predicate, shown }
    };
    match (&args.ok_if, &args.error_if) {
        (Some(ok_if), _) => judges.push(predicate(ok_if, false)),
        (None, Some(error_if)) => judges.push(predicate(error_if, true)),
        (None, None) if args.err.is_some() || named_result(&function.sig.output) => {
            judges.push(Judge::Probe(shown));
        }
        (None, None) => {}
    }
    judges.extend(recorded.of_ret.first().and_then(Field::of_ret).map(Judge::Fields));
    if let Some(ret) = &args.ret {
        let recording = ret.value.format.as_ref().map_or(Recording::Debug, |slot| slot.value);
        judges.push(Judge::Ret(recording, ret.written.span()));
    }
    judges
}

fn moved(args: &Args, recorded: &Recorded, is_closed: bool, function: &Function) -> Vec<Ident> {
    if function.sig.asyncness.is_none() {
        return if is_closed { reassigned_references(function) } else { Vec::new() };
    }
    let values = recorded.iter().map(|field| field.value.to_token_stream());
    let others = [&args.parent, &args.follows_from].into_iter().flatten();
    owned_by_future(function, values.chain(others.map(|slot| slot.value.to_token_stream())))
}

/// Whether the function returns more than `()` and does return.
pub(crate) fn returns_value(output: &ReturnType) -> bool {
    match output {
        ReturnType::Default => false,
        ReturnType::Type(_, ty) => match &**ty {
            Type::Tuple(tuple) => !tuple.elems.is_empty(),
            Type::Never(_) => false,
            _ => true,
        },
    }
}

/// `Result`, `io::Result`, `QueryResult`.
pub(crate) fn named_result(output: &ReturnType) -> bool {
    let ReturnType::Type(_, ty) = output else { return false };
    let mut ty = &**ty;
    // A type that came through a `macro_rules` fragment stands in a group.
    while let Type::Group(syn::TypeGroup { elem, .. }) | Type::Paren(syn::TypeParen { elem, .. }) = ty {
        ty = elem;
    }
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| last.ident.to_string().ends_with("Result"))
}

/// The return type with `_` for each `impl Trait`, and whether there was one.
pub(crate) fn nameable(output: &ReturnType) -> (TokenStream, bool) {
    struct Opaque(bool);
    impl VisitMut for Opaque {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            if let Type::ImplTrait(_) = ty {
                *ty = Type::Infer(syn::TypeInfer { underscore_token: Default::default() });
                self.0 = true;
            }
            visit_type_mut(self, ty);
        }
    }
    let ReturnType::Type(_, ty) = output else { return (quote!(()), false) };
    let (mut ty, mut opaque) = (ty.clone(), Opaque(false));
    opaque.visit_type_mut(&mut ty);
    (quote!(#ty), opaque.0)
}
