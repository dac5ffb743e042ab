//! The functions that an annotation can stand on: generic ones, methods, all of an `impl`, trait impls.

use feagi_observability::observe;

fn plain_of<T: Copy + Into<u64>, const N: usize>(values: &[T; N]) -> u64 {
    values.iter().fold(5, |sum, value| sum.rotate_left(3) ^ (*value).into())
}

#[observe(metric = "generic", fields(N))]
fn observed_of<T: Copy + Into<u64>, const N: usize>(values: &[T; N]) -> u64 {
    values.iter().fold(5, |sum, value| sum.rotate_left(3) ^ (*value).into())
}

/// A generic function, in the one that calls it.
#[inline(never)]
#[unsafe(no_mangle)]
pub fn plain_generic(small: &[u8; 5], large: &[u32; 3]) -> u64 {
    plain_of(small) ^ plain_of(large)
}

/// The same, annotated.
#[inline(never)]
#[unsafe(no_mangle)]
pub fn observed_generic(small: &[u8; 5], large: &[u32; 3]) -> u64 {
    observed_of(small) ^ observed_of(large)
}

/// Something with methods.
pub struct Plain(u64);

/// The same; one of its methods is annotated, the others by their `impl`.
pub struct Observed(u64);

impl Plain {
    /// Changes itself and lends what it holds.
    #[inline(never)]
    #[unsafe(no_mangle)]
    pub fn plain_method(&mut self, by: u64) -> Result<&mut u64, u8> {
        self.0 = self.0.checked_add(by).ok_or(1)?;
        Ok(&mut self.0)
    }

    /// Takes itself.
    #[inline(never)]
    #[unsafe(no_mangle)]
    pub fn plain_whole(self, mut by: u64) -> u64 {
        by = by.rotate_left(3);
        self.0 ^ by
    }
}

impl Observed {
    /// Changes itself and lends what it holds.
    #[inline(never)]
    #[unsafe(no_mangle)]
    #[observe(fields(held = self.0))]
    pub fn observed_method(&mut self, by: u64) -> Result<&mut u64, u8> {
        self.0 = self.0.checked_add(by).ok_or(1)?;
        Ok(&mut self.0)
    }
}

#[observe(level = "debug")]
impl Observed {
    /// Takes itself.
    #[inline(never)]
    #[unsafe(no_mangle)]
    pub fn observed_whole(self, mut by: u64) -> u64 {
        by = by.rotate_left(3);
        self.0 ^ by
    }
}

impl From<Plain> for u64 {
    fn from(plain: Plain) -> u64 {
        plain.0.rotate_left(5) ^ 3
    }
}

#[observe]
impl From<Observed> for u64 {
    fn from(observed: Observed) -> u64 {
        observed.0.rotate_left(5) ^ 3
    }
}

/// A method of a trait, in the function that calls it.
#[inline(never)]
#[unsafe(no_mangle)]
pub fn plain_trait(value: Plain) -> u64 {
    value.into()
}

/// The same, annotated.
#[inline(never)]
#[unsafe(no_mangle)]
pub fn observed_trait(value: Observed) -> u64 {
    value.into()
}
