"""The documentation's lists are complete and correct: settings, APIs, status numbers, links, names."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from markdown import REPOSITORY, anchors, documents, links, rows

import tansu_cffi

CONFIGURATION = REPOSITORY / "docs" / "configuration.md"
API_SUPPORT = REPOSITORY / "docs" / "internals" / "api-support.md"
ERRORS = REPOSITORY / "docs" / "errors.md"


def test_configuration_lists_every_setting_as_the_library_has_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tansu_cffi", "info", "--json"]
    ran = subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, timeout=60, check=True)
    settings = json.loads(ran.stdout)["settings"]
    listed = [row for row in rows(CONFIGURATION) if "." in row[0]]
    assert [row[0] for row in listed] == [setting["key"] for setting in settings]
    for row, setting in zip(listed, settings):
        _, values, default, *alter, doc = row
        assert (values, default, doc) == (_values(setting), setting["default"] or "none", setting["doc"])
        # The first table says of all its rows that they are read once.
        assert alter == ([{True: "yes", False: "no"}[setting["dynamic"]]] if alter else []), row
        assert alter or not setting["dynamic"], row


def _values(setting: dict[str, Any]) -> str:
    """Returns the allowed values as the table's second column shows them, without the outer backticks."""
    if setting["min"] is not None:
        return f"{setting['min']} to {setting['max']}" if setting["type"] == "int" else "0 to 1"
    if setting["type"] == "boolean":
        return "true` or `false"
    if setting["values"]:
        return "`, `".join(setting["values"])
    return "URL" if setting["type"] == "url" else str(setting["type"])


@pytest.mark.parametrize(
    ("storage_url", "column"),
    [("memory://", 2), pytest.param("tansu+memory://", 3, marks=pytest.mark.needs("Tansu's storages"))],
)
def test_api_support_lists_the_apis_that_info_reports(storage_url: str, column: int) -> None:
    listed = {}
    for row in rows(API_SUPPORT):
        cell = row[column] if len(row) == 6 else "-"
        if cell != "-" and "not advertised" not in cell:
            low, _, high = cell.split(" advertised as ")[-1].partition("-")
            listed[row[1]] = (int(low), int(high or low))
    with tansu_cffi.TansuBroker(tansu_cffi.BrokerConfig(storage_url=storage_url)) as broker:
        apis = broker.info()["apis"]
    assert listed == {api["name"]: (api["min_version"], api["max_version"]) for api in apis}


def test_configuration_names_every_field() -> None:
    import dataclasses

    text = CONFIGURATION.read_text(encoding="utf-8")
    for field in dataclasses.fields(tansu_cffi.BrokerConfig):
        assert f"`{field.name}`" in text, field.name


def test_errors_lists_every_status_of_the_header() -> None:
    header = (REPOSITORY / "include" / "tansu.h").read_text(encoding="utf-8")
    # A negative number stands in parentheses there.
    statuses = set(re.findall(r"#define (TANSU_(?:OK|E_\w+)) \(?(-?\d+)\b", header))
    assert statuses
    assert statuses == {(row[1], row[0]) for row in rows(ERRORS) if row[1].startswith("TANSU_")}


def test_errors_names_every_exception_of_the_package() -> None:
    text = ERRORS.read_text(encoding="utf-8")
    for name in tansu_cffi.__all__:
        if isinstance(getattr(tansu_cffi, name), type) and issubclass(getattr(tansu_cffi, name), Exception):
            assert f"`{name}`" in text, name


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for link in links(document):
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), f"{document.name}: {link}"
        if anchor:
            assert anchor in anchors(target), f"{document.name}: {link}"
