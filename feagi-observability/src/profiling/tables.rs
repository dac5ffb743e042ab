//! What is loaded into the process, and the tables to walk stacks by: copies, so that whoever walks needs no lock and is not harmed when a
//! module is unloaded meanwhile.
//!
//! Receives what the dynamic linker lists (dl_iterate_phdr(3)); gives [`Tables`]. Only `.eh_frame` and its header are copied, which
//! every module has that can be unwound: some hundred kilobytes in all.

use super::stack::Unwinder;
use framehop::{ExplicitModuleSectionInfo, Module as UnwindModule, Unwinder as _};
use std::ffi::{CStr, c_int, c_void};
use std::ops::Range;
use std::sync::Arc;
use std::{ptr, slice};

/// Changes whenever something is loaded or unloaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Version {
    loaded: u64,
    unloaded: u64,
}

/// All modules at one moment.
pub(super) struct Tables {
    pub(super) unwinder: Unwinder,
    /// By their start.
    pub(super) modules: Arc<[Module]>,
    pub(super) version: Version,
}

/// A program, a library, or the kernel's piece of code in the process.
#[derive(Clone, Debug)]
pub(super) struct Module {
    pub(super) range: Range<u64>,
    /// What its own addresses count from.
    pub(super) base: u64,
    /// Its file.
    pub(super) name: Arc<str>,
    frames: Option<Frames>,
}

/// Addresses are as the module states them.
#[derive(Clone, Debug)]
struct Frames {
    header_at: u64,
    header: Arc<[u8]>,
    table_at: u64,
    table: Arc<[u8]>,
}

impl Tables {
    /// Reads what is loaded now; what `previous` has of it is not copied again. Takes some milliseconds the first time.
    pub(super) fn read(previous: Option<&Tables>) -> Tables {
        let mut listing = Listing {
            modules: Vec::new(),
            previous: previous.map_or(&[], |tables| &*tables.modules),
            version: Version::default(),
        };
        // SAFETY: the callback has the signature that is asked for, does not unwind, and gets `listing`, which outlives the call.
        unsafe { libc::dl_iterate_phdr(Some(list), (&raw mut listing).cast()) };
        let Listing { mut modules, version, .. } = listing;
        modules.sort_by_key(|module| module.range.start);
        let mut unwinder = Unwinder::new();
        modules.iter().filter_map(Module::unwind_module).for_each(|module| unwinder.add_module(module));
        Tables { unwinder, modules: modules.into(), version }
    }

    /// Whether anything was loaded or unloaded since; cheap, but waits for the linker's lock.
    pub(super) fn is_outdated(&self) -> bool {
        let mut version = Version::default();
        // SAFETY: as in `read`.
        unsafe { libc::dl_iterate_phdr(Some(count), (&raw mut version).cast()) };
        version != self.version
    }
}

/// The module that holds an address, of modules by their start.
pub(super) fn module_of(modules: &[Module], address: u64) -> Option<&Module> {
    let after = modules.partition_point(|module| module.range.start <= address);
    modules.get(after.checked_sub(1)?).filter(|module| module.range.contains(&address))
}

impl Module {
    fn unwind_module(&self) -> Option<UnwindModule<Arc<[u8]>>> {
        let Frames { header_at, header, table_at, table } = self.frames.clone()?;
        let sections = ExplicitModuleSectionInfo {
            eh_frame_hdr_svma: Some(header_at..header_at + header.len() as u64),
            eh_frame_hdr: Some(header),
            eh_frame_svma: Some(table_at..table_at + table.len() as u64),
            eh_frame: Some(table),
            ..Default::default()
        };
        Some(UnwindModule::new(self.name.to_string(), self.range.clone(), self.base, sections))
    }
}

struct Listing<'a> {
    modules: Vec<Module>,
    previous: &'a [Module],
    version: Version,
}

/// Called by the linker for each module, under its lock: the module stays while it is read.
unsafe extern "C" fn list(info: *mut libc::dl_phdr_info, size: usize, data: *mut c_void) -> c_int {
    // SAFETY: the linker gives a valid description, and `data` is what `read` has given it.
    let (info, listing) = unsafe { (&*info, &mut *data.cast::<Listing<'_>>()) };
    listing.version = version(info, size);
    // SAFETY: of this module, which is loaded.
    if let Some(module) = unsafe { module(info, listing.previous) } {
        listing.modules.push(module);
    }
    0
}

/// Called for the first module alone: each says how much was loaded and unloaded so far.
unsafe extern "C" fn count(info: *mut libc::dl_phdr_info, size: usize, data: *mut c_void) -> c_int {
    // SAFETY: as above; `data` is what `is_outdated` has given.
    unsafe { *data.cast::<Version>() = version(&*info, size) };
    1
}

fn version(info: &libc::dl_phdr_info, size: usize) -> Version {
    // Older linkers do not say; then the tables stay those of the start.
    let says = size >= std::mem::offset_of!(libc::dl_phdr_info, dlpi_subs) + 8;
    if says { Version { loaded: info.dlpi_adds, unloaded: info.dlpi_subs } } else { Version::default() }
}

/// # Safety
/// The module is loaded, and stays so during the call.
unsafe fn module(info: &libc::dl_phdr_info, previous: &[Module]) -> Option<Module> {
    if info.dlpi_phdr.is_null() {
        return None;
    }
    // SAFETY: the linker's own list of segments.
    let segments = unsafe { slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)) };
    let loaded = || segments.iter().filter(|segment| segment.p_type == libc::PT_LOAD);
    let start = loaded().map(|segment| segment.p_vaddr).min()?;
    let end = loaded().map(|segment| segment.p_vaddr.saturating_add(segment.p_memsz)).max()?;
    let base = info.dlpi_addr;
    let range = base.wrapping_add(start)..base.wrapping_add(end);
    let name = file_name(info);
    let before = module_of(previous, range.start).filter(|m| m.range == range && m.name == name);
    let header = segments.iter().find(|segment| segment.p_type == libc::PT_GNU_EH_FRAME);
    let frames = header.and_then(|header| {
        let segment = loaded().find(|s| holds(s, header.p_vaddr) && s.p_flags & libc::PF_R != 0)?;
        let end = segment.p_vaddr.saturating_add(segment.p_filesz);
        // SAFETY: within a segment that can be read.
        unsafe { frames(base, header.p_vaddr, header.p_memsz, end, before.and_then(|m| m.frames.as_ref())) }
    });
    Some(Module { range, base, name, frames })
}

