"""The first page: one sentence, a model already at work, and where to go."""

import streamlit as st

from ui import frame
from ui.jazz.home import home_stage, parameters
from ui.lesson import lesson

TEXT = lesson("home")


def home() -> None:
    frame.heading(TEXT["title"], TEXT["intro"])
    home_stage()
    st.markdown(TEXT["stage"].format(n_parameters=parameters()))
    st.page_link(frame.ROOT / "pages" / "jazz.py", label="**Jazz**", icon=":material/music_note:")
    st.markdown(TEXT["jazz"])


frame.page(home)
