"""Measures the installed package: `python benches/measure.py` prints a table.

Each figure is the median of fresh interpreters, with the lowest and the highest beside it. Nothing here passes or
fails. `--write` puts the table into docs/measurements.md, `--only NAME` picks probes, `--reps N` their number.
`--cold-install` also times `pip install .` with an empty Cargo target folder: minutes, on every core.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from probes import PROBES

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parent / "docs" / "measurements.md"
BEGIN, END = "<!-- measure.py begins -->", "<!-- measure.py ends -->"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--reps", type=int, default=9)
    options.add_argument("--only", action="append", choices=sorted(PROBES), help="may be repeated")
    options.add_argument("--write", action="store_true")
    options.add_argument("--cold-install", action="store_true")
    args = options.parse_args()

    load = os.getloadavg()[0]
    samples: dict[str, list[float]] = {}
    for repetition in range(args.reps):
        # Round after round, so that a disturbance meets all figures alike.
        for name in args.only or PROBES:
            if name.startswith("idle_cpu") and repetition >= 3:
                continue
            for figure, value in _run(name).items():
                samples.setdefault(figure, []).append(value)
    if not args.only:
        samples.update(_sizes())
    if args.cold_install:
        samples.update(_cold_install())
    text = _report(samples, args.reps, load)
    print(text)
    if args.write:
        _write(text)


def _run(name: str) -> dict[str, float]:
    command = [sys.executable, str(HERE / "probes.py"), name]
    # From elsewhere: the source tree holds a package of the same name without the compiled module.
    ran = subprocess.run(command, cwd=tempfile.gettempdir(), stdout=subprocess.PIPE, check=True, timeout=300)
    return dict(json.loads(ran.stdout))


def _sizes() -> dict[str, list[float]]:
    spec = importlib.util.find_spec("tansu_cffi")
    if spec is None or spec.origin is None:
        raise SystemExit("tansu_cffi is not installed: pip install .")
    package = Path(spec.origin).parent
    library = next((package / "lib").glob("libtansu*"))
    data = library.read_bytes()
    return {
        "library, MiB": [len(data) / 2**20],
        "library, gzip, MiB": [len(gzip.compress(data, 6)) / 2**20],
    }


def _cold_install() -> dict[str, list[float]]:
    figures = {}
    for name, source in (("tansu-cffi", HERE.parent), ("tansu-cffi-storages", HERE.parent / "storages")):
        with tempfile.TemporaryDirectory() as folder:
            env = {**os.environ, "CARGO_TARGET_DIR": f"{folder}/target"}
            begun = time.perf_counter()
            pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--target", f"{folder}/site"]
            subprocess.run([*pip, str(source)], env=env, check=True, stdout=subprocess.DEVNULL)
            figures[f"cold source install of {name}, s"] = [time.perf_counter() - begun]
    return figures


def _report(samples: dict[str, list[float]], reps: int, load: float) -> str:
    interpreter = f"{platform.python_implementation()} {platform.python_version()}"
    rust = subprocess.run(["rustc", "--version"], stdout=subprocess.PIPE, text=True, check=False).stdout.split()
    lines = [
        f"{datetime.date.today()}: `python benches/measure.py --reps {reps}`, {interpreter},",
        f"rustc {rust[1] if rust else 'unknown'}, {os.cpu_count()} cores ({_processor()}), load {load:.1f} before.",
        "",
        "| figure | median | lowest to highest |",
        "|---|---|---|",
    ]
    for figure, values in samples.items():
        spread = f"{_short(min(values))} to {_short(max(values))}" if len(values) > 1 else "-"
        lines.append(f"| {figure} | {_short(statistics.median(values))} | {spread} |")
    return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _processor() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        names = [line.split(":", 1)[1].strip() for line in info if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _write(text: str) -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    head, rest = document.split(BEGIN, 1)
    tail = rest.split(END, 1)[1]
    DOCUMENT.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
