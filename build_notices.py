"""What is linked into a library: the licence texts (THIRD_PARTY_NOTICES.txt) and a CycloneDX list (`lib*.cdx.json`).

MIT, BSD, ISC and Apache ask for their texts beside a binary. Both files are made of what cargo compiled just now, lie
beside the library and go into the wheel's metadata: the texts into `licenses/`, the list into `sboms/` (PEP 770).
"""

from __future__ import annotations

import json
import re
import shutil
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from build_rust import RUST, VERSION, Build, Library, cargo_output

FILE = "THIRD_PARTY_NOTICES.txt"
RULE = "-" * 80
HEAD = """{name} contains code of the following projects, unchanged as published in the Rust package registry, where
their sources can be had under the name and version given here. Which licence applies to which, and the texts, follow.

"""
#: Folders of C sources inside crates, with licences of their own.
BUNDLED = ("", "zstd", "aws-lc", "LICENSES", "sqlite3", "bundled/src")
LICENCE_NAMES = ("LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE")


@dataclass
class Crate:
    """A crate that is linked into the library; `ours` if it is of this workspace."""

    name: str
    version: str
    licence: str
    repository: str
    ours: bool
    needs: set[str] = field(default_factory=set)

    @property
    def title(self) -> str:
        """What a reader looks up in the registry."""
        return f"{self.name} {self.version}"

    @property
    def purl(self) -> str:
        """The package URL."""
        return f"pkg:cargo/{self.name}@{self.version}"


def sbom_name(library: Library) -> str:
    """The file name of the CycloneDX list."""
    return f"lib{library.stem}.cdx.json"


def write(library: Library, target: str, manifests: Mapping[str, str], folder: Path) -> None:
    """Writes both files for the library into `folder`. `manifests`: the Cargo.toml of each crate that was compiled."""
    crates = linked(library, target)
    others = [crate for crate in crates.values() if not crate.ours]
    rust = cargo_output(library, ["rustc", "--version"]).split()[1]
    (folder / FILE).write_text(notices(library, others, rust, manifests), encoding="utf-8")
    text = json.dumps(sbom(library, crates, rust), indent=1, sort_keys=True)
    (folder / sbom_name(library)).write_text(text + "\n", encoding="utf-8")


def linked(library: Library, target: str) -> dict[str, Crate]:
    """Returns the crates of the library by their titles, the library's own first."""
    command = ["cargo", "tree", "--locked", "--offline", f"--package={library.crate}", f"--target={target}"]
    # What only runs at build time is not linked: neither build scripts nor procedural macros.
    options = ["--edges=normal,no-proc-macro", "--prefix=depth", "--format= {p};{l};{r};"]
    found: dict[str, Crate] = {}
    above: list[Crate] = []
    for line in cargo_output(library, [*command, *options]).splitlines():
        shown = re.match(r"(\d+) (\S+) v(\S+)( \(.*\))?;([^;]*);([^;]*);", line)
        if shown is None:
            raise SystemExit(f"{library.distribution}: cannot read this line of `cargo tree`: {line}")
        depth = int(shown[1])
        crate = Crate(shown[2], shown[3], shown[5], shown[6], ours=shown[4] is not None)
        crate = found.setdefault(crate.title, crate)
        del above[depth:]
        if above:
            above[-1].needs.add(crate.title)
        above.append(crate)
    return found


# --- the licence texts ------------------------------------------------------------------------------------------------


def notices(library: Library, crates: Iterable[Crate], rust: str, manifests: Mapping[str, str]) -> str:
    """Returns the list of crates with their licences, and each text once under the crates that carry it."""
    crates = sorted(crates, key=lambda crate: crate.title)
    out = HEAD.format(name=f"lib{library.stem}")
    out += "".join(f"{crate.title}: {crate.licence}\n" for crate in crates)
    out += f"The Rust standard library {rust}: MIT OR Apache-2.0\n"
    texts: dict[str, list[str]] = {}
    bare = []
    for crate in crates:
        folder = Path(manifests[crate.title]).parent
        files = licence_files(folder)
        if not files:
            bare.append(f"{crate.title}, by {authors(folder, crate)}\n")
        for file in files:
            lines = file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            users = texts.setdefault("\n".join(line.rstrip() for line in lines), [])
            if crate.title not in users:
                users.append(crate.title)
    if bare:
        out += (
            "\nThese carry no licence file; their manifests name the licence above, whose text others below carry:\n\n"
        )
        out += "".join(bare)
    for text, users in sorted(texts.items(), key=lambda item: (item[1], item[0])):
        out += f"\n{RULE}\n{', '.join(users)}\n{RULE}\n\n{text}\n"
    return out