fn holds(segment: &libc::Elf64_Phdr, address: u64) -> bool {
    (segment.p_vaddr..segment.p_vaddr.saturating_add(segment.p_filesz)).contains(&address)
}

fn file_name(info: &libc::dl_phdr_info) -> Arc<str> {
    // SAFETY: null, or a C string of the linker's.
    let name = (!info.dlpi_name.is_null()).then(|| unsafe { CStr::from_ptr(info.dlpi_name) });
    match name.map(CStr::to_string_lossy) {
        Some(name) if !name.is_empty() => name.into(),
        // The program itself has no name there.
        _ => std::env::current_exe().unwrap_or_default().to_string_lossy().into(),
    }
}

/// Copies the tables of a module whose header stands at `at`, in a segment that ends at `end`; both as the module states them.
///
/// # Safety
/// The module is loaded at `base`, and from the header to `end` it can be read.
unsafe fn frames(base: u64, at: u64, size: u64, end: u64, before: Option<&Frames>) -> Option<Frames> {
    // SAFETY: the caller's promise.
    let bytes = |from: u64, to: u64| unsafe { bytes(base.wrapping_add(from), to.checked_sub(from)?) };
    let header = bytes(at, at.checked_add(size)?.min(end))?;
    if let Some(before) = before.filter(|before| before.header_at == at && *before.header == *header) {
        return Some(before.clone());
    }
    let table_at = table_place(header, at)?;
    // The table stands behind its header, unless the linker was told otherwise: then it is not found here.
    let table = (table_at >= at && table_at < end).then(|| bytes(table_at, end)).flatten()?;
    let table = table.get(..table_length(table))?;
    Some(Frames { header_at: at, header: header.into(), table_at, table: table.into() })
}

/// # Safety
/// So many bytes can be read there.
unsafe fn bytes<'a>(at: u64, length: u64) -> Option<&'a [u8]> {
    let (at, length) = (usize::try_from(at).ok()?, usize::try_from(length).ok()?);
    // SAFETY: the caller's promise.
    Some(unsafe { slice::from_raw_parts(ptr::with_exposed_provenance(at), length) })
}

/// Where `.eh_frame` stands, as its header says (Linux Standard Base, core, 10.6.2); `None` for encodings that no linker writes.
fn table_place(header: &[u8], at: u64) -> Option<u64> {
    let (&version, &encoding) = (header.first()?, header.get(1)?);
    let from = match encoding & 0x70 {
        0x00 => 0,
        // Relative to where the pointer stands.
        0x10 => at.wrapping_add(4),
        // Relative to the header.
        0x30 => at,
        _ => return None,
    };
    let word = |length: usize| header.get(4..4 + length);
    let offset = match encoding & 0x0f {
        0x0b => i64::from(i32::from_ne_bytes(word(4)?.try_into().ok()?)) as u64,
        0x03 => u64::from(u32::from_ne_bytes(word(4)?.try_into().ok()?)),
        0x00 | 0x04 | 0x0c => u64::from_ne_bytes(word(8)?.try_into().ok()?),
        _ => return None,
    };
    (version == 1).then(|| from.wrapping_add(offset))
}

/// Records stand one behind another, each with its length before it, up to one of length 0 (ibid., 10.6.1).
fn table_length(table: &[u8]) -> usize {
    let mut length = 0_usize;
    while let Some(size) = table.get(length..length.saturating_add(4)) {
        let size = u32::from_ne_bytes(size.try_into().unwrap_or_default()) as usize;
        // The long form is for records beyond four gigabytes.
        if size == 0 || size == u32::MAX as usize {
            break;
        }
        length = length.saturating_add(4).saturating_add(size);
    }
    length.saturating_add(4).min(table.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_and_its_libraries_are_found_with_their_tables() {
        let tables = Tables::read(None);
        let here = the_program_and_its_libraries_are_found_with_their_tables as *const () as u64;
        let module = module_of(&tables.modules, here).expect("this program");
        assert!(module.frames.is_some());
        let program = std::env::current_exe().expect("our own path");
        assert_eq!(&*module.name, program.to_str().expect("utf-8"));
        assert!(tables.modules.iter().filter(|module| module.frames.is_some()).count() > 2);
        assert!(!tables.is_outdated());
        let again = Tables::read(Some(&tables));
        let shared = again.modules.iter().zip(&*tables.modules).all(|(new, old)| {
            let bytes = |module: &Module| module.frames.as_ref().map(|frames| frames.table.as_ptr());
            bytes(new) == bytes(old)
        });
        assert!(shared, "nothing is copied twice");
    }

    #[test]
    fn a_table_ends_with_its_last_record() {
        let mut table = vec![0; 16];
        table[0] = 4;
        assert_eq!(table_length(&table), 12);
        table[0] = 200;
        assert_eq!(table_length(&table), 16, "one that promises more than there is");
    }
}
