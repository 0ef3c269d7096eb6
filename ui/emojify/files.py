"""The model as a file: down for a notebook or a later visit, and up again."""

from __future__ import annotations

import json
from dataclasses import asdict

import streamlit as st

from seqlib import vectors as word_vectors
from seqlib.emojify import EmojiModel, open_model, pretrained, save_model
from seqlib.emojify.files import MAX_BYTES, SUFFIX
from seqlib.text import shipped
from ui import uploads
from ui.emojify import state


def save() -> None:
    """Downloads of the model that reads. Files are made when they are asked for."""
    name = st.session_state.get("emoji_model", state.SHIPPED)
    model = state.reader(name).model
    st.markdown(f"The model that reads now: **{name}**.")
    stem = f"emojify-{name.replace(' ', '-')}"
    with st.container(horizontal=True):
        st.download_button(
            "SeqScope file",
            lambda: seqscope_bytes(name, model),
            f"{stem}{SUFFIX}",
            "application/zip",
            key="emoji_save",
            icon=":material/save:",
            type="primary",
            on_click="ignore",
            help="Weights, vocabulary and settings as plain arrays and JSON; opens here again.",
        )
        st.download_button(
            "Keras file",
            lambda: keras_bytes(name, model),
            f"{stem}.keras",
            "application/octet-stream",
            key="emoji_save_keras",
            icon=":material/terminal:",
            on_click="ignore",
            help="For your own notebook: keras.models.load_model. Made when you click, which "
            "loads TensorFlow if nobody has yet.",
        )
        st.download_button(
            "Its vocabulary",
            lambda: json.dumps(vocabulary(name, model), ensure_ascii=False, indent=1),
            f"{stem}-words.json",
            "application/json",
            key="emoji_save_words",
            icon=":material/list:",
            on_click="ignore",
            help="word_to_index of the Keras file: the row of each word in its embedding.",
        )


def reopen() -> None:
    """A SeqScope file becomes the model that reads."""
    uploads.uploader(
        f"Open a SeqScope file ({SUFFIX})",
        (SUFFIX.removeprefix("."), "keras", "h5", "zip"),
        round(MAX_BYTES / 1e6),
        _open,
        key="emoji_open",
        help="One that was saved here. Keras files can run code when opened, so they never are.",
    )
    if st.session_state.pop("emoji_opened_now", False):
        st.rerun()  # the choice of models is above, and knows nothing of it yet


def _open(file) -> None:
    """Raises ``ValueError``, one sentence, and then changes nothing."""
    data = file.getvalue()
    model = open_model(data, state.vectors())
    st.session_state.update(
        emoji_file_model=model, emoji_file_bytes=data, emoji_opened_now=True, emoji_use_file=True
    )


def words_of(name: str) -> tuple[str, ...]:
    """The words that go into a file of the model: those it was trained and tested on."""
    for kept in state.runs():
        if name.startswith(f"{kept.name} "):
            return tuple(sorted({*kept.run.train.words, *kept.run.test.words}))
    ours = shipped()
    return tuple(sorted({*ours.train.words, *ours.test.words}))


def seqscope_bytes(name: str, model: EmojiModel) -> bytes:
    """The model as a SeqScope file; one that was opened comes back as it was."""
    if name == state.FILE:
        return st.session_state["emoji_file_bytes"]
    settings = state.settings_of(name)
    kept = next((one for one in state.runs() if name.startswith(f"{one.name} ")), None)
    return save_model(
        model,
        words_of(name),
        vectors=kept.vectors if kept else word_vectors.load(),
        settings=asdict(settings) if settings else pretrained.card()["settings"],
    )


def vocabulary(name: str, model: EmojiModel) -> dict[str, int]:
    """Word to row in the Keras file, from 1."""
    known = [word for word in words_of(name) if word in model.lexicon.word_to_index]
    return {word: place for place, word in enumerate(known, 1)}


def keras_bytes(name: str, model: EmojiModel) -> bytes:
    from seqlib.emojify.models import keras_file, keras_model

    words = tuple(vocabulary(name, model))
    rows = [model.lexicon.word_to_index[word] for word in words]
    settings = state.settings_of(name)
    dropout = settings.dropout if settings else pretrained.card()["settings"]["dropout"]
    return keras_file(keras_model(model.weights, words, rows, model.maxlen, dropout))
