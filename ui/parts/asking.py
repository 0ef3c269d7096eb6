"""Cover what a page tells while one of its stages asks for it first."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def telling(stage: str, part: str) -> DeltaGenerator:
    """Return a container for what would answer a question asked on ``stage``, by its key.

    The stage covers it in the browser (``static/stage/asking.js``). Where a link opens with a
    question it is covered from the start, until the stage is there. What answers with an element
    of attribute ``data-of``, the question's digest, is covered again as soon as that changes.
    """
    box = st.container(key=f"tells_{stage}_{part}")
    if f"{stage}.ask" in st.query_params:
        box.html(
            f"<style>:root:not([data-asking~='{stage}']) .st-key-tells_{stage}_{part} * "
            "{ visibility: hidden !important; }</style>"
        )
    return box
