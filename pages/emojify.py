"""A sentence read word by word by two LSTM layers, trained in front of the class."""

import streamlit as st

from ui import frame, notebook, share
from ui.emojify import card, data, errors, files, many, read, see, sentence, train
from ui.lesson import lesson

TEXT = lesson("emojify")


def emojify() -> None:
    frame.heading(TEXT["title"], TEXT["intro"])
    for section in (
        typed,
        layers,
        order,
        padding,
        dropout,
        sentences,
        training,
        mistakes,
        scores,
        table,
        model_files,
    ):
        share.section(section)
    notebook.offer("emojify")


def typed() -> None:
    st.header("1 · The sentence", anchor="sentence")
    st.markdown(TEXT["sentence"])
    st.html(sentence.CSS)
    sentence.box()
    with frame.controls("sentence"):
        sentence.examples()
        sentence.controls()
    read.answer()


def layers() -> None:
    st.header("2 · Two layers read it", anchor="stage")
    st.markdown(TEXT["read"])
    read.stage()
    read.check()


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


def sentences() -> None:
    st.header("6 · The sentences to learn from", anchor="data")
    st.markdown(TEXT["data"])
    data.choose()
    data.edit()


def training() -> None:
    st.header("7 · Train", anchor="train")
    st.markdown(TEXT["train"])
    train.panel()


def mistakes() -> None:
    st.header("8 · Errors", anchor="errors")
    st.markdown(TEXT["errors"])
    errors.table()


def scores() -> None:
    st.header("9 · How good is it?", anchor="good")
    st.markdown(TEXT["card"])
    card.table()


def table() -> None:
    st.header("10 · Many sentences at once", anchor="many")
    st.markdown(TEXT["many"])
    many.show()


def model_files() -> None:
    st.header("11 · Save and reopen", anchor="files")
    st.markdown(TEXT["files"])
    files.save()
    files.reopen()


frame.page(emojify)
