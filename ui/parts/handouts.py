"""The lesson on paper: a plan for the teacher and a page for the class, in both languages.

The files were printed with links to ``HOST``; each reader gets them with links to the address
where this reader has the app open.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import quote, urlsplit

import streamlit as st

from seqlib.assets import ASSETS
from seqlib.i18n import N_, _, language
from ui.navigation import HIDDEN, PAGES
from ui.parts import uploads
from ui.state import page_url

HANDOUTS = ASSETS / "handouts"
PAPERS = {
    "plan": (N_("Lesson plan"), N_("60 minutes, minute by minute, with links. PDF.")),
    "handout": (N_("Handout"), N_("One page for the class. PDF.")),
}
# Where `make run` opens the app; the address printed beside a link is without it.
HOST = "http://localhost:8501"
MAX_ADDRESS = 500  # characters


def offer(lesson: Callable[[], None]) -> None:
    """Draw the button that begins the ``lesson``, and both papers in the reader's language."""
    here = address(page_url(), st.get_option("server.baseUrlPath"))
    with st.container(horizontal=True, vertical_alignment="center"):
        lesson()
        for name, (label, help) in PAPERS.items():
            file = HANDOUTS / f"{name}-{language()}.pdf"
            uploads.download(
                _(label),
                partial(paper, file, here),
                f"seqscope-{file.name}",
                key=f"paper_{name}",
                icon="description",
                help=_(help),
            )
        st.caption(_("For teaching with it: a lesson, its plan on paper, and a page to hand out."))


def address(url: str, base: str = "") -> str:
    """Return the address of the app, without a slash at its end, from the URL of one of its pages.

    ``url`` is as the browser sends it, so it may be anything; for what is no URL ``HOST`` is
    returned. ``base`` is the server's own base path, which may be named like a page.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return HOST
    if parts.scheme not in ("http", "https") or not host:
        return HOST
    path = parts.path.rstrip("/")
    folder, _slash, last = path.rpartition("/")
    pages = {entry.url_path for entry in (*PAGES, *HIDDEN)}
    if last in pages and path.strip("/") != base.strip("/"):
        path = folder
    host = f"[{quote(host, safe=':.')}]" if ":" in host else quote(host)
    found = f"{parts.scheme}://{host}{f':{port}' if port else ''}{quote(path, safe='/%:@!$&+,;=~')}"
    return found if len(found) <= MAX_ADDRESS else HOST


@lru_cache(maxsize=16)
def paper(file: Path, address: str) -> bytes:
    """Return a paper of ``HANDOUTS`` as PDF, with its links to ``address``."""
    pdf, old, new = file.read_bytes(), _link_start(HOST), _link_start(address)
    start = int(pdf[pdf.rindex(b"startxref") :].split()[1])
    objects, table = pdf[:start], pdf[start:]
    places = [found.start() for found in re.finditer(re.escape(old), objects)]

    def moved(offset: bytes) -> int:
        return int(offset) + (len(new) - len(old)) * bisect(places, int(offset))

    # The table at the end says at which byte each object begins, and the last number where the
    # table does.
    table = re.sub(
        rb"(\d{10})(?= \d{5} n)|(?<=startxref\n)(\d+)",
        lambda found: b"%010d" % moved(found[1]) if found[1] else b"%d" % moved(found[2]),
        table,
    )
    return objects.replace(old, new) + table


def _link_start(address: str) -> bytes:
    """The beginning of a link's target in the PDF, written as pypdf does: signs in octal."""
    written = "".join(sign if sign.isalnum() else f"\\{ord(sign):03o}" for sign in address)
    return f"/URI ({written}".encode("ascii")
