"""One cell, one step, every number; a hand in it; why it is built this way."""

import streamlit as st

from ui import frame, notebook
from ui.cell import counts, sandbox, state, step, why
from ui.cell.state import Scene
from ui.lesson import lesson

TEXT = lesson("cell")


def cell() -> None:
    frame.heading(TEXT["title"], TEXT["intro"])
    scene = state.choose()
    one_step(scene)
    hand(scene)
    reach(scene)
    copy()
    parameters(scene)
    notebook.offer("cell")


def one_step(scene: Scene) -> None:
    st.header("One step", anchor="step")
    st.markdown(TEXT["step"])
    step.show(scene)


def hand(scene: Scene) -> None:
    st.header("Sandbox", anchor="sandbox")
    st.markdown(TEXT["sandbox"])
    sandbox.show(scene)


def reach(scene: Scene) -> None:
    st.header("Why LSTM: how far a gradient reaches", anchor="reach")
    st.markdown(TEXT["reach"])
    why.reach(scene)


def copy() -> None:
    st.header("Why LSTM: the copy-memory task", anchor="copy")
    st.markdown(TEXT["copy"])
    why.copy_task()


def parameters(scene: Scene) -> None:
    st.header("Counts", anchor="counts")
    st.markdown(TEXT["counts"])
    counts.show(scene)


frame.page(cell)
