"""What browsers fetch, packed once: Streamlit's scripts and style sheets, and ours.

Streamlit sends its own as they lie there, since packing them for each reader would cost more than
it saves: 4 MB until a page stands, 25 s of a slow line. Ours it names to no cache.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import posixpath
import re
from functools import cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from streamlit import config
from streamlit.file_util import get_static_dir
from streamlit.url_util import make_url_path

from seqlib.assets import STATIC

KINDS = {".css": "text/css", ".html": "text/html", ".js": "text/javascript"}
FOR_GOOD = "public, immutable, max-age=31536000"  # each address names its content
STREAMLITS = Path(get_static_dir()) / "static"
SCRIPTS = STREAMLITS / "js"
# What a page's first elements are drawn by, which a browser would learn of from each.
ELEMENTS = ("BidiComponent", "Button", "ButtonGroup", "Checkbox", "Html", "Selectbox", "Slider")
COMPONENTS = ("glossary/glossary", "page/page", "sections/bar", "sections/near", "visit/visit")
PICTURES = {"shapes": "blueprint/blueprint", "embeddings": "map/map"}
_IMPORT = re.compile(r'(?:^|;)(?:import|export)\b[^;"(]*"(\.[^"]+)"', re.MULTILINE)


def version(folder: Path) -> str:
    """Return a digest of all browser files below ``folder``, names included."""
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(path for path in folder.rglob("*") if path.suffix in KINDS):
        for part in (path.relative_to(folder).as_posix().encode(), path.read_bytes()):
            digest.update(b"%d:%b" % (len(part), part))
    return digest.hexdigest()


FILES = f"seqscope.{version(STATIC)}"


def imported(entry: str, folder: Path = STATIC) -> list[str]:
    """Return the modules that a module imports, and those that these do, nearest first."""
    found = [entry]
    for module in found:
        found += [near for near in _imports(module, folder) if near not in found]
    return found[1:]


@cache
def _imports(module: str, folder: Path) -> list[str]:
    paths = dict.fromkeys(_IMPORT.findall((folder / module).read_text("utf-8")))
    return [posixpath.normpath(posixpath.join(posixpath.dirname(module), path)) for path in paths]


def first(page: str) -> list[str]:
    """Return the modules that draw a page's beginning, Streamlit's first, with what they import."""
    entries = [*COMPONENTS, PICTURES.get(page, "stage/main")]
    ours = [path for entry in entries for path in (f"{entry}.js", *imported(f"{entry}.js"))]
    drawing = [path.name for name in ELEMENTS for path in SCRIPTS.glob(f"{name}.*.js")]
    theirs = [path for entry in drawing for path in (entry, *imported(entry, SCRIPTS))]
    found = [f"static/js/{path}" for path in theirs]
    found += [f"component/{FILES}/{path}" for path in ("shared/load.js", *ours)]
    return list(dict.fromkeys(found))


class Packed:
    """Answers for Streamlit's scripts and style sheets, and for our files, in its place."""

    def __init__(self, app: Any) -> None:
        self.app = app
        base = config.get_option("server.baseUrlPath")
        self.files = {
            make_url_path(base, f"{address}/{path.relative_to(folder).as_posix()}"): path
            for address, folder in (("static", STREAMLITS), (f"component/{FILES}", STATIC))
            for path in folder.rglob("*")
            if path.suffix in KINDS
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send a file, or pass the request on."""
        path = self.files.get(scope["path"]) if scope["type"] == "http" else None
        answer = self.app if path is None else await _answer(path, Request(scope))
        await answer(scope, receive, send)


async def _answer(path: Path, request: Request) -> Response:
    headers = {"Cache-Control": FOR_GOOD, "Vary": "Accept-Encoding"}
    kind = KINDS[path.suffix]
    if "gzip" not in request.headers.get("Accept-Encoding", ""):
        return FileResponse(path, headers=headers, media_type=kind)
    body = await asyncio.to_thread(packed, path)
    headers["Content-Encoding"] = "gzip"
    return Response(body, headers=headers, media_type=kind)


@cache
def packed(path: Path) -> bytes:
    """Return what a file holds, gzipped."""
    return gzip.compress(path.read_bytes(), mtime=0)
