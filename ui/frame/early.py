"""Load what the first reader needs while that reader's browser still loads Streamlit."""

from __future__ import annotations

import importlib
import runpy
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

# What Streamlit imports with the first elements that a page draws.
STREAMLITS = ("pandas", "streamlit.emojis")


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Begin to load once the server answers."""
    threading.Thread(target=load, name="early", daemon=True).start()
    yield


def load() -> None:
    """Import what pages import. Whoever opens one meanwhile waits for what it needs, no more."""
    from ui.frame.frame import ROOT
    from ui.navigation import PAGES

    for name in STREAMLITS:
        importlib.import_module(name)
    for entry in PAGES:
        with suppress(Exception):  # whoever opens the page is told
            runpy.run_path(str(ROOT / "pages" / entry.file))
