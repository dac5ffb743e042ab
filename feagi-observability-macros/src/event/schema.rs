//! What an event is: its name, its line and which of its fields are metrics. Kinds are declared here, never guessed from a value.

/// One kind of event.
pub(crate) struct Schema {
    pub(crate) name: &'static str,
    pub(crate) target: &'static str,
    /// The line's text where the call gives none.
    pub(crate) message: &'static str,
    /// HELP of the event itself.
    pub(crate) help: &'static str,
    pub(crate) instruments: &'static [Instrument],
}

/// One metric that an event feeds.
pub(crate) struct Instrument {
    pub(crate) kind: Kind,
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
    pub(crate) source: Source,
}

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Counter,
    Gauge,
}

/// Where a metric's value comes from.
pub(crate) enum Source {
    /// One for each event.
    One,
    /// The field of that name.
    Field(&'static str),
}

/// A simulation burst.
pub(crate) const BURST: Schema = Schema {
    name: "burst",
    target: "feagi.burst",
    message: "Burst executed",
    help: "Bursts executed.",
    instruments: &[
        Instrument {
            kind: Kind::Counter,
            name: "feagi_burst_total",
            help: "Bursts executed.",
            source: Source::One,
        },
        Instrument {
            kind: Kind::Gauge,
            name: "feagi_neurons_fired",
            help: "Neurons fired in the last burst.",
            source: Source::Field("neurons_fired"),
        },
        Instrument {
            kind: Kind::Counter,
            name: "feagi_burst_neurons_fired_total",
            help: "Neurons fired in all bursts.",
            source: Source::Field("neurons_fired"),
        },
        Instrument {
            kind: Kind::Gauge,
            name: "feagi_synapses_activated",
            help: "Synapses activated in the last burst.",
            source: Source::Field("synapses_activated"),
        },
        Instrument {
            kind: Kind::Counter,
            name: "feagi_burst_synapses_activated_total",
            help: "Synapses activated in all bursts.",
            source: Source::Field("synapses_activated"),
        },
    ],
};

impl Schema {
    /// The metrics that a field feeds.
    pub(crate) fn instruments_of<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Instrument> {
        self.instruments
            .iter()
            .filter(move |instrument| matches!(instrument.source, Source::Field(field) if field == key))
    }
}
