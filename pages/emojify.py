"""A sentence read word by word by two LSTM layers, trained in front of the class."""

import streamlit as st

from seqlib.i18n import _
from ui.emojify import (
    activations,
    data,
    errors,
    files,
    many_sentences,
    model_card,
    reading,
    sentence,
    train,
)
from ui.emojify.notebook import asked
from ui.frame import frame, share
from ui.lessons.pages import lesson
from ui.parts import notebook


def emojify() -> None:
    frame.heading(lesson("emojify")["title"], lesson("emojify")["intro"])
    read_along()
    for section in (
        sentences,
        training,
        mistakes,
        scores,
        table,
        model_files,
    ):
        share.section(section)
    notebook.offer("emojify", asked)


@frame.alone("emoji_model", "emoji_padding")
def read_along() -> None:
    """Draw the sections that follow the sentence; the rest of the page is about the model."""
    for section in (typed, layers, order, padding, dropout):
        share.section(section)


def typed() -> None:
    st.header(_("1 · The sentence"), anchor="sentence")
    st.markdown(lesson("emojify")["sentence"])
    st.html(sentence.CSS)
    sentence.box()
    with frame.controls("sentence"):
        sentence.examples()
        sentence.controls()
    reading.answer()


def layers() -> None:
    st.header(_("2 · Two layers read it"), anchor="stage")
    st.markdown(lesson("emojify")["read"])
    reading.stage()
    reading.check()


def order() -> None:
    st.header(_("3 · Order matters"), anchor="order")
    st.markdown(lesson("emojify")["order"])
    activations.order()


def padding() -> None:
    st.header(_("4 · Padding"), anchor="padding")
    st.markdown(lesson("emojify")["padding"])
    activations.padding()


def dropout() -> None:
    st.header(_("5 · Dropout"), anchor="dropout")
    st.markdown(lesson("emojify")["dropout"])
    activations.dropout()


def sentences() -> None:
    st.header(_("6 · The sentences to learn from"), anchor="data")
    st.markdown(lesson("emojify")["data"])
    data.choose()
    data.edit()


def training() -> None:
    st.header(_("7 · Train"), anchor="train")
    st.markdown(lesson("emojify")["train"])
    train.panel()


def mistakes() -> None:
    st.header(_("8 · Errors"), anchor="errors")
    st.markdown(lesson("emojify")["errors"])
    errors.table()


def scores() -> None:
    st.header(_("9 · How good is it?"), anchor="good")
    st.markdown(lesson("emojify")["card"])
    model_card.table()
    model_card.calibration()


@frame.alone()
def table() -> None:
    st.header(_("10 · Many sentences at once"), anchor="many")
    st.markdown(lesson("emojify")["many"])
    many_sentences.show()


def model_files() -> None:
    st.header(_("11 · Save and reopen"), anchor="files")
    st.markdown(lesson("emojify")["files"])
    files.save()
    files.reopen()


frame.page(emojify)
