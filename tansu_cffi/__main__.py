"""`python -m tansu_cffi`: a broker on the command line, and information about the library."""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import signal
import sys
from collections.abc import Sequence
from typing import Any, Optional

from tansu_cffi import BrokerConfig, BrokerError, BrokerStateError, TansuBroker, __version__, _core, _demo
from tansu_cffi._config import in_names, of_environment
from tansu_cffi._fields import field_of
from tansu_cffi._loader import PACKAGE, library_path
from tansu_cffi._storages import library as storages_library

EXIT_OK, EXIT_FAILED, EXIT_USAGE = 0, 1, 2
#: The exit status of a program that SIGPIPE has ended, in a shell.
EXIT_PIPE = 128 + 13
LEVELS = ("off", "error", "warning", "info", "debug", "trace")

#: Commands of `_cli`, which talk to any Kafka.
CLIENT_COMMANDS = {
    "topics": "list, create, describe and delete topics of a Kafka broker",
    "produce": "produce the lines of stdin to a topic",
    "consume": "print the records of a topic",
    "groups": "list and describe groups",
}
CLI_REMEDY = "pip install 'tansu-cffi[cli]'"

#: Options that print a folder.
FOLDERS = {
    "libdir": (PACKAGE / "lib", "the folder of the shared library"),
    "includedir": (PACKAGE / "include", "the folder of tansu.h and tansu.hpp"),
    "cmakedir": (PACKAGE / "lib" / "cmake" / "tansu", "the folder of the CMake package, for -Dtansu_DIR="),
}

#: Options of `run` that stand for a setting.
SETTINGS = {
    "listener.host": "--host",
    "listener.port": "--port",
    "storage.url": "--storage",
    "advertised.host": "--advertised-host",
    "advertised.port": "--advertised-port",
}


