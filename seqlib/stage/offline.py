"""The stage as one HTML page that plays without a server, and its modules as one script."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from pathlib import Path

from seqlib import i18n
from seqlib.assets import ASSETS
from seqlib.stage.stage import Stage, payload

FOLDER = ASSETS / "stage"
_IMPORT = re.compile(r'^import \{ ([^}]+) \} from "(\.[^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?function|const|class)", re.MULTILINE)


def module_order(entry: Path) -> list[Path]:
    """``entry`` and all modules it imports, each after those it needs."""
    order: list[Path] = []
    open_paths: list[Path] = []

    def visit(path: Path) -> None:
        if path in order:
            return
        if path in open_paths:
            raise ValueError(f"{path.name} imports itself, through {open_paths[-1].name}.")
        open_paths.append(path)
        for _names, target in _IMPORT.findall(path.read_text("utf-8")):
            visit((path.parent / target).resolve())
        open_paths.pop()
        order.append(path)

    visit(entry.resolve())
    return order


def joined_modules(entry: Path = FOLDER / "main.js") -> str:
    """The modules as one script: imports gone, only the entry's default export left."""
    parts: Iterable[str] = (
        _EXPORT.sub("", _IMPORT.sub("", path.read_text("utf-8"))).strip()
        for path in module_order(entry)
    )
    return "\n\n".join(parts) + "\n"


SCRIPT = joined_modules()
CSS = "\n".join((FOLDER / f"{name}.css").read_text("utf-8") for name in ("stage", "stage_lanes"))
PAGE = (FOLDER / "offline.html").read_text("utf-8")


def offline_html(stage: Stage, *, accent: str = "#3b5bdb") -> str:
    """The whole stage as one HTML page that plays by double click, sound included.

    Raises
    ------
    StageError
        As ``payload`` does.
    """
    spoken = i18n.browser_words("stage")
    flags = {"playing": False, "compact": False, "presenter": False}
    data = json.dumps({**payload(stage), **flags, **spoken})
    parts = {
        "lang": spoken["lang"],
        "title": html.escape(stage.label),
        "accent": html.escape(accent),
        "css": CSS,
        "script": SCRIPT.replace("export default function", "function"),
        "data": data.replace("<", "\\u003c"),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda place: parts[place[1]], PAGE)
