//! A profile in the formats of other programs.

use super::folded::Folded;
use super::profile::Profile;
use super::{ProfilingError, output, pprof_format, svg};
use std::path::{Path, PathBuf};

pub(super) fn pprof(profile: &Profile) -> Result<Vec<u8>, ProfilingError> {
    pprof_format::compressed(profile).map_err(ProfilingError::io("compress", Path::new("the profile")))
}

pub(super) fn flamegraph(folded: &Folded) -> Result<Vec<u8>, ProfilingError> {
    svg::draw(folded)
}

pub(super) fn difference(before: &Folded, after: &Folded) -> Result<Vec<u8>, ProfilingError> {
    svg::draw_difference(before, after)
}

/// Writes `NAME.pb.gz`, and `NAME.svg` unless there are no samples.
pub(super) fn files(
    profile: &Profile,
    folder: &Path,
    name: &str,
) -> Result<(PathBuf, Option<PathBuf>), ProfilingError> {
    output::create_folder(folder)?;
    let pprof = folder.join(format!("{name}.pb.gz"));
    let flamegraph = folder.join(format!("{name}.svg"));
    let compressed = pprof_format::compressed(profile).map_err(ProfilingError::io("compress", &pprof))?;
    output::replace(&pprof, &compressed)?;
    match svg::draw(&Folded::of(profile)) {
        Ok(drawn) => output::replace(&flamegraph, &drawn)?,
        Err(ProfilingError::EmptyProfile) => {
            // An older run's picture beside the new profile would be taken for the new one's.
            output::remove(&flamegraph)?;
            return Ok((pprof, None));
        }
        Err(error) => return Err(error),
    }
    Ok((pprof, Some(flamegraph)))
}
