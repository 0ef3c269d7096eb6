"""The stage as one HTML page that plays without a server."""

from __future__ import annotations

import functools
import json

from seqlib import i18n
from seqlib.assets import STATIC
from seqlib.stage.stage import Stage, payload

ACCENT = "#3b5bdb"
STYLES = ("stage/stage.css", "stage/stage_lanes.css", "stage/asking.css")


@functools.cache
def _files() -> tuple[str, str, dict[str, str]]:
    """Read the page to fill in, the style sheets, and every module by its path."""
    page = (STATIC / "stage" / "offline.html").read_text("utf-8")
    css = "\n".join((STATIC / path).read_text("utf-8") for path in STYLES)
    modules = {
        path.relative_to(STATIC).as_posix(): path.read_text("utf-8")
        for folder in ("shared", "stage")
        for path in sorted((STATIC / folder).rglob("*.js"))
    }
    return page, css, modules


def offline_html(stage: Stage) -> str:
    """Return the whole stage as one HTML page that plays by double click, sound included.

    ``static/stage/offline.js`` fills the same page for the stage's own menu. Raises ``StageError``
    as ``payload`` does.
    """
    flags = {"playing": False, "compact": False, "presenter": False}
    data = {**payload(stage), **flags, **i18n.browser_words("stage")}
    template, css, modules = _files()
    page = json.dumps(
        {"accent": ACCENT, "css": css, "data": data, "modules": modules}, ensure_ascii=False
    )
    # No "<" can end the element it stands in; JSON reads the escape back.
    return template.replace("{{page}}", page.replace("<", "\\u003c"))
