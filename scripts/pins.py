"""Check that our pins can be installed on every machine we name: ``python -m scripts.pins``.

uv resolves them for each Python and platform, from wheels alone, without installing anything.
The exit status is 1 where a wheel or a pin is missing. A registry that does not answer is said
so and is no failure. ``--lock`` writes the pins anew from the ``.in`` files first.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

from uv import find_uv_bin

ROOT = Path(__file__).parents[1]
# Each file holds the pins of those before it: what is resolved for the last holds for all.
FILES = ("requirements", "requirements-cluster", "requirements-dev")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = {
    "Linux on x86-64": "x86_64-manylinux_2_28",
    "Linux on ARM": "aarch64-manylinux_2_28",
    "macOS on Apple silicon": "aarch64-apple-darwin",
    "macOS on Intel": "x86_64-apple-darwin",
    "Windows on x86-64": "x86_64-pc-windows-msvc",
}
HEADER = "# Exact pins, resolved from {}.in for Python 3.11 to 3.14 by make lock.\n"
UV = find_uv_bin()  # here, since several threads at once find Python's settings half read
SILENCE = "Failed to fetch"  # uv's word for a registry that gave no answer


def resolve(*arguments: str) -> subprocess.CompletedProcess:
    """Have uv resolve requirements; ``stdout`` holds the pins."""
    uv = [UV, "pip", "compile", "--quiet", "--no-header", "--no-annotate"]
    # Its search for a Python of the target's version can take seconds, and is not needed.
    command = [*uv, "--python", sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def lock() -> None:
    """Write the files of pins; a pin stays as it is where it still fits."""
    before: tuple[str, ...] = ()
    for name in FILES:
        file = ROOT / f"{name}.txt"
        arguments = ("--universal", "--python-version", PYTHONS[0], f"{name}.in", *before)
        done = resolve(*arguments, "--output-file", str(file))
        if done.returncode:
            sys.exit(f"{name}.in: {done.stderr}")
        file.write_text(HEADER.format(name) + file.read_text("utf-8"), "utf-8")
        before = ("--constraint", str(file))


class NoAnswer(Exception):
    """The registry could not be asked."""


def check(pins: Path, python: str, platform: str) -> str:
    """Return what is wrong with the pins on one machine, "" for nothing. Raises ``NoAnswer``."""
    done = resolve(
        *("--only-binary", ":all:", "--python-version", python, "--python-platform", platform),
        str(pins),
    )
    if SILENCE in done.stderr:
        raise NoAnswer(done.stderr.strip())
    if done.returncode:
        return done.stderr.strip()
    pinned = set(re.findall(r"^\S+==\S+", pins.read_text("utf-8"), re.MULTILINE))
    missing = sorted(set(done.stdout.split()) - pinned)
    return f"not pinned: {', '.join(missing)}" if missing else ""


def check_all(pins: Path) -> int:
    """Print what is wrong; returns the exit status."""
    machines = list(product(PYTHONS, PLATFORMS))
    problems = []
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(check, pins, python, PLATFORMS[name]) for python, name in machines]
        try:
            for (python, name), answer in zip(machines, asked, strict=True):
                if problem := answer.result():
                    problems.append(f"Python {python}, {name}: {problem}")
        except NoAnswer as silence:
            pool.shutdown(cancel_futures=True)
            print(f"THE PINS WERE NOT CHECKED: the registry gave no answer. {silence}")
            return 0
    good = len(machines) - len(problems)
    print(*problems, f"The pins resolve on {good} of {len(machines)} machines.", sep="\n")
    return int(bool(problems))


def main(arguments: Sequence[str] | None = None) -> int:
    if "--lock" in (sys.argv[1:] if arguments is None else arguments):
        lock()
    return check_all(ROOT / f"{FILES[-1]}.txt")


if __name__ == "__main__":
    sys.exit(main())
