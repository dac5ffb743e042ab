//! Names for addresses: functions, inlined ones included, files and lines, from the debug information of what is loaded.
//!
//! Receives addresses that lie within an instruction; gives frames. Slow, and allocates: for when a profile is written.

use super::profile::Frame;
use std::collections::{HashMap, HashSet};
use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

/// What was found so far. Names are shared among all frames that have them.
#[derive(Default)]
pub(super) struct Symbols {
    known: HashMap<u64, Arc<[Frame]>>,
    names: HashSet<Arc<str>>,
}

impl Symbols {
    /// Of what is loaded now.
    pub(super) fn new() -> Self {
        // It remembers where libraries were when it was first asked.
        backtrace::clear_symbol_cache();
        Symbols::default()
    }

    /// The functions at an address, the innermost inlined one first. Where there is no name it is the place in the module, a file and an
    /// offset, or the bare address; never none.
    pub(super) fn frames(&mut self, address: u64, module: Option<(&str, u64)>) -> Arc<[Frame]> {
        if let Some(frames) = self.known.get(&address) {
            return Arc::clone(frames);
        }
        let mut frames = Vec::new();
        // It takes a return address, and looks one byte before it.
        let place = ptr::without_provenance_mut::<c_void>((address as usize).wrapping_add(1));
        backtrace::resolve(place, |symbol| {
            let name = symbol.name();
            // The alternate form leaves out the hash.
            let function = name.as_ref().map_or_else(String::new, |name| format!("{name:#}"));
            let system_name = name.as_ref().and_then(|name| name.as_str()).unwrap_or_default();
            let file = symbol.filename().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default();
            frames.push(Frame {
                function: self.shared(&function),
                system_name: self.shared(system_name),
                file: self.shared(&file),
                line: symbol.lineno().unwrap_or(0),
                address,
                inlined: true,
            });
        });
        // Debug information without a name is none.
        frames.retain(|frame| !frame.function.is_empty());
        match frames.last_mut() {
            Some(outermost) => outermost.inlined = false,
            None => frames.push(match module {
                Some((file, offset)) => self.of_module(file, offset, address),
                None => self.nameless(&format!("{address:#x}"), address),
            }),
        }
        let frames: Arc<[Frame]> = frames.into();
        self.known.insert(address, Arc::clone(&frames));
        frames
    }

    /// A function of a module that is gone, or has no names: its file, and where it stood in there.
    pub(super) fn of_module(&mut self, module: &str, offset: u64, address: u64) -> Frame {
        let file = module.rsplit('/').next().unwrap_or(module);
        self.nameless(&format!("{file}+{offset:#x}"), address)
    }

    fn nameless(&mut self, name: &str, address: u64) -> Frame {
        let (function, none) = (self.shared(name), self.shared(""));
        Frame { system_name: function.clone(), function, file: none, line: 0, address, inlined: false }
    }

    fn shared(&mut self, name: &str) -> Arc<str> {
        if let Some(shared) = self.names.get(name) {
            return Arc::clone(shared);
        }
        let shared: Arc<str> = name.into();
        self.names.insert(Arc::clone(&shared));
        shared
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_named_and_what_is_nowhere_shows_its_address() {
        let mut symbols = Symbols::new();
        let here = a_function_is_named_and_what_is_nowhere_shows_its_address as *const () as u64;
        let frames = symbols.frames(here, None);
        let outermost = frames.last().expect("never none");
        assert!(outermost.function.ends_with("shows_its_address"), "{outermost:?}");
        assert_ne!(outermost.system_name, outermost.function);
        assert!(!outermost.inlined);
        assert_eq!(&*symbols.frames(16, None)[0].function, "0x10");
        assert_eq!(&*symbols.of_module("/opt/a.so", 256, 4096).function, "a.so+0x100");
    }
}
