"""Choose corpus, track and melody on the jazz page, and show the melody's tokens and windows."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from seqlib import i18n
from seqlib.i18n import _
from seqlib.jazz import JazzWeights, figures
from seqlib.jazz.corpus import piece_name
from seqlib.music import read_midi
from seqlib.stage import Stage
from seqlib.stage.jazz import reading_stage
from ui.frame import frame, language
from ui.jazz import feeding, state, train
from ui.parts import charts, escape
from ui.parts import stage as stage_component
from ui.parts.asking import telling
from ui.state import widget


def choose_corpus() -> None:
    """Draw the choice of corpus: ours, one tune of it, or the reader's own file."""
    language.choice(
        st.segmented_control,
        _("corpus"),
        "corpus",
        help=_(
            "All choruses composed for this project, the first of them, or a MIDI file of yours."
        ),
    )


def read_upload(file: UploadedFile) -> None:
    """Make an uploaded MIDI file the corpus. Raises ``MidiError``, one sentence."""
    song = read_midi(file)
    state.use_song(song)
    # The file's own bytes, so that a saved visit can read them again.
    st.session_state["song_file"] = (song.title, file.getvalue())
    st.session_state["midi_track"] = song.track


def choose_track(*, report: bool) -> None:
    """Draw the choice of the melody's track in the uploaded file, and ``report`` of the file."""
    song = state.song()
    if song is None:
        st.info(
            _("Until a file is read, our choruses stay in place."), icon=":material/upload_file:"
        )
        return

    def use() -> None:
        before = song.track
        try:
            state.use_song(song, st.session_state["midi_track"])
        except ValueError as problem:
            st.session_state["midi_track"] = before
            st.session_state["track_error"] = str(problem)

    said = {
        track.index: " · ".join(
            dict.fromkeys((track.name, track.program_name, _("{n:,} notes", n=track.n_notes)))
        )
        for track in song.tracks
        if not track.is_drum
    }
    # The browser knows an option by its text, so no two may be the same.
    alike = len(set(said.values())) < len(said)
    tracks = {
        index: f"{number} · {text}" if alike else text
        for number, (index, text) in enumerate(said.items(), 1)
    }
    language.choice(
        st.selectbox,
        _("track of “{file}”", file=escape.plain(song.title)),
        "midi_track",
        options=list(tracks),
        format_func=tracks.__getitem__,
        on_change=use,
        help=_("The best guess comes first; choose another if the melody is elsewhere."),
    )
    if error := st.session_state.pop("track_error", ""):
        st.error(escape.plain(error), icon=":material/error:")
    for warning in song.warnings if report else ():
        st.caption(f":material/info: {escape.plain(warning)}")


def choose_melody() -> None:
    """Draw the choice of one melody of the corpus."""
    melodies = state.corpus().melodies
    if len(melodies) == 1:
        return
    st.slider(
        _("melody"),
        help=_("Which melody is shown here and opens a solo that is given its first notes."),
        **widget("melody", high=len(melodies)),
    )


READING = ("notes", "x", "h", "y")


@st.cache_resource(max_entries=32, show_spinner=False)
def _shipped_reading(language: str, corpus: str, *asked: Any) -> Stage:
    """Make the stage of shipped models and our corpus, cached for all readers of a language."""
    return _reading(*asked)


def _reading(place: int, name: str, other: str) -> Stage:
    def named(model: str) -> tuple[str, JazzWeights]:
        return model, state.model(model).weights

    second = None if other == state.NOBODY else named(other)
    return reading_stage(state.corpus(), place, named(name), second, READING)


@frame.alone()
def reading() -> None:
    """Draw the stage of the melody, read by one model, or by two for comparison."""
    names = list(state.model_names())
    left, right = st.columns(2)
    name = language.choice(
        left.selectbox,
        _("model"),
        "reads",
        options=names,
        help=_("Which model reads along."),
    )
    other = language.choice(
        right.selectbox,
        _("compared with"),
        "against",
        options=[state.NOBODY, state.ITSELF, *names],
        format_func=lambda one: _("no other model") if one == state.NOBODY else _(one),
        help=_(
            "A second model on the same notes, or the same model fed what it draws itself: "
            "see either, both or the difference."
        ),
    )
    if other == state.ITSELF:
        feeding.show(name)
        return
    asked = (state.melody_place(), name, other)
    with frame.picture(low=True):
        stage_component.show(
            _shipped_reading(i18n.language(), state.corpus().name, *asked)
            if state.shared(name, other)
            else _reading(*asked),
            key="jazz_reading",
        )


def token_list() -> None:
    """Draw a table of the melody's first tokens and their indices."""
    corpus, place = state.corpus(), state.melody_place()
    melody, sequence = corpus.melodies[place], corpus.sequences[place]
    shown = min(len(sequence), 40)
    st.markdown(
        _(
            "“{melody}”: **{tokens:,}** tokens, of which {notes:,} sound. The whole corpus: "
            "{all:,} tokens, alphabet {alphabet}.",
            melody=escape.plain(piece_name(melody.name)),
            tokens=len(sequence),
            notes=melody.n_notes,
            all=sum(map(len, corpus.sequences)),
            alphabet=escape.axis("n_values", corpus.n_values),
        )
    )
    telling("jazz_reading", "tokens").dataframe(
        pa.table(  # see ``charts.table``
            {
                f"t = {t}": [corpus.vocabulary.labels[index], str(index)]
                for t, index in enumerate(sequence[:shown].tolist(), 1)
            }
        ),
        key="token_list",
        hide_index=True,
    )


@frame.alone("Tx", "train_seed")
def one_hot() -> None:
    """Draw the settings of the windows, one window of X, and the shapes of X and Y."""
    one, two, three = st.columns(3)
    with one:
        train.setting("m", _("m · windows"))
    with two:
        train.setting("Tx", _("Tx · time steps"))
    with three:
        train.seed_setting()
    train.offer_shorter_windows()
    try:
        X, Y = train.tensors()
    except ValueError as problem:
        st.error(str(problem), icon=":material/error:")
        return
    left, right = st.columns([3, 1])
    with right:
        st.markdown(escape.shape("X", X.shape, ("m", "Tx", "n_values")))
        st.markdown(escape.shape("Y", Y.shape, ("Ty", "m", "n_values")))
        window = 1
        if len(X) > 1:
            window = st.number_input(
                _("window"),
                help=_("{low} to {high}.", low=1, high=len(X)),
                **widget("window", high=len(X)),
            )
        st.caption(
            _(
                "{size:,} numbers, of which {ones:,} are 1. The first row of each window "
                "is zeros: nothing has been read.",
                size=X.size,
                ones=int(X.sum()),
            )
        )
    with left:
        charts.show(
            figures.one_hot(X[int(window) - 1], state.corpus().vocabulary.labels),
            key="one_hot",
            alt=_(
                "Window {window} of X: {Tx} time steps by {n_values} tokens.",
                window=window,
                Tx=X.shape[1],
                n_values=X.shape[2],
            ),
        )
