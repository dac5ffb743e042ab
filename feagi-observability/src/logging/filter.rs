//! Which lines are wanted: a level for everything, and levels for targets.

use crate::error::ObservabilityError;
use crate::instrument::Level;
use tracing_core::Metadata;
use tracing_core::subscriber::Interest;
use tracing_subscriber::filter::{LevelFilter, Targets};

/// Decides by target and level.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    targets: Targets,
}

impl Filter {
    /// Reads `info` or `info,feagi_api=debug,hyper=off`, which stands in the configuration as `field`.
    pub(crate) fn parse(field: &str, directives: &str) -> Result<Filter, ObservabilityError> {
        directives.parse().map(|targets| Filter { targets }).map_err(|e| {
            ObservabilityError::Config(format!(
                "`{field}` is `{directives}`: {e}; write a level such as `info`, or a list such as `info,feagi_api=debug`"
            ))
        })
    }

    /// What any of these wants.
    pub(crate) fn any_of(filters: &[Filter]) -> Filter {
        let most = |target: &str| {
            let wants = |level: &Level| filters.iter().any(|filter| filter.enables(target, *level));
            Level::ALL
                .iter()
                .rev()
                .find(|level| wants(level))
                .map_or(LevelFilter::OFF, |level| LevelFilter::from_level(level.as_tracing()))
        };
        let default = filters.iter().filter_map(|filter| filter.targets.default_level()).max();
        let named = filters.iter().flat_map(|filter| filter.targets.iter());
        let targets = named.map(|(target, _)| (target.to_owned(), most(target))).collect::<Targets>();
        Filter { targets: targets.with_default(default.unwrap_or(LevelFilter::OFF)) }
    }

    pub(crate) fn enables(&self, target: &str, level: Level) -> bool {
        self.targets.would_enable(target, &level.as_tracing())
    }

    /// Whether a foreign callsite is wanted: decided once, except where the target is known only at the call.
    pub(crate) fn interest(&self, metadata: &Metadata<'_>) -> Interest {
        if is_log_bridge(metadata) {
            return Interest::sometimes();
        }
        if self.enables(metadata.target(), (*metadata.level()).into()) {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    /// The most verbose level that anybody gets.
    pub(crate) fn max_level(&self) -> LevelFilter {
        self.targets
            .iter()
            .map(|(_, level)| level)
            .chain(self.targets.default_level())
            .max()
            .unwrap_or(LevelFilter::OFF)
    }
}

/// `log` records share one callsite for each level; their real target is a field.
pub(crate) fn is_log_bridge(metadata: &Metadata<'_>) -> bool {
    metadata.target() == "log" && metadata.fields().field("log.target").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(directives: &str) -> Result<Filter, ObservabilityError> {
        Filter::parse("logging.level", directives)
    }

    #[test]
    fn what_any_wants_is_what_one_of_them_wants() {
        let filters = ["info,a=off,a::b=debug", "warn,a=error,c=trace"].map(|text| parse(text).unwrap());
        let any = Filter::any_of(&filters);
        for target in ["a", "a::x", "a::b", "a::b::c", "c", "c::d", "z"] {
            for level in Level::ALL {
                let wanted = filters.iter().any(|filter| filter.enables(target, level));
                assert_eq!(any.enables(target, level), wanted, "{target} {level:?}");
            }
        }
    }

    #[test]
    fn levels_are_read_for_everything_and_for_targets() {
        let filter = parse("info,feagi_api=debug,hyper=off").unwrap();
        assert!(filter.enables("feagi_api::routes", Level::Debug));
        assert!(!filter.enables("feagi_bdu", Level::Debug));
        assert!(filter.enables("feagi_bdu", Level::Info));
        assert!(!filter.enables("hyper", Level::Error));
        assert_eq!(filter.max_level(), LevelFilter::DEBUG);
        assert_eq!(parse("off").unwrap().max_level(), LevelFilter::OFF);
        let error = parse("loud=very").unwrap_err().to_string();
        assert!(error.contains("`logging.level` is `loud=very`"), "{error}");
    }
}