def licence_files(folder: Path) -> list[Path]:
    """Returns the files at the top of a crate, and of the C sources that it brings, that state a licence."""
    found = []
    for bundled in BUNDLED:
        inside = folder / bundled
        for path in inside.iterdir() if inside.is_dir() else ():
            name = path.name.upper()
            if name.startswith(LICENCE_NAMES) and not name.endswith(".RS") and path.is_file():
                found.append(path)
    return sorted(found)


def authors(folder: Path, crate: Crate) -> str:
    """Returns the authors that the crate's manifest names."""
    manifest = (folder / "Cargo.toml").read_text(encoding="utf-8")
    found = re.search(r"^authors = \[(.*?)\]", manifest, re.MULTILINE | re.DOTALL)
    names = re.findall(r'"([^"]+)"', found[1]) if found else []
    return ", ".join(names) or f"the {crate.name} authors"


# --- the CycloneDX list -----------------------------------------------------------------------------------------------


def sbom(library: Library, crates: Mapping[str, Crate], rust: str) -> dict[str, Any]:
    """Returns the CycloneDX document. It names no time and no random number: two builds give the same bytes."""
    own, *others = crates.values()
    sums = checksums()
    top = {
        "type": "library",
        "bom-ref": own.purl,
        "name": f"lib{library.stem}",
        "version": VERSION,
        "purl": f"pkg:pypi/{library.distribution}@{VERSION}",
        "licenses": [{"expression": own.licence}],
    }
    std = {
        "type": "library",
        "bom-ref": "rust-std",
        "name": "rust-std",
        "version": rust,
        "licenses": [{"expression": "MIT OR Apache-2.0"}],
    }
    components = [component(crate, sums) for crate in sorted(others, key=lambda crate: crate.title)]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": top},
        "components": [*components, std],
        "dependencies": [
            {"ref": crate.purl, "dependsOn": sorted(crates[name].purl for name in crate.needs)}
            for crate in sorted(crates.values(), key=lambda crate: crate.title)
        ],
    }
    content = json.dumps(document, sort_keys=True)
    return {"serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, content).urn, **document}


def component(crate: Crate, sums: Mapping[str, str]) -> dict[str, Any]:
    """Returns a crate as CycloneDX has it."""
    # Old manifests write `MIT/Apache-2.0`, which is no expression.
    shown: dict[str, Any] = {
        "type": "library",
        "bom-ref": crate.purl,
        "name": crate.name,
        "version": crate.version,
        "licenses": [{"expression": crate.licence.replace("/", " OR ")}],
    }
    if not crate.ours:
        shown["purl"] = crate.purl
    if crate.title in sums:
        shown["hashes"] = [{"alg": "SHA-256", "content": sums[crate.title]}]
    if crate.repository:
        shown["externalReferences"] = [{"type": "vcs", "url": crate.repository}]
    return shown


def checksums() -> dict[str, str]:
    """Returns the checksums of Cargo.lock by title."""
    lock = (RUST / "Cargo.lock").read_text(encoding="utf-8")
    rows = re.findall(
        r'^name = "([^"]+)"\nversion = "([^"]+)"\nsource = "[^"]+"\nchecksum = "(\w+)"', lock, re.MULTILINE
    )
    return {f"{name} {version}": checksum for name, version, checksum in rows}


# --- the wheel --------------------------------------------------------------------------------------------------------


def into_dist_info(library: Library, built: Path, dist_info: Path) -> bool:
    """Copies both files into a wheel's metadata; returns whether the library's folder has them."""
    places = {FILE: dist_info / "licenses", sbom_name(library): dist_info / "sboms"}
    if not all((built / name).is_file() for name in places):
        return False
    for name, folder in places.items():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(built / name, folder / name)
    name_in_metadata(dist_info / "METADATA")
    return True


def name_in_metadata(metadata: Path) -> None:
    """Adds the licence texts to the licence files that METADATA lists."""
    text = metadata.read_text(encoding="utf-8")
    line = f"License-File: {FILE}\n"
    if line not in text:
        head, _, rest = text.rpartition("License-File: ")
        last, _, tail = rest.partition("\n")
        metadata.write_text(f"{head}License-File: {last}\n{line}{tail}", encoding="utf-8")


class WithNotices:
    """For bdist_wheel: adds both files after setuptools has written its own."""

    build: Build

    def write_wheelfile(self, wheelfile_base: str, *args: Any, **options: Any) -> None:
        """The last of the metadata that setuptools writes."""
        super().write_wheelfile(wheelfile_base, *args, **options)  # type: ignore[misc]
        library, folder = self.build.library, self.build.folder
        if not into_dist_info(library, folder, Path(wheelfile_base)):
            print(f"{library.distribution}: {folder} has no {FILE}, so this wheel is not for publishing.")
