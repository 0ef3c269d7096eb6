"""One cell, one step, every number; a hand in it; why it is built this way."""

import streamlit as st

from seqlib.i18n import _
from ui.cell import counts, influence, own, sandbox, state, step
from ui.cell.notebook import asked
from ui.cell.state import Scene
from ui.frame import frame, share
from ui.lessons.pages import lesson
from ui.parts import notebook


def cell() -> None:
    frame.heading(lesson("cell")["title"], lesson("cell")["intro"])
    with frame.controls("model"):
        scene = state.choose()
    share.section(one_step, scene)
    share.section(hand, scene)
    share.section(reach, scene)
    share.section(copy)
    share.section(parameters, scene)
    share.section(own_weights)
    notebook.offer("cell", asked)


@frame.alone()
def one_step(scene: Scene) -> None:
    st.header(_("One step"), anchor="step")
    st.markdown(lesson("cell")["step"])
    step.show(scene)


@frame.alone()
def hand(scene: Scene) -> None:
    st.header(_("Sandbox"), anchor="sandbox")
    st.markdown(lesson("cell")["sandbox"])
    sandbox.show(scene)


@frame.alone()
def reach(scene: Scene) -> None:
    st.header(_("Why LSTM: how far a gradient reaches"), anchor="reach")
    st.markdown(lesson("cell")["reach"])
    influence.reach(scene)


def copy() -> None:
    st.header(_("Why LSTM: the copy-memory task"), anchor="copy")
    st.markdown(lesson("cell")["copy"])
    influence.copy_task()


def parameters(scene: Scene) -> None:
    st.header(_("Counts"), anchor="counts")
    st.markdown(lesson("cell")["counts"])
    counts.show(scene)


def own_weights() -> None:
    st.header(_("Your own weights"), anchor="own")
    st.markdown(lesson("cell")["own"])
    own.show()


frame.page(cell)
