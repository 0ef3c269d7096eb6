"""Where every dimension comes from."""

import streamlit as st

from ui import frame, notebook
from ui.lesson import lesson
from ui.shapes import controls, cost, once, own, what_if

TEXT = lesson("shapes")


def shapes() -> None:
    frame.heading(TEXT["title"], TEXT["intro"])
    builder()
    defined_once()
    what_if_section()
    embedding()
    paste()
    notebook.offer("shapes")


def builder() -> None:
    st.markdown(TEXT["builder"])
    controls.explorer()


def defined_once() -> None:
    st.header("Defined once, used Tx times", anchor="once")
    st.markdown(TEXT["once"])
    once.counts()
    once.effect()
    once.on_stage()


def what_if_section() -> None:
    st.header("What if", anchor="what-if")
    st.markdown(TEXT["what-if"])
    what_if.show()


def embedding() -> None:
    st.header("One-hot against embedding", anchor="embedding")
    st.markdown(TEXT["cost"])
    cost.compare()


def paste() -> None:
    st.header("Your own model", anchor="paste")
    st.markdown(TEXT["paste"])
    own.form()


frame.page(shapes)
