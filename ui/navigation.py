"""The pages of the app, in the order of the navigation."""

from __future__ import annotations

from typing import NamedTuple

from seqlib.i18n import N_


class PageEntry(NamedTuple):
    """One row of the navigation."""

    file: str
    title: str
    icon: str
    url_path: str


PAGES = (
    PageEntry("home.py", N_("Home"), ":material/graphic_eq:", ""),
    PageEntry("jazz.py", N_("Jazz"), ":material/music_note:", "jazz"),
    PageEntry("emojify.py", N_("Emojify"), ":material/mood:", "emojify"),
    PageEntry("shapes.py", N_("Shapes"), ":material/schema:", "shapes"),
    PageEntry("embeddings.py", N_("Embeddings"), ":material/grid_on:", "embeddings"),
    PageEntry("cell.py", N_("Cell"), ":material/memory:", "cell"),
)
# Reached by their URL only.
HIDDEN = (PageEntry("status.py", N_("Status"), ":material/monitor_heart:", "status"),)
