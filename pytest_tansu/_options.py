"""The plugin's command-line options and ini options."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import pytest

#: Without a path this URL gives each broker a folder of its own.
FOLDER_OF_ITS_OWN = "file://"


class Options(NamedTuple):
    """The options of a run."""

    #: Settings by their names.
    settings: dict[str, str]
    #: The option that each setting comes from, for messages.
    names: dict[str, str]
    #: Seconds.
    start_timeout: float
    #: Whether KAFKA_BOOTSTRAP_SERVERS is set while `tansu_broker` runs.
    sets_environment: bool
    #: Whether the folders of brokers are kept if a test that uses them fails.
    keeps_folders: bool


def add(parser: pytest.Parser) -> None:
    """Adds the options to pytest's."""
    group = parser.getgroup("tansu", "tansu: a Kafka-compatible broker")
    storage = "URL of the brokers' storage: memory://, or file:// for a temporary folder for each broker"
    timeout = "seconds that a broker may take to start"
    setting = "a setting of the brokers, such as num.partitions=4"
    environment = "set KAFKA_BOOTSTRAP_SERVERS while the broker of the session runs"
    keep = "keep the folder of a file:// broker if a test that uses it fails"
    group.addoption("--tansu-storage", metavar="URL", help=f"{storage} (ini: tansu_storage)")
    group.addoption("--tansu-start-timeout", metavar="SECONDS", help=f"{timeout} (ini: tansu_start_timeout)")
    group.addoption(
        "--tansu-set", metavar="KEY=VALUE", action="append", default=[], help=f"{setting} (ini: tansu_settings)"
    )
    group.addoption("--tansu-env", action="store_true", default=None, help=f"{environment} (ini: tansu_env)")
    group.addoption("--tansu-keep", action="store_true", default=None, help=f"{keep} (ini: tansu_keep)")
    parser.addini("tansu_storage", storage, default="memory://")
    parser.addini("tansu_start_timeout", timeout, default="30")
    parser.addini("tansu_settings", f"{setting}; one a line", type="linelist", default=[])
    parser.addini("tansu_env", environment, type="bool", default=False)
    parser.addini("tansu_keep", keep, type="bool", default=False)


def read(config: pytest.Config) -> Options:
    """Returns the options of a run. Raises pytest.UsageError for what cannot be an option's value.

    The values of settings are checked by the first broker.
    """
    settings, names = {}, {}
    for name, line in [
        *(("tansu_settings", line) for line in config.getini("tansu_settings")),
        *(("--tansu-set", line) for line in config.getoption("--tansu-set")),
    ]:
        key, equals, value = (part.strip() for part in line.partition("="))
        if not equals or not key:
            raise pytest.UsageError(f"{name}: {line!r} is not KEY=VALUE, such as num.partitions=4")
        settings[key], names[key] = value, f"{name} {key}"
    storage, names["storage.url"] = _option(config, "storage")
    settings["storage.url"] = str(storage)
    return Options(
        settings=settings,
        names=names,
        start_timeout=_seconds(*_option(config, "start_timeout")),
        sets_environment=bool(_option(config, "env")[0]),
        keeps_folders=bool(_option(config, "keep")[0]),
    )


def _option(config: pytest.Config, name: str) -> tuple[Any, str]:
    """Returns a value, and the name of the option that it comes from. The command line precedes the ini file."""
    option = f"--tansu-{name.replace('_', '-')}"
    value = config.getoption(option)
    return (config.getini(f"tansu_{name}"), f"tansu_{name}") if value is None else (value, option)


def _seconds(text: str, name: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if math.isfinite(seconds) and seconds > 0:
        return seconds
    raise pytest.UsageError(f"{name}: {text!r} is not a number of seconds above 0, such as 30")
