"""The first page: one sentence, a model already at work, and where to go."""

import streamlit as st

from ui.frame import frame, plan
from ui.jazz import home as solo
from ui.lessons.pages import lesson
from ui.parts import handouts, notebook
from ui.parts.presenter import presenting


def home() -> None:
    frame.heading()
    with frame.first():
        if not presenting():
            frame.doors()
        solo.stage()
    st.markdown(lesson("home")["stage"].format(n_parameters=solo.parameters()))
    if presenting():  # the picture first
        frame.doors()
    frame.more_doors()
    notebook.offer("home", solo.asked)
    handouts.offer(plan.button)


frame.page(home)
