"""A sentence read word by word by two LSTM layers, trained in front of the class."""

import streamlit as st

from ui import frame
from ui.emojify import read, sentence
from ui.lesson import lesson

TEXT = lesson("emojify")


def emojify() -> None:
    frame.heading(TEXT["title"], TEXT["intro"])
    typed()
    layers()


def typed() -> None:
    st.header("1 · The sentence", anchor="sentence")
    st.markdown(TEXT["sentence"])
    st.html(sentence.CSS)
    sentence.box()
    sentence.examples()
    sentence.controls()
    read.answer()


def layers() -> None:
    st.header("2 · Two layers read it", anchor="stage")
    st.markdown(TEXT["read"])
    read.stage()


frame.page(emojify)
