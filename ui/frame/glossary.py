"""Terms and symbols, explained where they stand, with the shape they have here.

Lesson prose and shape chips link to a term; the browser shows its entry on hover, tap or
focus, and reads the shape off the nearest stage, blueprint or chip, which have it from arrays.
"""

from __future__ import annotations

import streamlit as st

from seqlib.i18n import _, language
from ui.component import component
from ui.lessons.terms import LINK, glossary, names

_component = component("glossary", "glossary/glossary.js", "glossary/glossary.css")


def mount() -> None:
    """Have the page's terms explain themselves; once a page."""
    said = language()
    with st.container(key="glossary"):
        _component(
            key=f"glossary-{said}",
            data={
                "link": LINK,
                "terms": {term.key: [term.words, term.text] for term in glossary(said)},
                "names": names(said),
                "here": _("here"),
            },
        )
