"""The lesson on paper: a plan for the teacher and a page for the class, in both languages."""

from __future__ import annotations

import streamlit as st

from seqlib.assets import ASSETS
from seqlib.i18n import N_, _, language

HANDOUTS = ASSETS / "handouts"
PAPERS = {
    "plan": (N_("Lesson plan"), N_("60 minutes, minute by minute, with links. PDF.")),
    "handout": (N_("Handout"), N_("One page for the class. PDF.")),
}


def offer() -> None:
    """Both papers in the reader's language."""
    with st.container(horizontal=True, vertical_alignment="center"):
        for name, (label, help) in PAPERS.items():
            file = HANDOUTS / f"{name}-{language()}.pdf"
            st.download_button(
                _(label),
                file.read_bytes,
                f"seqscope-{file.name}",
                "application/pdf",
                key=f"paper_{name}",
                icon=":material/description:",
                on_click="ignore",
                help=_(help),
            )
        st.caption(_("For teaching with it: a lesson to follow, and a page to hand out."))
