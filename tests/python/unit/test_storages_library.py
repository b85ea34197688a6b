"""The library of Tansu's storages: where it is searched, and the errors for an unusable one."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest
from support import needs

from tansu_cffi import BrokerConfig, BrokerConfigError, TansuBroker, __version__, _storages
from tansu_cffi.__main__ import main

URL = "tansu+memory://"


def _refused(library: str) -> str:
    with pytest.raises(BrokerConfigError) as caught:
        TansuBroker(BrokerConfig(storage_url=URL, extra={"storages.library": library}))
    return str(caught.value)


def _compiled(folder: Path, source: str) -> str:
    """A shared library of this C source."""
    needs.require_program("cc")
    (folder / "other.c").write_text(source)
    library = folder / "libtansu_storages.so.0"
    command = ["cc", "-shared", "-fPIC", "-o", str(library), str(folder / "other.c")]
    subprocess.run(command, check=True, capture_output=True)
    return str(library)


def _without_the_package(program: str) -> str:
    """Runs it in a process that has not loaded the library: the dynamic linker finds a loaded one by its name."""
    head = "from tansu_cffi import BrokerConfig, BrokerConfigError, TansuBroker, _storages\n"
    head += "_storages.library = lambda: None\n"
    command = [sys.executable, "-I", "-c", head + program]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=60).stdout


def test_without_the_package_the_remedy_is_named() -> None:
    said = _without_the_package(
        "try:\n"
        "    TansuBroker(BrokerConfig(storage_url='sqlite://orders.db'))\n"
        "except BrokerConfigError as error:\n"
        "    print(error)\n"
    )
    assert said.startswith("storage_url: sqlite:// needs the library of Tansu's storages, and libtansu_storages.so.0 ")
    assert "`pip install ./storages`" in said
    assert "storages.library" in said


def test_the_engines_storages_need_no_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(_storages, "library", lambda: None)
    for url in ("memory://", (tmp_path / "broker").as_uri()):
        with TansuBroker(BrokerConfig(storage_url=url)) as broker:
            assert broker.is_running


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = str(tmp_path / "libtansu_storages.so.0")
    said = _refused(path)
    assert f"{path} cannot be loaded: " in said
    assert "Give the full path of a libtansu_storages.so.0" in said


def test_a_file_that_is_no_library_is_named(tmp_path: Path) -> None:
    path = tmp_path / "libtansu_storages.so.0"
    path.write_text("no library")
    assert f"{path} cannot be loaded: " in _refused(str(path))


def test_a_library_of_something_else_is_named(library: Path) -> None:
    assert f"{library} is not a library of Tansu's storages" in _refused(str(library))


def test_another_version_is_named_with_both(tmp_path: Path) -> None:
    path = _compiled(tmp_path, 'const char *tansu_storages_version(void) { return "0.0.7"; }')
    said = _refused(path)
    assert f"{path} is of version 0.0.7, and this is libtansu {__version__}" in said
    assert "Install both in the same version" in said


@pytest.mark.parametrize("entry", ["", "void *tansu_storages_entry(void) { return 0; }"], ids=["none", "null"])
def test_a_library_without_its_functions_is_named(tmp_path: Path, entry: str) -> None:
    source = f'const char *tansu_storages_version(void) {{ return "{__version__}"; }}\n{entry}'
    assert "is not a library of Tansu's storages" in _refused(_compiled(tmp_path, source))


def test_a_table_of_another_size_is_another_build(tmp_path: Path) -> None:
    source = (
        f'const char *tansu_storages_version(void) {{ return "{__version__}"; }}\n'
        "static const unsigned long table[64] = {8};\n"
        "const void *tansu_storages_entry(void) { return table; }\n"
    )
    assert f"is of version {__version__} of another build" in _refused(_compiled(tmp_path, source))


@pytest.fixture
def fake_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    package = tmp_path / "tansu_cffi_storages"
    package.mkdir()
    (package / "__init__.py").write_text("def library(): return '/of/the/package/libtansu_storages.so.0'\n")
    real = sys.modules.pop("tansu_cffi_storages", None)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop("tansu_cffi_storages", None)
    if real is not None:
        sys.modules["tansu_cffi_storages"] = real


def test_the_installed_package_is_found(fake_package: None) -> None:
    assert _storages.library() == "/of/the/package/libtansu_storages.so.0"
    with pytest.raises(BrokerConfigError, match="/of/the/package/"):
        TansuBroker(BrokerConfig(storage_url=URL))
    # A setting wins.
    assert "/of/the/setting/" in _refused("/of/the/setting/libtansu_storages.so.0")


def test_a_module_without_a_spec_is_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tansu_cffi_storages", types.ModuleType("tansu_cffi_storages"))
    assert _storages.library() is None


def test_info_says_which_storages_are_installed() -> None:
    said = _without_the_package("from tansu_cffi.__main__ import main\nmain(['info'])\n")
    assert re.search(r"^  memory://  ", said, re.MULTILINE)
    assert re.search(r"^  sqlite:// \(not installed: pip install ./storages\)  ", said, re.MULTILINE)


def test_the_path_of_the_library_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    needs.require("Tansu's storages")
    assert main(["--storages-library"]) == 0
    assert Path(capsys.readouterr().out.strip()).is_file()


# --- with the library -------------------------------------------------------------------------------------------------


@pytest.fixture
def on_storages(make_broker: Callable[..., Any]) -> Callable[..., Any]:
    needs.require("Tansu's storages")
    return lambda url, **extra: make_broker(BrokerConfig(storage_url=url, extra=extra))


def test_two_brokers_have_different_storages(on_storages: Callable[..., Any], tmp_path: Path) -> None:
    brokers = [on_storages(url).start() for url in (URL, URL, f"sqlite://{tmp_path}/a.db", "memory://")]
    for number, broker in enumerate(brokers):
        broker.create_topic(f"of-{number}")
    for number, broker in enumerate(brokers):
        assert [topic.name for topic in broker.topics() if topic.name.startswith("of-")] == [f"of-{number}"]
    assert {storage["available"] for storage in brokers[0].info()["storages"]} == {True}


def test_a_stop_ends_an_opening_that_gets_no_answer(on_storages: Callable[..., Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        broker = on_storages(f"postgres://me@127.0.0.1:{listener.getsockname()[1]}/x")
        broker.start_nowait()
        # The storage has asked, and waits for its answer.
        connection, _ = listener.accept()
        with connection:
            broker.stop()
            broker.wait(20)
    assert broker.state.name == "STOPPED"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("tansu-storages")]


def test_records_of_the_storages_come_to_the_log(
    on_storages: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="tansu")
    broker = on_storages(URL).start()
    broker.create_topic("logged")
    broker.close()
    targets = {record.name for record in caplog.records}
    assert any(name.startswith("tansu.nisshi") for name in targets), targets
    assert not any(record.levelname == "INFO" and "nisshi" in record.name for record in caplog.records)
