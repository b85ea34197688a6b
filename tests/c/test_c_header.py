"""tansu.h and tansu.hpp as compilers see them, and the library as the linker does."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from c.building import FOUND, HEADERS, HELPERS, STRICT, must, run
from support import REPOSITORY

HEADER = (HEADERS / "tansu.h").read_text(encoding="utf-8")
SYMBOLS = (REPOSITORY / "rust-ffi" / "ffi" / "symbols.txt").read_text(encoding="utf-8").split()
HOOKS = ["tansu_test_panic", "tansu_test_raise"]
#: Functions that the header declares.
DECLARED = sorted(set(re.findall(r"^(?:TANSU_API .*|[\w ]+ \*?)?\b(tansu_\w+)\(", HEADER, re.MULTILINE)))

COMPILERS = [compiler for compiler in ("gcc", "clang") if shutil.which(compiler)]
CXX = {"gcc": "g++", "clang": "clang++"}


def _compile(compiler: str, standard: str, source: Path, *options: str) -> None:
    command = [CXX[compiler] if "++" in standard else compiler, f"-std={standard}", *STRICT, f"-I{HEADERS}"]
    must([*command, *options, "-c", str(source), "-o", f"{source}.o"])


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("standard", ["c99", "c11", "c17", "c++11", "c++17", "c++20"])
@pytest.mark.parametrize("times", [1, 2])
def test_the_header_stands_alone(compiler: str, standard: str, times: int, tmp_path: Path) -> None:
    source = tmp_path / ("alone.cpp" if "++" in standard else "alone.c")
    source.write_text('#include "tansu.h"\n' * times + "tansu_callbacks callbacks = TANSU_CALLBACKS_INIT;\n")
    _compile(compiler, standard, source, "-Wconversion", "-Wshadow")
    _compile(compiler, standard, source, "-DTANSU_TEST_HOOKS")


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("standard", ["c++17", "c++20"])
@pytest.mark.parametrize("times", [1, 2])
def test_the_cpp_header_stands_alone(compiler: str, standard: str, times: int, tmp_path: Path) -> None:
    source = tmp_path / "alone.cpp"
    source.write_text('#include "tansu.hpp"\n' * times)
    _compile(compiler, standard, source, "-Wconversion", "-Wshadow")


@pytest.mark.parametrize("standard", ["c99", "c11", "c++17"])
def test_a_wrong_layout_does_not_compile(standard: str, tmp_path: Path) -> None:
    """The assertions at the end of the header are worth something."""
    wrong = HEADER.replace("  void *user_data;\n", "  void *user_data;\n  void *more;\n", 1)
    (tmp_path / "wrong.h").write_text(wrong)
    source = tmp_path / ("wrong.cpp" if "++" in standard else "wrong.c")
    source.write_text('#include "wrong.h"\n')
    command = ["g++" if "++" in standard else "gcc", f"-std={standard}", f"-I{tmp_path}", "-fsyntax-only", str(source)]
    ran = run(command)
    assert ran.returncode != 0
    assert "tansu_assert_layout_" in ran.stderr or "static assertion failed" in ran.stderr


def test_an_ignored_status_is_a_warning(tmp_path: Path) -> None:
    for suffix, compiler in ((".c", "gcc"), (".cpp", "g++")):
        source = tmp_path / f"ignored{suffix}"
        source.write_text('#include "tansu.h"\nvoid f(void) { tansu_config_new(0); }\n')
        # Not -fsyntax-only: gcc finds it when it makes the code.
        ran = run([compiler, *STRICT, f"-I{HEADERS}", "-c", str(source), "-o", f"{source}.o"])
        assert "-Werror=unused-result" in ran.stderr


@pytest.mark.parametrize("suffix", [".c", ".cpp"])
def test_two_translation_units(suffix: str, library: Path, tmp_path: Path) -> None:
    header = "tansu.hpp" if suffix == ".cpp" else "tansu.h"
    one, two = tmp_path / f"one{suffix}", tmp_path / f"two{suffix}"
    version = "tansu::version().data()" if suffix == ".cpp" else "tansu_version()"
    declared = f'#include "{header}"\nconst char *version(void);\n'
    one.write_text(declared + f"const char *version(void) {{ return {version}; }}\n")
    two.write_text(declared + f"#include <string.h>\nint main(void) {{ return strcmp(version(), {version}); }}\n")
    compiler = ["c++", "-std=c++17"] if suffix == ".cpp" else ["cc", "-std=c99"]
    command = [*compiler, *STRICT, f"-I{HEADERS}", str(one), str(two), str(library), f"-Wl,-rpath,{library.parent}"]
    must([*command, "-o", str(tmp_path / "two")])
    must([str(tmp_path / "two")])


def _linked(folder: Path, library: Path, names: list[str], options: list[str] | None = None) -> str:
    """A program with the address of each function; prints how many there are."""
    source = folder / "linked.c"
    source.write_text(
        '#include "tansu.h"\n#include <stdio.h>\ntypedef void (*any)(void);\n'
        "static const any all[] = {\n" + "".join(f"  (any){name},\n" for name in names) + "};\n"
        "int main(void) {\n  size_t i, count = 0;\n"
        "  for (i = 0; i < sizeof all / sizeof all[0]; i++) count += all[i] != NULL;\n"
        '  printf("%d\\n", (int)count);\n  return 0;\n}\n'
    )
    command = ["cc", "-std=c99", *STRICT, *(options or []), f"-I{HEADERS}", str(source), str(library)]
    must([*command, f"-Wl,-rpath,{library.parent}", "-o", str(folder / "linked")])
    return must([str(folder / "linked")])


def test_every_function_of_the_header_links(library: Path, hooks_library: Path, tmp_path: Path) -> None:
    released = [name for name in DECLARED if name not in HOOKS]
    assert released == SYMBOLS
    assert _linked(tmp_path, library, released) == f"{len(SYMBOLS)}\n"
    assert _linked(tmp_path, hooks_library, DECLARED, ["-DTANSU_TEST_HOOKS"]) == f"{len(SYMBOLS) + len(HOOKS)}\n"


def _exported(library: Path) -> list[str]:
    lines = must(["nm", "-D", "--defined-only", str(library)]).splitlines()
    return sorted(line.split()[-1] for line in lines)


def test_the_library_exports_the_list_and_nothing_else(library: Path, hooks_library: Path) -> None:
    assert _exported(library) == sorted(SYMBOLS)
    assert _exported(hooks_library) == sorted(SYMBOLS + HOOKS)


def test_the_library_has_a_soname_and_stays_loaded(library: Path, hooks_library: Path) -> None:
    for path in (library, hooks_library):
        said = must(["readelf", "-dW", str(path)])
        assert re.search(r"\(SONAME\).*\[libtansu\.so\.0\]", said)
        # Its threads and thread-local storage outlive a dlclose.
        assert re.search(r"\(FLAGS_1\).*\bNODELETE\b", said)
        assert "(RUNPATH)" not in said
        assert "(RPATH)" not in said
        assert "(TEXTREL)" not in said
        # No executable stack.
        assert re.search(r"GNU_STACK.* RW ", must(["readelf", "-lW", str(path)]))


def test_a_program_records_the_soname(library: Path, tmp_path: Path) -> None:
    """And not the path that it was linked by."""
    assert _linked(tmp_path, library, SYMBOLS)
    assert re.findall(r"\(NEEDED\).*\[(libtansu.*)\]", must(["readelf", "-dW", str(tmp_path / "linked")])) == [
        "libtansu.so.0"
    ]


def test_the_program_of_the_first_page(library: Path, tmp_path: Path) -> None:
    """As it stands, with the command line that the page gives."""
    page = HEADER[HEADER.index(r"\mainpage") : HEADER.index(r"\par Rules")]
    lines = [line[len(" *     ") :] for line in page.splitlines() if line.startswith(" *     ")]
    assert lines[0] == '#include "tansu.h"'
    assert lines[-1] == "}"
    (tmp_path / "app.c").write_text("\n".join(lines) + "\n")
    (tmp_path / "tansu.h").write_text(HEADER)
    (tmp_path / "libtansu.so.0").symlink_to(library)
    assert "`cc app.c libtansu.so.0` builds it" in page
    must(["cc", "app.c", "libtansu.so.0"], cwd=tmp_path)
    said = must(["./a.out"], {"LD_LIBRARY_PATH": str(tmp_path)}, tmp_path)
    assert re.fullmatch(r"clients connect to localhost:\d+\nstopped\n", said)
    must(["cc", "-std=c99", *STRICT, "app.c", "libtansu.so.0"], cwd=tmp_path)
    must(["valgrind", "-q", f"--error-exitcode={FOUND}", "./a.out"], {"LD_LIBRARY_PATH": str(tmp_path)}, tmp_path)


def test_the_library_outlives_its_dlclose(library: Path, tmp_path: Path) -> None:
    source = HELPERS / "loading" / "unload.c"
    must(["cc", "-std=c99", *STRICT, f"-I{HEADERS}", str(source), "-ldl", "-o", str(tmp_path / "unload")])
    must([str(tmp_path / "unload"), str(library)])
