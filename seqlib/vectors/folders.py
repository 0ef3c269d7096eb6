"""Find the folders and files of word vectors on this machine."""

from __future__ import annotations

import logging
import os
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from seqlib.archive import open_zip
from seqlib.vectors.unpacking import ARCHIVE_ERRORS, members_of

log = logging.getLogger(__name__)

FOLDER_VARIABLE = "SEQSCOPE_VECTORS"
ENDINGS = frozenset(
    (
        *(".txt", ".vec", ".bin", ".tsv", ".csv", ".npz", ".safetensors"),
        *(".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz"),
    )
)


def vectors_folder() -> Path:
    """Return the folder of vector files: ``$SEQSCOPE_VECTORS``, else ``~/.cache/seqscope``.

    The latter too where the variable names no folder; the log says so once.
    """
    given = os.environ.get(FOLDER_VARIABLE, "").strip()
    try:
        if given and (folder := Path(given).expanduser()).is_dir():
            return folder
    except (OSError, RuntimeError, ValueError):  # no such user, a NUL
        pass
    if given:
        _warn_once(given)
    return Path.home() / ".cache" / "seqscope"


@cache
def _warn_once(_given: str) -> None:
    log.warning("SEQSCOPE_VECTORS names no folder; the default one is used")


def cache_folder() -> Path:
    """Return the folder in which converted vectors are kept, so that they open at once."""
    return vectors_folder() / "opened"


class Available(NamedTuple):
    """A file that ``load`` can read; ``member`` names one of several inside an archive."""

    name: str
    path: Path
    member: str | None = None


def available() -> tuple[Available, ...]:
    """List the vector files in the folder, one entry for each file inside a zip archive."""
    found = []
    try:
        paths = sorted(vectors_folder().iterdir())
    except OSError:
        return ()
    for path in paths:
        if path.suffix not in ENDINGS or not path.is_file():
            continue
        members = archive_members(path, path.stat().st_mtime) if path.suffix == ".zip" else ()
        if len(members) > 1:
            found += [Available(Path(member).stem, path, member) for member in members]
        else:
            found.append(Available(path.name, path))
    return tuple(found)


@lru_cache(maxsize=64)
def archive_members(path: Path, changed: float) -> tuple[str, ...]:
    """List the files of vectors in a zip archive, smallest first; none if it cannot be read.

    ``changed`` is when the archive was written: a changed one is looked into again.
    """
    try:
        with path.open("rb") as file, open_zip(file, largest=True) as archive:
            found = [member for member in members_of(archive) if member.dim > 0]
    except (OSError, *ARCHIVE_ERRORS):
        return ()
    return tuple(member.name for member in sorted(found, key=lambda member: member.size))
