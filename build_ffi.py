"""The cffi module `tansu_cffi._native`, in API mode: the C compiler checks every declaration against `include/tansu.h`.

The header is the only source of the declarations. What stands in it between the two markers is given to cffi, less what
its parser does not know; then come the functions that the library calls. `ffibuilder` also works with `cffi-gen-src`.
"""

from __future__ import annotations

import re
import sys
import sysconfig
from pathlib import Path
from typing import Any

import cffi

ROOT = Path(__file__).resolve().parent
HEADER = ROOT / "include" / "tansu.h"
BEGIN, END = "/* tansu-cffi: begin */", "/* tansu-cffi: end */"

#: What the library calls; tansu_cffi/_trampolines.py has the bodies.
CALLBACKS = """
extern "Python" {
    void tansu_py_on_started(void *user_data, uint16_t port);
    void tansu_py_on_stopped(void *user_data);
    void tansu_py_on_error(void *user_data, const tansu_error *error);
    void tansu_py_on_fatal(void *user_data, const tansu_error *error);
    void tansu_py_release(void *user_data);
    void tansu_py_log(void *user_data, int32_t level, const char *target, const char *message);
}
"""


def declarations(header: str) -> str:
    """The part of the header between the markers, as cffi's parser takes it."""
    if BEGIN not in header or END not in header:
        raise SystemExit(f"{HEADER}: the markers {BEGIN} and {END} are missing")
    text = header.split(BEGIN, 1)[1].split(END, 1)[0]
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"//[^\n]*", "", text)
    text = text.replace("\\\n", " ")
    text = "\n".join(_without_conditionals(text.splitlines()))
    # Macros of the header: attributes, which are not cffi's concern. All of our types and functions are lower case.
    text = re.sub(r"\b(?:TANSU_[A-Z_]+)\b(?!\s+\.\.\.)(?:\([^()]*\))?", "", text)
    return re.sub(r'extern\s+"C"\s*\{', "", text)


def _without_conditionals(lines: list[str]) -> list[str]:
    """Constants become `...`, whose value the compiler fills in; what stands under an `#if` is C++'s or a test's."""
    kept = []
    depth = 0
    for line in lines:
        directive = line.strip()
        if re.match(r"#\s*if", directive):
            depth += 1
        elif re.match(r"#\s*endif", directive):
            depth -= 1
        elif depth == 0:
            constant = re.match(r"#\s*define\s+(\w+)\s+\(?[-\w]+\)?\s*$", directive)
            if constant:
                kept.append(f"#define {constant[1]} ...")
            elif not directive.startswith("#"):
                kept.append(line)
    return kept


def is_limited_api() -> bool:
    """One module for every CPython with a GIL, from 3.10 on.

    PyPy and free-threaded 3.14 have no stable ABI. Free-threaded 3.15 has one, `abi3t`, which cffi 2.1 and setuptools
    84 build; it is not asked for here before such an interpreter has run the tests. That a free-threaded module does
    not need the GIL is declared by cffi.
    """
    return sys.implementation.name == "cpython" and not sysconfig.get_config_var("Py_GIL_DISABLED")


def _make() -> cffi.FFI:
    builder = cffi.FFI()
    builder.cdef(declarations(HEADER.read_text(encoding="utf-8")))
    builder.cdef(CALLBACKS)
    options: dict[str, Any] = {"include_dirs": [str(ROOT / "include")]}
    if is_limited_api():
        options["define_macros"] = [("Py_LIMITED_API", "0x030a0000")]
        options["py_limited_api"] = True
    # What it is linked against is setup.py's business.
    builder.set_source("tansu_cffi._native", '#include "tansu.h"', **options)
    return builder


ffibuilder = _make()
