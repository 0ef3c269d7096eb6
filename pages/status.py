"""What the server does, for its host; not in the navigation."""

import streamlit as st

from seqlib.i18n import _
from ui.frame import frame, language
from ui.status import page


def status() -> None:
    st.title(_("Status"), anchor=False)
    page.draw()
    language.switch()


frame.page(status)
