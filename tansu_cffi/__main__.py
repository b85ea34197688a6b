"""`python -m tansu_cffi`: a broker on the command line, and what the library is and where it lies."""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sys
from collections.abc import Sequence
from typing import Any, Optional

from tansu_cffi import BrokerConfig, BrokerError, BrokerStateError, TansuBroker, __version__, _core, _demo
from tansu_cffi._config import field_of
from tansu_cffi._loader import PACKAGE, library_path

EXIT_OK, EXIT_FAILED, EXIT_USAGE = 0, 1, 2
LEVELS = ("off", "error", "warning", "info", "debug", "trace")

#: Options that print a folder.
FOLDERS = {
    "libdir": (PACKAGE / "lib", "the folder of the shared library"),
    "includedir": (PACKAGE / "include", "the folder of tansu.h and tansu.hpp"),
    "cmakedir": (PACKAGE / "lib" / "cmake" / "tansu", "the folder of the CMake package, for -Dtansu_DIR="),
}


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Runs a command; gives the exit status."""
    parser = _parser()
    args = parser.parse_args(argv)
    asked = [folder for name, (folder, _) in FOLDERS.items() if getattr(args, name)]
    for folder in asked:
        print(folder)
    if args.command is None:
        if not asked:
            parser.print_help(sys.stderr)
            return EXIT_USAGE
        return EXIT_OK
    return int(args.run(args))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tansu_cffi", description="A Kafka-compatible broker in a process.")
    parser.add_argument("--version", action="version", version=f"tansu-cffi {__version__}")
    for name, (_, doc) in FOLDERS.items():
        parser.add_argument(f"--{name}", action="store_true", help=f"print {doc}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    demo = commands.add_parser("demo", help="send records, read them back, compare every one")
    _demo.add_arguments(demo)
    demo.set_defaults(run=_demo.run)

    run = commands.add_parser("run", help="run a broker until Ctrl-C or SIGTERM")
    run.add_argument("--host", help="address to bind; localhost takes 127.0.0.1 and ::1 (localhost)")
    run.add_argument("--port", help="port to bind; 0 takes a free one (9092)")
    run.add_argument("--storage", metavar="URL", help="where records live (memory://)")
    run.add_argument("--advertised-host", metavar="HOST", help="host name that clients are told (localhost)")
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

    info = commands.add_parser("info", help="versions, features, storages and settings")
    info.add_argument("--json", action="store_true", help="for programs")
    info.set_defaults(run=_info)
    return parser


# --- run --------------------------------------------------------------------------------------------------------------


def _run(args: argparse.Namespace) -> int:
    _log_to_stderr(args.log_level)
    try:
        broker = TansuBroker(_run_config(args))
    except BrokerError as error:
        print(f"run: {error}", file=sys.stderr)
        return EXIT_USAGE
    stops = 0

    def on_signal(number: int, frame: Any) -> None:
        nonlocal stops
        stops += 1
        # The first lets requests in work finish; a second one is somebody who has no time.
        broker.stop(None if stops == 1 else 0)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    try:
        try:
            broker.start(timeout=None)
            storage = broker.info()["storage_url"]
            print(f"Broker on {broker.bootstrap_servers}, storage {storage}. Ctrl-C stops it.", flush=True)
        except BrokerStateError:
            if not stops:
                raise
        broker.wait()
    except BrokerError as error:
        print(f"run: {error}", file=sys.stderr)
        return EXIT_FAILED
    broker.close()
    print("Broker stopped.", flush=True)
    return EXIT_OK


def _run_config(args: argparse.Namespace) -> BrokerConfig:
    settings = {"listener.port": "9092"}
    for pair in args.settings:
        key, equals, value = pair.partition("=")
        if not equals:
            raise BrokerError(f"--set {pair}: write KEY=VALUE")
        settings[key] = value
    for key, value in (
        ("listener.host", args.host),
        ("listener.port", args.port),
        ("storage.url", args.storage),
        ("advertised.host", args.advertised_host),
    ):
        if value is not None:
            settings[key] = value
    return BrokerConfig.from_settings(settings)


def _log_to_stderr(level: str) -> None:
    if level == "off":
        return
    number = 5 if level == "trace" else getattr(logging, level.upper())
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("tansu").setLevel(number)


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
        print(f"  {storage['scheme']}://{mark}  {storage['doc']}")
    if not found["storages"]:
        print("  none: this build has no storage")
    print("\nSettings (a field of BrokerConfig, or extra; --set KEY=VALUE)")
    for setting in found["settings"]:
        print(f"  {setting['key']}\n      {setting['doc']}")
    return EXIT_OK


def _collect() -> dict[str, Any]:
    build = json.loads(_core.build_info())
    settings = [{"key": key, "field": field_of(key), "doc": doc} for key, doc in _core.setting_docs().items()]
    return {
        "version": __version__,
        "python": f"{sys.implementation.name} {sys.version.split()[0]}",
        "library": library_path(),
        "build": build,
        "storages": _storages(build),
        "settings": settings,
    }


def _storages(build: dict[str, Any]) -> list[Any]:
    if not build["storages"]:
        return []  # a broker cannot even be made to ask
    broker = TansuBroker(BrokerConfig(storage_url=f"{build['storages'][0]}://"))
    try:
        return [storage for storage in broker.info()["storages"] if storage["available"]]
    finally:
        broker.close()


if __name__ == "__main__":
    sys.exit(main())
