//! `opentelemetry/proto/resource/v1/resource.proto`.

use super::attribute::attribute;
use super::wire::{Content, Field, Wire};
use crate::export::resource::Resource;

const ATTRIBUTES: Field = Field(1, "attributes");

impl Content for Resource<'_> {
    fn write<W: Wire>(&self, out: &mut W) {
        out.list(ATTRIBUTES, |list| self.attributes().for_each(|(key, value)| attribute(list, key, value)));
    }
}
