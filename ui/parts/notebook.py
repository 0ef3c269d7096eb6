"""Each page's computation as a Jupyter notebook, with what the reader has set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import streamlit as st

from seqlib.i18n import _, language
from ui.lessons import notebooks
from ui.parts import uploads

_OFFER = "notebook"  # of the page that was drawn last


class Asked(NamedTuple):
    """Which notebook, and what is filled in."""

    name: str
    settings: dict[str, Any]
    variant: str = ""
    without: str = ""  # what of the page is not in it, as a sentence


def offer(page: str, asked: Callable[[], Asked]) -> None:
    """A download of the page's notebook, made when it is asked for.

    ``asked`` says which notebook it is, and what is set on the page now.
    """
    held: dict[str, Any] = {"ask": asked, "asked": asked()}
    st.session_state[_OFFER], speaks = held, language()

    def make() -> bytes:
        now = held["asked"]
        return notebooks.as_bytes(
            notebooks.notebook(now.name, now.settings, variant=now.variant, language=speaks)
        )

    with st.container(horizontal=True, vertical_alignment="center"):
        uploads.download(
            _("Notebook"),
            make,
            f"seqscope-{page}.ipynb",
            key=f"notebook_{page}",
            help=_("A Jupyter notebook. Its first cell installs what it needs, or says it."),
        )
        if link := notebooks.colab(held["asked"].name, speaks):
            st.link_button(
                _("Open in Colab"),
                link,
                icon=":material/open_in_new:",
                help=_(
                    "The notebook with the settings that this page begins with. To run it there "
                    "with yours, download it and upload it to Colab."
                ),
            )
        st.caption(
            held["asked"].without
            or _(
                "What this page computes, step by step in Python, with the settings as they are "
                "now."
            )
        )


def keep() -> None:
    """Note what is set now, where a part of the page was drawn alone and the offer was not."""
    if (held := st.session_state.get(_OFFER)) is not None:
        held["asked"] = held["ask"]()
