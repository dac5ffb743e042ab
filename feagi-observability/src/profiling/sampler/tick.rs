//! How often the kernel looks at timers of CPU clocks: at its own tick. Samples do not come more often, however often they are asked for.

use flate2::read::GzDecoder;
use std::ffi::CStr;
use std::fs::File;
use std::io::Read;
use std::mem::MaybeUninit;

/// What most distributions build their kernels with.
const USUAL: u32 = 250;

/// Says that fewer samples will come than are asked for; their weights are right all the same.
pub(super) fn warn_above(frequency_hz: u32) {
    let tick = of_kernel();
    if frequency_hz > tick.unwrap_or(USUAL) {
        let (hz, known) = (tick.unwrap_or(USUAL), if tick.is_some() { "" } else { ", as far as is known" });
        tracing::warn!(
            target: "feagi_observability::profiling",
            "profiling.frequency_hz = {frequency_hz} is above the kernel's tick of {hz} Hz{known}: samples come at the tick, and weigh more"
        );
    }
}

/// `CONFIG_HZ`, if the kernel tells how it was built. `sysconf(_SC_CLK_TCK)` is another number.
fn of_kernel() -> Option<u32> {
    let mut config = String::new();
    let packed =
        File::open("/proc/config.gz").and_then(|file| GzDecoder::new(file).read_to_string(&mut config));
    if packed.is_err() {
        config = std::fs::read_to_string(format!("/boot/config-{}", release()?)).ok()?;
    }
    parse(&config)
}

fn parse(config: &str) -> Option<u32> {
    config.lines().find_map(|line| line.strip_prefix("CONFIG_HZ="))?.trim().parse().ok()
}

fn release() -> Option<String> {
    let mut names = MaybeUninit::<libc::utsname>::zeroed();
    // SAFETY: a valid place. All zero is a valid value, and so is what the call writes.
    let names = unsafe { (libc::uname(names.as_mut_ptr()) == 0).then(|| names.assume_init())? };
    // SAFETY: a C string, ended within its place.
    let release = unsafe { CStr::from_ptr(names.release.as_ptr()) };
    release.to_str().ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tick_is_found_among_its_neighbours() {
        assert_eq!(parse("# CONFIG_HZ_100 is not set\nCONFIG_HZ_250=y\nCONFIG_HZ=250\n"), Some(250));
        assert_eq!(parse("CONFIG_HZ_250=y\n"), None);
    }

    #[test]
    fn the_kernel_has_a_release() {
        assert!(release().is_some_and(|release| release.starts_with(|c: char| c.is_ascii_digit())));
    }
}
