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
from ui.frame import frame
from ui.frame.sections import section
from ui.parts import notebook
from ui.parts.asking import telling


def emojify() -> None:
    frame.heading()
    read_along()
    section(sentences, title=_("6 · The sentences to learn from"), anchor="data")
    section(training, title=_("7 · Train"), anchor="train")
    section(mistakes, title=_("8 · Errors"), anchor="errors")
    section(scores, title=_("9 · How good is it?"), anchor="good")
    section(table, title=_("10 · Many sentences at once"), anchor="many")
    section(model_files, title=_("11 · Save and reopen"), anchor="files")
    notebook.offer("emojify", asked)


@frame.alone("emoji_model", "emoji_padding")
def read_along() -> None:
    """Draw the sections that follow the sentence; the rest of the page is about the model."""
    st.html(sentence.CSS)
    with st.container(key="reading"):
        with reading.typing():
            section(typed, title=_("1 · The sentence"), anchor="sentence")
        section(layers, title=_("2 · Two layers read it"), anchor="stage")
        section(order, title=_("3 · Order matters"), anchor="order")
        section(padding, title=_("4 · Padding"), anchor="padding")
        section(dropout, title=_("5 · Dropout"), anchor="dropout")


def typed() -> None:
    frame.explain("sentence")
    with frame.controls("sentence"):
        sentence.examples()
        sentence.controls()
    reading.words()


def layers() -> None:
    frame.explain("read")
    reading.stage()
    reading.check()


def order() -> None:
    frame.explain("order")
    with telling(reading.STAGE, "order"):
        activations.order()


def padding() -> None:
    frame.explain("padding")
    with telling(reading.STAGE, "padding"):
        activations.padding()


def dropout() -> None:
    frame.explain("dropout")
    with telling(reading.STAGE, "dropout"):
        activations.dropout()


def sentences() -> None:
    frame.explain("data")
    data.choose()
    data.edit()


def training() -> None:
    frame.explain("train")
    train.panel()


def mistakes() -> None:
    frame.explain("errors")
    errors.table()


def scores() -> None:
    frame.explain("card")
    model_card.table()
    model_card.calibration()


@frame.alone()
def table() -> None:
    frame.explain("many")
    many_sentences.show()


def model_files() -> None:
    frame.explain("files")
    files.save()
    files.reopen()


frame.page(emojify)
