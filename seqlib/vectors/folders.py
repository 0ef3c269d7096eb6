"""Find the folders and files of word vectors on this machine."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import NamedTuple

FOLDER_VARIABLE = "SEQSCOPE_VECTORS"
ENDINGS = (".txt", ".vec", ".bin", ".gz", ".zip", ".npz", ".tsv")


def vectors_folder() -> Path:
    """Return the folder of vector files: ``$SEQSCOPE_VECTORS``, else ``~/.cache/seqscope``."""
    given = os.environ.get(FOLDER_VARIABLE)
    return Path(given).expanduser() if given else Path.home() / ".cache" / "seqscope"


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
        members = archive_members(path) if path.suffix == ".zip" else ()
        if len(members) > 1:
            found += [Available(Path(member).stem, path, member) for member in members]
        else:
            found.append(Available(path.name, path))
    return tuple(found)


def archive_members(path: Path) -> tuple[str, ...]:
    """List the files in a zip archive, smallest first; none if it cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            return tuple(info.filename for info in file_members(archive))
    except (OSError, zipfile.BadZipFile):
        return ()


def file_members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """List an archive's files, smallest first, without folders and hidden files."""
    return sorted(
        (
            info
            for info in archive.infolist()
            if not info.is_dir() and not info.filename.startswith(("__MACOSX/", "."))
        ),
        key=lambda info: info.file_size,
    )
