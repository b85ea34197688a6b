"""The public names of the package, and the rules of its modules."""

from __future__ import annotations

import re
import typing
from pathlib import Path
from typing import Any

import pytest

import tansu_cffi
import tansu_cffi.queue

PACKAGE = Path(tansu_cffi.__file__).parent
PUBLIC = [
    "BrokerArgumentError",
    "BrokerBindError",
    "BrokerConfig",
    "BrokerConfigError",
    "BrokerError",
    "BrokerErrorKind",
    "BrokerEventHandler",
    "BrokerRequestError",
    "BrokerState",
    "BrokerStateError",
    "BrokerStorageError",
    "BrokerTimeoutError",
    "BrokerTopicExistsError",
    "Group",
    "GroupMember",
    "GroupPartition",
    "Partition",
    "TansuBroker",
    "Topic",
    "__version__",
]


def test_public_list_is_what_it_was() -> None:
    assert sorted(tansu_cffi.__all__) == PUBLIC
    assert tansu_cffi.__all__ == PUBLIC
    for name in PUBLIC:
        assert getattr(tansu_cffi, name) is not None


@pytest.mark.parametrize("package", [tansu_cffi, tansu_cffi.queue], ids=lambda package: package.__name__)
def test_classes_show_the_name_to_import_and_have_readable_annotations(package: Any) -> None:
    for name in package.__all__:
        cls = getattr(package, name)
        if isinstance(cls, type):
            assert (
                cls.__module__ == package.__name__ or hasattr(cls, "__dataclass_fields__") or hasattr(cls, "_fields")
            ), name
            typing.get_type_hints(cls)


def test_what_is_not_promised_begins_with_an_underscore() -> None:
    import types

    # pytest rewrites the modules of a distribution that has a plugin, and adds names with an @.
    others = {name for name in vars(tansu_cffi) if not name.startswith(("_", "@"))} - set(PUBLIC)
    modules = {name for name in others if isinstance(getattr(tansu_cffi, name), types.ModuleType)}
    # `annotations` comes from __future__; `queue` is a public subpackage, if a test has imported it.
    assert others - modules <= {"annotations"}
    assert modules <= {"queue"}


def _sources() -> dict[str, str]:
    return {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for path in PACKAGE.rglob("*.py")}


def test_each_trampoline_is_bound_once() -> None:
    """A second def_extern of a name would silently replace the first, for every broker of the process."""
    from tansu_cffi._loader import lib

    bound: list[str] = []
    for name, text in _sources().items():
        found = re.findall(r"@ffi\.def_extern\([^\n]*\)[^\n]*\ndef (\w+)", text)
        assert len(found) == text.count("@ffi.def_extern("), name
        assert not found or name == "_trampolines.py"
        bound += found
    assert sorted(bound) == sorted({name for name in dir(lib) if name.startswith("tansu_py_")})
    assert len(bound) == len(set(bound))


@pytest.mark.parametrize("name", sorted(_sources()))
def test_only_some_modules_call_the_library(name: str) -> None:
    may = {"_core.py", "_lifetime.py", "_loader.py", "_trampolines.py", "_logs.py"}
    calls = re.findall(r"(?<![\w.])(?:lib|ffi)\.\w+", _sources()[name])
    assert not calls or name in may


def test_importing_starts_nothing(this_interpreter: object) -> None:
    program = (
        "import os, sys, threading\n"
        "before = set(os.listdir('/proc/self/task')), set(os.listdir('/proc/self/fd')), os.getcwd()\n"
        "import tansu_cffi\n"
        "assert (set(os.listdir('/proc/self/task')), set(os.listdir('/proc/self/fd')), os.getcwd()) == before\n"
        "assert threading.active_count() == 1\n"
        "assert 'aiokafka' not in sys.modules and 'asyncio' not in sys.modules\n"
    )
    ran = this_interpreter.run(program)  # type: ignore[attr-defined]
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
