"""The library as it is installed: the wheel, and an environment with what it declares."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
# What our pins take on Linux: the same module from a package of another name.
STANDS_IN = {"tensorflow": "tensorflow-cpu"}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="session")
def install(wheel, tmp_path_factory):
    """``install(*extras, also=())``: the Python of an environment without anything else.

    It holds the wheel, and links to exactly those of our own packages that the wheel, its
    extras and ``also`` name, directly or through one another. So an import of anything that is
    not declared fails, and nothing is fetched.
    """

    def make(*extras: str, also: tuple[str, ...] = ()) -> Path:
        folder = tmp_path_factory.mktemp("environment")
        venv.create(folder, symlinks=True)
        (packages,) = folder.glob("[Ll]ib/**/site-packages")
        with zipfile.ZipFile(wheel) as opened:
            opened.extractall(packages)
        (ours,) = metadata.distributions(name="seqscope", path=[str(packages)])
        names = closure(ours, extras).union(also)
        for name in names.union(*(closure(metadata.distribution(one)) for one in also)):
            for entry in entries(metadata.distribution(name)):
                place = packages / entry.name
                if not place.exists():
                    place.symlink_to(entry)
        return next(folder.glob("[bS]*/python*"))

    return make


def closure(distribution: metadata.Distribution, extras: Iterable[str] = ()) -> set[str]:
    """The names of all packages that a package asks for with these extras, and of theirs."""
    found: set[str] = set()
    todo = [(distribution, tuple(extras))]
    while todo:
        asking, extras = todo.pop()
        for wanted in map(Requirement, asking.requires or ()):
            asked = wanted.marker is None or any(
                wanted.marker.evaluate({"extra": extra}) for extra in ("", *extras)
            )
            if asked and (there := distribution_of(wanted.name)).name not in found:
                found.add(there.name)
                todo.append((there, tuple(wanted.extras)))
    return found


def distribution_of(name: str) -> metadata.Distribution:
    """A package of our own environment, or what stands in for it."""
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return metadata.distribution(STANDS_IN.get(name, name))


def entries(distribution: metadata.Distribution) -> set[Path]:
    """The files and folders of a package in its site-packages."""
    root = Path(str(distribution.locate_file("")))
    tops = {file.parts[0] for file in distribution.files or ()}
    return {root / top for top in tops - {"..", "__pycache__"}}
