//! What each output of lines wants, and what is recorded because one of them does; changed while everything runs.

use crate::collect::Sink;
use crate::config::LoggingConfig;
use crate::error::ObservabilityError;
use crate::instrument::registry;
use crate::logging::{Filter, Filtered, LiveFilter};
use std::sync::{Arc, Mutex, PoisonError};

pub(super) struct Levels {
    /// What is wanted unless an output says something else, as it was written.
    text: Mutex<String>,
    common: Arc<LiveFilter>,
    /// By the places of the outputs in `logging.sinks`.
    own: Vec<Option<Arc<LiveFilter>>>,
    /// What is recorded.
    any: Arc<LiveFilter>,
}

impl Levels {
    /// Reads all levels.
    pub(super) fn parse(config: &LoggingConfig) -> Result<Self, ObservabilityError> {
        let own = config.sinks.iter().enumerate().map(|(index, sink)| {
            let field = format!("logging.sinks[{index}].level");
            let filter = sink.level.as_deref().map(|level| Filter::parse(&field, level)).transpose()?;
            Ok(filter.map(|filter| Arc::new(LiveFilter::new(filter))))
        });
        let own = own.collect::<Result<Vec<_>, ObservabilityError>>()?;
        let common = Filter::parse("logging.level", &config.level)?;
        Ok(Levels {
            text: Mutex::new(config.level.clone()),
            any: Arc::new(LiveFilter::new(any(&common, &own))),
            common: Arc::new(LiveFilter::new(common)),
            own,
        })
    }

    /// What is to be recorded, because one of the outputs wants it.
    pub(super) fn any(&self) -> Arc<LiveFilter> {
        Arc::clone(&self.any)
    }

    /// The output with the filter that it has by its place in `logging.sinks`, or with that of all, where it needs one: if all want the
    /// same, that is what is recorded.
    pub(super) fn apply(&self, place: Option<usize>, sink: Box<dyn Sink>) -> Box<dyn Sink> {
        if !self.differ() {
            return sink;
        }
        let own = place.and_then(|place| self.own.get(place)).and_then(Option::as_ref);
        Box::new(Filtered::new(Arc::clone(own.unwrap_or(&self.common)), sink))
    }

    fn differ(&self) -> bool {
        self.own.iter().any(Option::is_some)
    }

    pub(super) fn text(&self) -> String {
        self.text.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes what is wanted unless an output says something else. Outputs ask when a line comes to them: `flush` hands on what was
    /// recorded before.
    pub(super) fn set(&self, level: &str, flush: impl FnOnce()) -> Result<(), ObservabilityError> {
        let common = Filter::parse("level", level)?;
        let mut text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        level.clone_into(&mut text);
        self.any.set(any(&common, &self.own));
        registry::apply_policy();
        tracing_core::callsite::rebuild_interest_cache();
        if self.differ() {
            flush();
        }
        self.common.set(common);
        Ok(())
    }
}

fn any(common: &Filter, own: &[Option<Arc<LiveFilter>>]) -> Filter {
    let own: Vec<Filter> = own.iter().flatten().map(|filter| filter.get().clone()).collect();
    if own.is_empty() {
        return common.clone();
    }
    let all: Vec<Filter> = std::iter::once(common.clone()).chain(own).collect();
    Filter::any_of(&all)
}