def program() -> int:
    """Runs the program. A broken pipe (`info | head -1`) ends it with status 141 and without a message."""
    try:
        try:
            return main()
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter would write buffered output at its exit, and fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_PIPE


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Runs a command and returns the exit status."""
    argv = sys.argv[1:] if argv is None else argv
    if argv and argv[0] in CLIENT_COMMANDS:
        return _client_command(argv)
    parser = _parser()
    args = parser.parse_args(argv)
    asked = [folder for name, (folder, _) in FOLDERS.items() if getattr(args, name)]
    for folder in asked:
        print(folder)
    if args.storages_library:
        found = storages_library()
        if found is None:
            print("tansu_cffi: Tansu's storages are not installed: pip install ./storages", file=sys.stderr)
            return EXIT_FAILED
        print(found)
    if args.command is None:
        if not asked and not args.storages_library:
            parser.print_help(sys.stderr)
            return EXIT_USAGE
        return EXIT_OK
    return int(args.run(args))


def _client_command(argv: Sequence[str]) -> int:
    try:
        from tansu_cffi import _cli
    except ImportError as error:
        print(f"tansu-cffi: {argv[0]} needs click and kafka-python ({error}). {CLI_REMEDY}", file=sys.stderr)
        return EXIT_FAILED
    return _cli.main("tansu-cffi", argv)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tansu_cffi", description="A Kafka-compatible broker in a process.")
    parser.add_argument("--version", action="version", version=f"tansu-cffi {__version__}")
    for name, (_, doc) in FOLDERS.items():
        parser.add_argument(f"--{name}", action="store_true", help=f"print {doc}")
    parser.add_argument(
        "--storages-library", action="store_true", help="print the file of Tansu's storages, for storages.library"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    demo = commands.add_parser("demo", help="send records, read them back, compare every one")
    _demo.add_arguments(demo)
    demo.set_defaults(run=_demo.run)

    run = commands.add_parser(
        "run",
        help="run a broker until Ctrl-C or SIGTERM",
        description="Runs a broker until Ctrl-C or SIGTERM. Settings are read from the environment as well, such as "
        "TANSU_STORAGE_URL, which keeps a password out of the process list; an option overrides its variable.",
    )
    run.add_argument("--host", "--listener-host", help="address to bind; localhost takes 127.0.0.1 and ::1 (localhost)")
    run.add_argument("--port", "--listener-port", help="port to bind; 0 takes a free one (9092)")
    run.add_argument("--storage", "--storage-url", metavar="URL", help="URL of the storage (memory://)")
    run.add_argument("--advertised-host", metavar="HOST", help="host name that clients connect to (localhost)")
    run.add_argument("--advertised-port", metavar="PORT", help="port that clients connect to (the bound one)")
    run.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="settings",
        help="any setting; `info` lists them",
    )
    run.add_argument("--log-level", choices=LEVELS, default="warning", help="what goes to stderr (%(default)s)")
    run.set_defaults(run=_run)

    for name, doc in CLIENT_COMMANDS.items():
        commands.add_parser(name, help=doc, add_help=False)

    info = commands.add_parser("info", help="versions, features, storages and settings")
    info.add_argument("--json", action="store_true", help="print JSON")
    info.set_defaults(run=_info)
    return parser


class _UsageError(Exception):
    """An option that is not written as it should be; the message names it."""


# --- run --------------------------------------------------------------------------------------------------------------


def _run(args: argparse.Namespace) -> int:
    _log_to_stderr(args.log_level)
    environment = of_environment("TANSU_", os.environ)
    for warning in environment.warnings:
        print(f"run: {warning}", file=sys.stderr)
    settings = {"listener.port": "9092", **environment.settings}
    names = {**SETTINGS, **{key: environment.variables[key] for key in environment.settings}}
    try:
        _read_settings(args, settings, names)
        broker = TansuBroker(BrokerConfig.from_settings(settings))
    except _UsageError as error:
        print(f"run: {error}", file=sys.stderr)
        return EXIT_USAGE
    except BrokerError as error:
        return _refused(error, names, EXIT_USAGE)
    stops = 0

    def on_signal(number: int, frame: Any) -> None:
        nonlocal stops
        stops += 1
        # The first signal drains; a second one ends the grace.
        broker.stop(None if stops == 1 else 0)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    try:
        try:
            broker.start(timeout=None)
            print(f"Broker on {_where(broker)}, storage {broker.info()['storage_url']}. Ctrl-C stops it.", flush=True)
        except BrokerStateError:
            if not stops:
                raise
        broker.wait()
    except BrokerError as error:
        return _refused(error, names, EXIT_FAILED)
    finally:
        broker.close()
    print("Broker stopped.", flush=True)
    return EXIT_OK


def _where(broker: TansuBroker) -> str:
    """The address for clients; and the port that is open here, where they come to it through another one."""
    servers = broker.bootstrap_servers
    return servers if servers.endswith(f":{broker.port}") else f"{servers} (port {broker.port} here)"


def _read_settings(args: argparse.Namespace, settings: dict[str, str], names: dict[str, str]) -> None:
    """Collects what the options say, and under which option each setting was given."""
    for pair in args.settings:
        key, equals, value = pair.partition("=")
        if not equals:
            # What stands behind the key may be a password.
            shown = re.split(r"[^\w.-]", pair, maxsplit=1)[0][:80]
            raise _UsageError(f"--set {shown}: write KEY=VALUE")
        settings[key], names[key] = value, f"--set {key}"
    for key, option in SETTINGS.items():
        value = getattr(args, option[2:].replace("-", "_"))
        if value is not None:
            settings[key], names[key] = value, option


def _refused(error: BrokerError, names: dict[str, str], status: int) -> int:
    print(f"run: {in_names(error, names)}", file=sys.stderr)
    return status


def _log_to_stderr(level: str) -> None:
    if level == "off":
        return
    number = 5 if level == "trace" else getattr(logging, level.upper())
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("tansu").setLevel(number)
    # What takes the broker down is said once, by `run` itself.
    logging.getLogger("tansu.broker.fatal").disabled = True


# --- info -------------------------------------------------------------------------------------------------------------


def _info(args: argparse.Namespace) -> int:
    found = _collect()
    if args.json:
        print(json.dumps(found, indent=2))
        return EXIT_OK
    build = found["build"]
    print(f"tansu-cffi {found['version']}, Python {found['python']}")
    print(f"library    {found['library']}")
    for name in ("version", "abi", "target", "rustc", "git"):
        print(f"  {name:<9}{build[name]}")
    print(f"  features {', '.join(build['features']) or 'none'}")
    print("\nStorages")
    for storage in found["storages"]:
        mark = " (experimental)" if storage["experimental"] else ""
        mark += "" if storage["available"] else " (not installed: pip install ./storages)"
        print(f"  {storage['scheme']}://{mark}  {storage['doc']}")
    print("\nSettings (a field of BrokerConfig, or extra; --set KEY=VALUE)")
    for key, doc in _core.setting_docs().items():
        print(f"  {key}\n      {doc}")
    return EXIT_OK


def _collect() -> dict[str, Any]:
    # One that never starts: it is there to be asked.
    broker = TansuBroker()
    try:
        info = broker.info()
    finally:
        broker.close()
    return {
        "version": __version__,
        "python": f"{sys.implementation.name} {sys.version.split()[0]}",
        "library": library_path(),
        "build": info["build"],
        "storages": info["storages"],
        "settings": [_setting(setting) for setting in info["settings"]],
    }


def _setting(of_broker: dict[str, Any]) -> dict[str, Any]:
    """A setting as the broker has it, and its field; without the value, which is that of no broker in particular."""
    setting = {"key": of_broker["key"], "field": field_of(of_broker["key"]), **of_broker}
    del setting["value"]
    return setting


if __name__ == "__main__":
    sys.exit(program())
