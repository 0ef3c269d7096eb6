"""A sentence read word by word by two LSTM layers, trained in front of the class."""

import streamlit as st

from ui import frame
from ui.emojify import read, see, sentence, train
from ui.lesson import lesson

TEXT = lesson("emojify")


def emojify() -> None:
    frame.heading(TEXT["title"], TEXT["intro"])
    typed()
    layers()
    order()
    padding()
    dropout()
    training()


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


def order() -> None:
    st.header("3 · Order matters", anchor="order")
    st.markdown(TEXT["order"])
    see.order()


def padding() -> None:
    st.header("4 · Padding", anchor="padding")
    st.markdown(TEXT["padding"])
    see.padding()


def dropout() -> None:
    st.header("5 · Dropout", anchor="dropout")
    st.markdown(TEXT["dropout"])
    see.dropout()


def training() -> None:
    st.header("7 · Train", anchor="train")
    st.markdown(TEXT["train"])
    train.panel()


frame.page(emojify)
