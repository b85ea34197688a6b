"""Fails if a library exports a symbol whose name does not begin as given.

    python symbols.py LIBRARY PREFIX
"""

from __future__ import annotations

import sys
from pathlib import Path

from elftools.elf.elffile import ELFFile


def exported(library: Path) -> list[str]:
    """Returns the names of the functions and objects that the library defines for others."""
    with library.open("rb") as file:
        table = ELFFile(file).get_section_by_name(".dynsym")
        return sorted(
            symbol.name
            for symbol in table.iter_symbols()
            if symbol["st_shndx"] not in ("SHN_UNDEF", "SHN_ABS") and symbol["st_info"]["bind"] != "STB_LOCAL"
        )


def main(library: Path, prefix: str) -> None:
    """Compares, and prints how many there are."""
    names = exported(library)
    foreign = [name for name in names if not name.startswith(prefix)]
    if foreign or not names:
        raise SystemExit(f"{library} exports {', '.join(foreign) or 'nothing'}; expected are names with {prefix}")
    print(f"{library.name}: {len(names)} exported symbols")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
