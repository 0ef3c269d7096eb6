"""Fetch Stanford's GloVe vectors: ``python -m scripts.fetch_glove``.

Puts glove.6B.zip (862 MB, public domain) where the app looks for vectors:
``$SEQSCOPE_VECTORS``, else ``~/.cache/seqscope``. Started again, it goes on where it
stopped. The app works without it.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from seqlib.vectors import available, vectors_folder

URL = "https://nlp.stanford.edu/data/glove.6B.zip"
SHA256 = "617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb"
BLOCK = 1 << 20
TRIES = 5
Progress = Callable[[int, int | None], None]


class FetchError(RuntimeError):
    """The file could not be fetched; the message says why and what to do."""


def fetch(url: str, sha256: str, folder: Path, progress: Progress, *, wait: float = 2.0) -> Path:
    """Fetch a file into a folder and return its path.

    What has arrived is kept beside it as ``.part`` until it is whole and its checksum is
    right, so the file under its own name is never half there. A connection that breaks is
    taken up again, at most five times in a row without anything new.

    Parameters
    ----------
    progress : callable
        Called with the bytes that are there and, where the server tells, how many there
        will be.
    wait : float
        Seconds before the second try; doubled each time.
    """
    target = folder / url.rsplit("/", 1)[-1]
    if target.exists():
        if sha256_of(target) == sha256:
            return target
        raise FetchError(f"{target} has the wrong checksum; delete it and start again.")
    folder.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    tries = 0
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            if _receive(url, part, progress):
                break
            reason = "the connection ended early"
        except urllib.error.HTTPError as error:
            if error.code < 500:
                raise FetchError(f"{url} answers {error.code} {error.reason}.") from None
            reason = f"the server answers {error.code}"
        except (OSError, http.client.HTTPException) as error:
            reason = str(getattr(error, "reason", error))
        # Anything new means that the line works, so start counting again.
        tries = 1 if part.exists() and part.stat().st_size > before else tries + 1
        if tries == TRIES:
            raise FetchError(
                f"{url} cannot be fetched: {reason}. Run this again to go on where it stopped."
            )
        time.sleep(wait * 2 ** (tries - 1))
    if sha256_of(part) != sha256:
        part.unlink()
        raise FetchError("The file arrived with the wrong checksum and was deleted; start again.")
    os.replace(part, target)
    return target


def _receive(url: str, part: Path, progress: Progress) -> bool:
    """Append to ``part`` what is still missing; whether it is complete now."""
    there = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={there}-"} if there else {})
    try:
        answer = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        if error.code != 416:
            raise
        # Nothing is left to send: all of it is here, or more than there should be.
        total = error.headers.get("Content-Range", "").rpartition("/")[2]
        if total.isdigit() and int(total) == there:
            return True
        part.unlink()
        return False
    with answer:
        resumed = answer.status == 206
        if resumed and not answer.headers.get("Content-Range", "").startswith(f"bytes {there}-"):
            raise FetchError(f"{url} sends another part than was asked for; delete {part}.")
        if not resumed:
            there = 0  # a server that knows no ranges starts from the beginning
        length = answer.headers.get("Content-Length")
        total = there + int(length) if length is not None else None
        with part.open("ab" if resumed else "wb") as file:
            progress(there, total)
            while block := answer.read(BLOCK):
                file.write(block)
                there += len(block)
                progress(there, total)
    return total is None or there == total


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def show(there: int, total: int | None) -> None:
    """One line that is written over itself."""
    whole = f" of {total / 1e6:,.0f} MB ({there / total:.0%})" if total else " MB"
    print(f"\r{there / 1e6:,.0f}{whole}   ", end="", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=vectors_folder(), help="folder to put it in")
    options = parser.parse_args()
    try:
        path = fetch(URL, SHA256, options.to, show)
    except FetchError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run this again to go on.", file=sys.stderr)
        return 130
    print(f"\n{path} is complete.")
    names = ", ".join(found.name for found in available() if found.path == path)
    if names:
        print(f"The app offers: {names}.")
    else:
        print(f"The app looks in {vectors_folder()}; set SEQSCOPE_VECTORS={path.parent}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
