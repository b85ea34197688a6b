"""Fixtures for every test, and the two rules of the run: the installed package is tested, and no test is left out.

library, hooks_library     the shared library that the wheel ships; the one with tansu_test_raise and tansu_test_panic
broker, make_broker        a running broker in memory; a function that makes brokers and closes them after the test
counts                     counts("exit.each"): how often, see tests/counts.toml
interpreter                the package in each Python at hand; a test that takes it runs once for each
this_interpreter           the same for the Python that runs the tests
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest
from support import REPOSITORY, interpreters, needs, skips, slow
from support.counts import counts as read_count
from support.interpreters import Environments, Found, Installed
from support.libraries import hooks_library as build_hooks_library
from support.libraries import installed_library

# The source folder has the package's name, but not its compiled module: `python -m pytest` must not find it first.
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != REPOSITORY]


def pytest_addoption(parser: pytest.Parser) -> None:
    skips.add_option(parser)


def pytest_configure(config: pytest.Config) -> None:
    try:
        import tansu_cffi
    except ImportError as error:
        command = "pip install '.[test]' ./storages"
        raise pytest.UsageError(f"{error}\nThe tests need the installed package: {command}") from error
    if Path(tansu_cffi.__file__).resolve().parent == REPOSITORY / "tansu_cffi":
        config.issue_config_time_warning(pytest.PytestWarning("the package is tested in its source folder"), 2)
    needs.prepare_environment()
    _restore_sigint()
    config.pluginmanager.register(skips.SkipPolice(config), "skip-police")


def _restore_sigint() -> None:
    """Undoes an ignored SIGINT, which a script's background command inherits and passes on to the tests' programs."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # before pytest selects by markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    slow.mark(items)


_FOUND = {found.name: found for found in interpreters.find()}
_MISSING_PYPY = pytest.param("pypy", marks=pytest.mark.needs("PyPy"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "interpreter" in metafunc.fixturenames:
        # At least the Python that runs this is there. A missing PyPy is listed as not run.
        pypy = [] if any(not found.is_cpython for found in _FOUND.values()) else [_MISSING_PYPY]
        metafunc.parametrize("interpreter", [*_FOUND, *pypy], indirect=True)


@pytest.fixture(scope="session")
def library() -> Path:
    return installed_library()


@pytest.fixture(scope="session")
def hooks_library() -> Path:
    return build_hooks_library()


@pytest.fixture
def make_broker() -> Iterator[Callable[..., Any]]:
    from tansu_cffi import TansuBroker

    made: list[TansuBroker] = []

    def make(*args: Any, **options: Any) -> TansuBroker:
        made.append(TansuBroker(*args, **options))
        return made[-1]

    yield make
    for broker in made:
        broker.stop(0)
    for broker in made:
        broker.close()


@pytest.fixture
def broker(make_broker: Callable[..., Any]) -> Any:
    return make_broker().start()


@pytest.fixture(scope="session")
def counts() -> Callable[[str], int]:
    return read_count


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory, library: Path) -> Environments:
    return Environments(tmp_path_factory.mktemp("environments"), library)


@pytest.fixture
def interpreter(request: pytest.FixtureRequest, environments: Environments, tmp_path: Path) -> Installed:
    return _installed(_FOUND[request.param], environments, tmp_path)


@pytest.fixture
def this_interpreter(environments: Environments, tmp_path: Path) -> Installed:
    return _installed(_FOUND[interpreters.name_of_this()], environments, tmp_path)


def _installed(found: Found, environments: Environments, tmp_path: Path) -> Installed:
    python = environments.python(found)
    folder = tmp_path / "empty"
    folder.mkdir()
    return Installed(found.name, python, folder)
