"""Download the model as files for a notebook or a later visit, and open such a file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from seqlib import limits, saved
from seqlib import vectors as word_vectors
from seqlib.emojify import EmojiModel, open_model, pretrained, save_model
from seqlib.emojify.files import SUFFIX
from seqlib.emojify.models import keras_bytes, with_rows_only
from seqlib.i18n import _, sentences
from seqlib.saved.emojify import emoji_model
from seqlib.text import DataSet, shipped
from seqlib.training import keras_room
from seqlib.vectors import WordVectors
from ui.emojify import state
from ui.frame import choices
from ui.parts import held, uploads
from ui.parts.remembered import remembered
from ui.parts.vectors import usable
from ui.state import value


@dataclass(frozen=True, eq=False)
class Leaving:
    """A model and the other contents of its files.

    Files are made when they are asked for, by a thread that cannot see the visit, so
    everything is held here.

    Attributes
    ----------
    model : EmojiModel
    data : DataSet
        Whose words go along.
    vectors : WordVectors
        Those the model's words were looked up in.
    settings : dict
        How it was trained.
    opened : bytes
        The file it came from; empty for a model that was trained.
    """

    model: EmojiModel
    data: DataSet
    vectors: WordVectors
    settings: dict[str, Any]
    opened: bytes = b""

    def seqscope(self) -> bytes:
        """Write the SeqScope file; a model that was opened from a file keeps its bytes."""
        words = {*self.data.train.words, *self.data.test.words}
        return self.opened or save_model(
            self.model, words, vectors=self.vectors, settings=self.settings
        )

    def vocabulary(self) -> dict[str, int]:
        """Map each word to its row in the Keras file, from 1."""
        index = self.model.lexicon.word_to_index
        words = {*self.data.train.words, *self.data.test.words}
        known = sorted(word for word in words if index.get(word))
        return {word: row for row, word in enumerate(known, 1)}

    def words_json(self) -> bytes:
        return json.dumps(self.vocabulary(), ensure_ascii=False, indent=1).encode()

    def keras(self) -> bytes:
        """Make a ``.keras`` file with the vocabulary's rows, in Keras' process."""
        words = tuple(self.vocabulary())
        rows = [self.model.lexicon.word_to_index[word] for word in words]
        asked = keras_room.ask(
            keras_bytes,
            with_rows_only(self.model.weights, rows),
            words,
            self.model.maxlen,
            self.settings["dropout"],
        )
        return keras_room.answer(asked)


def leaving(name: str) -> Leaving:
    """Collect the contents of a model's files."""
    model = state.reader(name).model
    if (kept := state.run_of(name)) is not None:
        run = kept.run
        data = DataSet(run.train, run.test)
        return Leaving(model, data, kept.vectors, asdict(run.settings))
    opened = st.session_state.get("emoji_file_bytes", b"") if name == state.FILE else b""
    return Leaving(model, shipped(), word_vectors.load(), pretrained.card()["settings"], opened)


def save() -> None:
    """Draw the downloads of the chosen model."""
    name = value("emoji_model")
    made = leaving(name)
    st.markdown(_("The model that reads now: **{name}**.", name=state.title(name)))
    stem = f"emojify-{name.replace(' ', '-')}"
    missing = keras_room.missing()
    with st.container(horizontal=True):
        uploads.download(
            _("SeqScope file"),
            made.seqscope,
            f"{stem}{SUFFIX}",
            key="emoji_save",
            icon="save",
            type="primary",
            help=_("Weights, vocabulary and settings as plain arrays and JSON; opens here again."),
        )
        uploads.download(
            _("Keras file"),
            made.keras,
            f"{stem}.keras",
            key="emoji_save_keras",
            icon="terminal",
            disabled=bool(missing),
            help=missing
            or _(
                "For your own notebook: `keras.models.load_model`. Made when you click, which "
                "loads TensorFlow if nobody has yet."
            ),
        )
        uploads.download(
            _("Its vocabulary"),
            made.words_json,
            f"{stem}-words.json",
            key="emoji_save_words",
            icon="list",
            help=_("word_to_index of the Keras file: the row of each word in its embedding."),
        )


def reopen() -> None:
    """Draw the upload of a SeqScope file, or of the weights of a learner's own Emojify_V2."""
    uploads.uploader(
        _("Open a model: a SeqScope file, or weights of your own Emojify_V2"),
        (SUFFIX.removeprefix("."), "zip", *saved.ENDINGS),
        limits.WEIGHTS_BYTES // 1_000_000,
        _open,
        key="emoji_open",
        above=True,  # the choice of models
        help=sentences(
            _(
                "One that was saved here, or .weights.h5, .keras, .h5, .npz or .safetensors. "
                "Arrays are read, no code in a file is ever opened."
            ),
            _(saved.LEAVE_OUT),
        ),
    )


def _open(file: UploadedFile) -> None:
    """Open an uploaded model and choose it; if ``ValueError`` is raised nothing is changed."""
    data, vectors = file.getvalue(), usable()
    if file.name.lower().endswith(saved.ENDINGS):
        (model,) = held.once(
            [data],
            ("emojify weights", vectors),
            lambda: (emoji_model(held.weights(data), vectors),),
        )
        words = shipped().train.words
        data = remembered(model, ("file",), lambda: save_model(model, words, vectors=vectors))
    else:
        (model,) = held.once([data], ("emojify", vectors), lambda: (open_model(data, vectors),))
    st.session_state.update(emoji_file_model=model, emoji_file_bytes=data)
    choices.choose("emoji_model", state.FILE)
