//! The arguments of `#[observe(…)]` as syntax: which there are and what stands in each. What they mean is the model's.

mod judged;
mod measured;
mod recorded;

use crate::errors::Errors;
use crate::field::Field;
use crate::form::{Metric, bare, expr, keep, metric, path, set, switch, text, unknown};
use crate::level::WrittenLevel;
use crate::log::{Log, log};
use crate::names::listed;
use crate::pieces;
use crate::slot::Slot;
pub(crate) use judged::{Err, Ret};
pub(crate) use measured::{Buckets, Duration, Dynamic, Profile, Sample, Slo};
use proc_macro2::{Ident, TokenStream};
pub(crate) use recorded::ArgList;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Expr, LitStr, Path};

/// Every key, in the order of the documentation.
pub(super) const KEYS: [&str; 27] = [
    "name",
    "level",
    "target",
    "parent",
    "follows_from",
    "fields",
    "args",
    "labels",
    "dynamic",
    "metric",
    "buckets",
    "in_flight",
    "help",
    "err",
    "ret",
    "ok_if",
    "error_if",
    "log",
    "profile",
    "budget",
    "slow",
    "heartbeat",
    "slo",
    "sample",
    "rayon",
    "skip",
    "crate",
];

#[derive(Default)]
pub(crate) struct Args {
    pub(crate) name: Option<Slot<LitStr>>,
    pub(crate) level: Option<Slot<WrittenLevel>>,
    pub(crate) target: Option<Slot<LitStr>>,
    pub(crate) parent: Option<Slot<Expr>>,
    pub(crate) follows_from: Option<Slot<Expr>>,
    pub(crate) fields: Option<Slot<Vec<Field>>>,
    pub(crate) args: Option<Slot<ArgList>>,
    pub(crate) labels: Option<Slot<Vec<Field>>>,
    pub(crate) dynamic: Option<Slot<Dynamic>>,
    pub(crate) metric: Option<Slot<Metric>>,
    pub(crate) buckets: Option<Slot<Buckets>>,
    pub(crate) in_flight: Option<Slot<bool>>,
    pub(crate) help: Option<Slot<LitStr>>,
    pub(crate) err: Option<Slot<Err>>,
    pub(crate) ret: Option<Slot<Ret>>,
    pub(crate) ok_if: Option<Slot<Expr>>,
    pub(crate) error_if: Option<Slot<Expr>>,
    pub(crate) log: Option<Slot<Log>>,
    pub(crate) profile: Option<Slot<Profile>>,
    /// `slow` is another word for it.
    pub(crate) budget: Option<Slot<Duration>>,
    pub(crate) heartbeat: Option<Slot<Duration>>,
    pub(crate) slo: Option<Slot<Slo>>,
    pub(crate) sample: Option<Slot<Sample>>,
    pub(crate) rayon: Option<Slot<()>>,
    pub(crate) skip: Option<Slot<()>>,
    pub(crate) runtime: Option<Slot<Path>>,
}

impl Args {
    /// Reads what can be read; the rest becomes errors.
    pub(crate) fn read(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut args = Args::default();
        pieces::read(tokens, errors, |input, errors| args.piece(input, errors));
        args
    }

    fn piece(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        let start = &input.fork();
        if input.peek(LitStr) {
            let value = input.parse()?;
            return keep(&mut self.name, "name", value, (start, input), errors);
        }
        if !input.peek(Ident::peek_any) {
            return Err(input.error(format!("expected an argument; `#[observe]` takes {}", listed(&KEYS))));
        }
        let key = Ident::parse_any(input)?;
        let word = key.to_string();
        macro_rules! take {
            ($place:ident, $value:expr) => {{
                let value = $value?;
                keep(&mut self.$place, &word, value, (start, input), errors)
            }};
        }
        match word.as_str() {
            "name" => take!(name, text(input, &key)),
            "level" => take!(level, set(input, &key, "level = \"info\"")),
            "target" => take!(target, text(input, &key)),
            "parent" => take!(parent, expr(input, &key, "parent = context")),
            "follows_from" => take!(follows_from, expr(input, &key, "follows_from = [context]")),
            "fields" => take!(fields, recorded::fields(input, &key, errors)),
            "args" => take!(args, recorded::args(input, &key, errors)),
            "labels" => take!(labels, recorded::labels(input, &key, errors)),
            "dynamic" => take!(dynamic, measured::dynamic(input, &key, errors)),
            "metric" => take!(metric, metric(input, &key)),
            "buckets" => take!(buckets, measured::buckets(input, &key, errors)),
            "in_flight" => take!(in_flight, switch(input, &key)),
            "help" => take!(help, text(input, &key)),
            "err" => take!(err, judged::err(input, errors)),
            "ret" => take!(ret, judged::ret(input, errors)),
            "ok_if" => take!(ok_if, expr(input, &key, "ok_if = |result| …")),
            "error_if" => take!(error_if, expr(input, &key, "error_if = |result| …")),
            "log" => take!(log, log(input, &key, errors)),
            "profile" => take!(profile, measured::profile(input, &key, errors)),
            "budget" | "slow" => take!(budget, measured::duration(input, &key)),
            "heartbeat" => take!(heartbeat, measured::duration(input, &key)),
            "slo" => take!(slo, measured::slo(input, &key, errors)),
            "sample" => take!(sample, measured::sample(input, &key)),
            "rayon" => take!(rayon, bare(input, &key)),
            "skip" => take!(skip, bare(input, &key)),
            "crate" => take!(runtime, path(input, &key)),
            _ => Err(unknown(&key, "#[observe]", &KEYS)),
        }
    }
}
