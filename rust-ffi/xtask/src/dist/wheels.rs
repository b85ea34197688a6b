//! Building a wheel: the library, the wheel, and its platform tag.

use super::{Distribution, Made, Request, gates, tools, tools::Tools};
use crate::paths;
use std::path::{Path, PathBuf};

pub fn build(tools: &Tools, distribution: &Distribution, request: &Request, dist: &Path) -> Made {
    let folder = paths::target().join("dist").join(&request.target).join(distribution.name);
    let mut library = tools.python();
    library.arg("build_rust.py").arg(distribution.library).arg(&folder);
    library.arg(format!("--target={}", request.target)).arg(format!("--glibc={}", request.glibc));
    tools::succeed(&mut library)?;
    gates::symbols(tools, distribution, &folder.join(format!("lib{}.so.0", distribution.library)))?;

    let staging = folder.join("wheel");
    if staging.exists() {
        std::fs::remove_dir_all(&staging)?;
    }
    let mut wheel = tools.python();
    wheel.args(["-m", "build", "--wheel", "--no-isolation", "--outdir"]).arg(&staging);
    wheel.env(distribution.ready, &folder).env("CC", tools.c_compiler(&request.target, &request.glibc));
    // Neither debug information nor symbols nor zig's checks of undefined behaviour: they name the folder of the build.
    wheel.env("CFLAGS", "-O2 -g0 -fno-sanitize=all").env("LDFLAGS", "-s");
    let architecture = request.target.split('-').next().unwrap_or_default();
    // setuptools needs the name of another target platform.
    wheel.env("_PYTHON_HOST_PLATFORM", format!("linux-{architecture}"));
    tools::succeed(wheel.arg(paths::repository().join(distribution.folder)))?;
    let tagged = tag(tools, &only_file(&staging)?)?;
    let place = dist.join(tagged.file_name().ok_or("a wheel has a name")?);
    std::fs::copy(&tagged, &place)?;
    Ok(place)
}

/// Sets the tag of the oldest system that auditwheel determines for the wheel. (`auditwheel repair` would move the
/// library, which programs in other languages open by its path.)
fn tag(tools: &Tools, wheel: &Path) -> Made {
    let shown = tools::output(tools.command("auditwheel").arg("show").arg(wheel))?;
    let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let platform = flat
        .split_once("following platform tag: \"")
        .and_then(|(_, rest)| rest.split('"').next())
        .filter(|platform| platform.starts_with("manylinux"))
        .ok_or_else(|| format!("auditwheel gives no manylinux tag:\n{shown}"))?;
    println!("{}: {platform}", wheel.display());
    let mut retag = tools.python();
    retag.args(["-m", "wheel", "tags", "--remove", "--platform-tag", platform]).arg(wheel);
    tools::succeed(&mut retag)?;
    only_file(wheel.parent().ok_or("a wheel lies in a folder")?)
}

fn only_file(folder: &Path) -> Made {
    let files: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|e| Ok(e?.path())).collect::<std::io::Result<_>>()?;
    match <[PathBuf; 1]>::try_from(files) {
        Ok([file]) => Ok(file),
        Err(files) => Err(format!("{}: one wheel was expected, not {files:?}", folder.display()).into()),
    }
}
