"""Where every dimension comes from."""

import streamlit as st

from seqlib.i18n import _
from ui.frame import frame, share
from ui.lessons.pages import lesson
from ui.parts import notebook
from ui.shapes import controls, cost, own, what_if
from ui.shapes import defined_once as once
from ui.shapes.notebook import asked


def shapes() -> None:
    frame.heading(lesson("shapes")["title"], lesson("shapes")["intro"])
    share.section(builder)
    share.section(defined_once)
    share.section(what_if_section)
    share.section(embedding)
    share.section(paste)
    notebook.offer("shapes", asked)


@frame.alone("construction", *once.SIZES.values())
def builder() -> None:
    controls.explorer()


def defined_once() -> None:
    st.header(_("Defined once, used Tx times"), anchor="once")
    st.markdown(lesson("shapes")["once"])
    once.counts()
    once.effect()
    once.on_stage()


@frame.alone()
def what_if_section() -> None:
    st.header(_("What if"), anchor="what-if")
    st.markdown(lesson("shapes")["what-if"])
    what_if.show()


@frame.alone()
def embedding() -> None:
    st.header(_("One-hot against embedding"), anchor="embedding")
    st.markdown(lesson("shapes")["cost"])
    cost.compare()


def paste() -> None:
    st.header(_("Your own model"), anchor="paste")
    st.markdown(lesson("shapes")["paste"])
    own.form()


frame.page(shapes)
