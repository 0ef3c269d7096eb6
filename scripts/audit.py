"""Look our pins up in lists of known vulnerabilities: ``python -m scripts.audit``.

pip-audit asks PyPI, then OSV; npm asks its registry about the one package of the browser tests.
The exit status is 1 for a finding, 3 where nobody could be asked or hardly any of our packages
is known there, else 0. With ``--or-say-so`` a 3 is said aloud and becomes 0: for CI on machines
whose network ends at a mirror. A finding is a 1 on every machine.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PINS = ("requirements.txt", "requirements-cluster.txt", "requirements-dev.txt")
SERVICES = (("-s", "pypi"), ("-s", "osv"))
# How pip-audit says that nobody answered. Whatever else stops it is a fault of ours.
SILENCE = re.compile(r"connect|timed? ?out|timeout|resolve|unreachable|http ?error|50[234]", re.I)
KNOWN = 0.9  # the share of our packages that a service must know for its word to count
TIMEOUT = 600  # seconds
CLEAN, FOUND, NOT_ASKED = 0, 1, 3


@dataclass(frozen=True)
class Audit:
    """What one service says.

    Attributes
    ----------
    findings : tuple of str
        Package, version, what is known of it and where it is mended, one line each.
    asked, known : int
        Packages, and how many of them the service could look up.
    problem : str
        Why there is no answer, if there is none.
    broken : bool
        Whether that is our own fault.
    """

    findings: tuple[str, ...] = ()
    asked: int = 0
    known: int = 0
    problem: str = ""
    broken: bool = False

    @property
    def status(self) -> int:
        if self.findings or self.broken:
            return FOUND
        if self.problem or not self.asked or self.known < KNOWN * self.asked:
            return NOT_ASKED
        return CLEAN


def pip(options: Sequence[str], pins: str | Path) -> Audit:
    """Ask one service about one file of pins."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(ROOT / pins)]
    command += ["--no-deps", "--disable-pip"]
    command += ["-f", "json", "--progress-spinner", "off", "--timeout", "15", *options]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return Audit(problem=f"no answer in {TIMEOUT} s")
    return pip_answer(done.stdout, done.stderr)


def pip_answer(answer: str, said: str = "") -> Audit:
    """What pip-audit's JSON comes to; without any, the last line it said is the problem."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = (said.strip().splitlines() or ["no answer"])[-1][-300:]
        return Audit(problem=last, broken=bool(said) and not SILENCE.search(last))
    findings = [
        f"{one['name']} {one['version']}: {flaw['id']}"
        + (f", mended in {', '.join(flaw['fix_versions'])}" if flaw.get("fix_versions") else "")
        for one in packages
        for flaw in one.get("vulns", ())
    ]
    known = sum("skip_reason" not in one for one in packages)
    return Audit(tuple(dict.fromkeys(findings)), len(packages), known)


def npm() -> Audit:
    """Ask npm about what the browser tests use."""
    if shutil.which("npm") is None:
        return Audit(problem="npm is not installed")
    try:
        done = subprocess.run(
            ["npm", "audit", "--json"], cwd=ROOT, capture_output=True, text=True, timeout=120
        )
    except subprocess.TimeoutExpired:
        return Audit(problem="no answer in 120 s")
    return npm_answer(done.stdout)


def npm_answer(answer: str) -> Audit:
    try:
        about = json.loads(answer)
        flaws, asked = about["vulnerabilities"], about["metadata"]["dependencies"]["total"]
    except (ValueError, KeyError, TypeError):
        return Audit(problem="the registry gave no answer")
    findings = tuple(f"{name}: {flaw.get('severity', '')}" for name, flaw in flaws.items())
    return Audit(findings, asked, asked)


def told(name: str, audit: Audit) -> Iterator[str]:
    """Lines for whoever reads the log."""
    if audit.findings:
        yield f"{name}: {len(audit.findings)} known vulnerabilities"
        yield from (f"  {one}" for one in audit.findings)
    elif audit.broken:
        yield f"{name}: the audit could not be run: {audit.problem}"
    elif audit.problem:
        yield f"{name}: NOT AUDITED: {audit.problem}"
    elif audit.status == NOT_ASKED:
        yield f"{name}: NOT AUDITED: it knows {audit.known} of {audit.asked} packages"
    else:
        unknown = audit.asked - audit.known
        yield f"{name}: nothing known against {audit.known} packages" + (
            f"; {unknown} could not be looked up" if unknown else ""
        )


def python_packages(pins: str) -> int:
    """The first service that can answer has the word."""
    for options in SERVICES:
        audit = pip(options, pins)
        print(*told(f"{pins}, {options[-1]}", audit), sep="\n", flush=True)
        if audit.status != NOT_ASKED:
            return audit.status
    return NOT_ASKED


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.audit", description=__doc__)
    parser.add_argument("--or-say-so", action="store_true", help="exit 0 where nobody answers")
    options = parser.parse_args(arguments)
    packages = npm()
    print(*told("npm packages", packages), sep="\n")
    statuses = {packages.status, *map(python_packages, PINS)}
    if FOUND in statuses:
        return FOUND
    if NOT_ASKED not in statuses:
        return CLEAN
    print("=" * 78)
    print("The packages above marked NOT AUDITED were not looked up: no finding is no promise.")
    print("=" * 78)
    return CLEAN if options.or_say_so else NOT_ASKED


if __name__ == "__main__":
    sys.exit(main())
