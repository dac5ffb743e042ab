//! This machine.

/// The name of this machine; empty where the system does not say.
#[cfg(unix)]
pub(super) fn host_name() -> String {
    let mut name = [0u8; 256];
    // SAFETY: the buffer is as long as is said; one byte is kept back, so the name ends in a zero even if it is cut.
    let failed = unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1) } != 0;
    let text = std::ffi::CStr::from_bytes_until_nul(&name).ok().and_then(|name| name.to_str().ok());
    text.filter(|_| !failed).unwrap_or_default().to_owned()
}

#[cfg(not(unix))]
pub(super) fn host_name() -> String {
    String::new()
}
