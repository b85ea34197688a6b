"""Makes an archive for programs in other languages out of a wheel: the library, headers, pkg-config and CMake files.

python lib_tar.py WHEEL TARGET FOLDER
"""

from __future__ import annotations

import gzip
import io
import os
import sys
import tarfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import Optional

#: Names for `-ltansu` beside the names that the loader knows.
LINKS = {"libtansu.so.0": "libtansu.so", "libtansu.0.dylib": "libtansu.dylib"}


def place(name: str) -> Optional[PurePosixPath]:
    """Returns where a file of the wheel lies in the archive, None for what is Python's."""
    top, *rest = PurePosixPath(name).parts
    if rest and rest[0] in ("lib", "include"):
        return PurePosixPath(*rest)
    if top.endswith(".dist-info") and rest[0] in ("licenses", "sboms"):
        return PurePosixPath("share", top.partition("-")[0].replace("_", "-"), *rest[1:])
    return None


def pack(wheel: Path, target: str, folder: Path) -> Path:
    """Writes the archive; the same wheel gives the same bytes."""
    distribution, version = wheel.name.split("-")[:2]
    stem = {"tansu_cffi": "libtansu", "tansu_cffi_storages": "libtansu-storages"}[distribution]
    top = PurePosixPath(f"{stem}-{version}-{target}")
    archive = folder / f"{top}.tar.gz"
    time = int(os.environ["SOURCE_DATE_EPOCH"])
    with (
        zipfile.ZipFile(wheel) as source,
        archive.open("wb") as raw,
        gzip.GzipFile(fileobj=raw, filename="", mode="wb", mtime=time) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for name in sorted(source.namelist()):
            where = place(name)
            if where is not None:
                add(tar, top / where, source.read(name), time)
    return archive


def add(tar: tarfile.TarFile, path: PurePosixPath, data: bytes, time: int) -> None:
    """Adds a file, and beside a library the name that linkers look for."""
    entry = tarfile.TarInfo(str(path))
    entry.size, entry.mtime = len(data), time
    entry.mode = 0o755 if data.startswith(b"\x7fELF") else 0o644
    tar.addfile(entry, io.BytesIO(data))
    if path.name in LINKS:
        link = tarfile.TarInfo(str(path.with_name(LINKS[path.name])))
        link.type, link.linkname, link.mtime = tarfile.SYMTYPE, path.name, time
        tar.addfile(link)


if __name__ == "__main__":
    print(pack(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
