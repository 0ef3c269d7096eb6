"""Run the measures, print them, and update results.json. Exits 1 if a goal is missed."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import platform
import subprocess
import sys
import tempfile
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

import benchmarks
from benchmarks._result import threads

RESULTS = Path(__file__).parent / "results.json"
NAMES = [
    module.name
    for module in pkgutil.iter_modules(benchmarks.__path__)
    if not module.name.startswith("_")
]
PACKAGES = ("numpy", "streamlit", "keras", "tensorflow", "tensorflow-cpu", "torch", "plotly")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    # Checked by hand: argparse would hold an empty list against the choices.
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--write-to", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in NAMES]:
        parser.error(f"no measure called {', '.join(unknown)}; choose from {', '.join(NAMES)}")
    if options.write_to:  # one measure, in the process made for it
        (name,) = options.names
        result = importlib.import_module(f"benchmarks.{name}").measure()
        options.write_to.write_text(json.dumps(result.as_json()))
        return 0
    load = round(psutil.getloadavg()[0], 1)
    if load > 0.5:
        print(f"Other programs are running (load {load}); figures will be worse than they are.")
    measured = {name: in_its_own_process(name) for name in options.names or NAMES}
    failed = [name for name, result in measured.items() if result is None]
    measured = {name: result for name, result in measured.items() if result is not None}
    save(measured, load)
    if failed:
        print(f"\nNot measured, see above: {', '.join(failed)}")
    missed = [name for name, result in measured.items() if not result["met"]]
    if missed:
        print(f"\nGoal missed: {', '.join(missed)}")
    return 1 if failed or missed else 0


def in_its_own_process(name: str) -> dict | None:
    """The result, printed as well; None if the measure broke."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result.json"
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks", name, "--write-to", str(path)],
            cwd=Path(__file__).parents[1],
            env={"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ},
        )
        result = json.loads(path.read_text()) if done.returncode == 0 else None
    if result is not None:
        print(row(name, result), flush=True)
    return result


def row(name: str, result: dict) -> str:
    unit, goal = result["unit"], result["goal"]
    wanted = f"under {goal:g} {unit}" if result["goal_on"] == "ours" else f"ratio ≥ {goal:g}"
    ratio = result["ratio"] or float("inf")  # None where ours is 0
    return (
        f"{name:30} ours {result['ours']:>8.4g} {unit:3} peer {result['peer']:>8.4g} {unit:3} "
        f"ratio {ratio:>8.4g}   {'met   ' if result['met'] else 'MISSED'} ({wanted})   "
        f"against {result['peer_name']}"
    )


def save(measured: dict[str, dict], load: float) -> None:
    """Merge into results.json; what was not measured now stays as it was."""
    known = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    known = {name: result for name, result in known.items() if name in NAMES}
    results = {"machine": machine(load), **dict(sorted({**known, **measured}.items()))}
    RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")


def machine(load: float) -> dict:
    """Where the latest figures were measured."""
    return {
        "date": date.today().isoformat(),
        "system": platform.platform(),
        "processor": processor(),
        "threads": threads(),
        "load": load,  # runnable processes before we began: should be near 0
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "python": platform.python_version(),
        **{name: found for name in PACKAGES if (found := installed(name))},
    }


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main())
