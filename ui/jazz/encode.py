"""From a file to X: corpus, track and melody chosen, tokens listed, one window drawn."""

from __future__ import annotations

import streamlit as st

from seqlib import backend, figures
from seqlib import shapes as shape_rules
from seqlib.jazz import JazzWeights
from seqlib.music import read_midi
from ui import charts, chips, frame
from ui import stage as stage_component
from ui.jazz import state, train
from ui.jazz.stage import reading_stage
from ui.stage import Stage

BOUND = {"bind": "query-params", "persist_state": "session"}


def choose_corpus() -> None:
    """Ours, one tune of it, or the reader's own file."""
    st.segmented_control(
        "corpus",
        state.CORPORA,
        default=state.OURS,
        required=True,
        key="corpus",
        help="All choruses composed for this project, the first of them, or a MIDI file of yours.",
        **BOUND,
    )


def read_upload(file) -> None:
    """Make an uploaded MIDI file the corpus. Raises ``MidiError``, one sentence."""
    state.use_song(read_midi(file))
    st.session_state["midi_track"] = state.song().track


def choose_track() -> None:
    """Which instrument of the uploaded file is the melody, and what was odd about the file."""
    song = state.song()
    if song is None:
        st.info(
            "No file yet; until then our choruses stay in place.", icon=":material/upload_file:"
        )
        return

    def use() -> None:
        before = song.track
        try:
            state.use_song(song, st.session_state["midi_track"])
        except ValueError as problem:
            st.session_state["midi_track"] = before
            st.session_state["track_error"] = str(problem)

    tracks = {
        track.index: f"{track.name} · {track.program_name} · {track.n_notes:,} notes"
        for track in song.tracks
        if not track.is_drum
    }
    st.selectbox(
        f"track of “{chips.plain(song.title)}”",
        list(tracks),
        key="midi_track",
        format_func=tracks.get,
        on_change=use,
        help="The best guess comes first; choose another if the melody is elsewhere.",
    )
    if error := st.session_state.pop("track_error", ""):
        st.error(chips.plain(error), icon=":material/error:")
    for warning in song.warnings:
        st.caption(f":material/info: {chips.plain(warning)}")


def choose_melody() -> None:
    """Which of the corpus' melodies is on the stand."""
    melodies = state.corpus().melodies
    if len(melodies) == 1:
        return
    st.slider(
        "melody",
        1,
        len(melodies),
        1,
        key="melody",
        help="Which melody is shown here and opens a solo that is given its first notes.",
        **BOUND,
    )


READING = ("notes", "h", "y")
NOBODY = "nobody"


@st.cache_resource(max_entries=32, show_spinner=False)
def _shipped_reading(corpus: str, place: int, name: str, other: str) -> Stage:
    """The stage of shipped models and our own corpus: the same for everybody, so made once."""
    return _reading(place, name, other)


def _reading(place: int, name: str, other: str) -> Stage:
    def named(model: str) -> tuple[str, JazzWeights] | None:
        return None if model == NOBODY else (model, state.model(model).weights)

    return reading_stage(state.corpus(), place, named(name), named(other), READING)


def reading() -> None:
    """The melody on the stage, read by a model, or by two of them for comparison."""
    names = list(state.model_names())
    left, right = st.columns(2)
    with left:
        name = state.model_select("reader", names, key="reads", help="Which model reads along.")
    with right:
        other = state.model_select(
            "compared with",
            [NOBODY, *names],
            key="against",
            help="A second model on the same notes: see either, both or the difference.",
        )
    shared = state.OWN_RUN not in (name, other) and state.corpus() is not state.own_corpus()
    make = _shipped_reading if shared else lambda _, *rest: _reading(*rest)
    stage_component.show(
        make(state.corpus().name, state.melody_place(), name, other),
        key="jazz_reading",
        presenter=frame.presenting(),
    )


def token_list() -> None:
    """The melody's first tokens with their numbers."""
    corpus, place = state.corpus(), state.melody_place()
    melody, sequence = corpus.melodies[place], corpus.sequences[place]
    shown = min(len(sequence), 40)
    st.markdown(
        f"“{chips.plain(melody.name)}”: **{len(sequence):,}** tokens, of which "
        f"{melody.n_notes:,} sound. "
        f"The whole corpus: {sum(map(len, corpus.sequences)):,} tokens, alphabet "
        f"{chips.axis('n_values', corpus.n_values)}."
    )
    st.dataframe(
        {
            f"t = {t}": [corpus.vocabulary.labels[index], str(index)]
            for t, index in enumerate(sequence[:shown].tolist())
        },
        key="token_list",
        width="stretch",
        hide_index=True,
    )


def one_hot() -> None:
    """The windows' settings, one window of X as it is, and the shapes of X and Y."""
    for column, draw in zip(
        st.columns(3),
        (
            lambda: train.setting("m", "m · windows"),
            lambda: train.setting("Tx", "Tx · time steps"),
            train.seed_setting,
        ),
        strict=True,
    ):
        with column:
            draw()
    train.offer_shorter_windows()
    try:
        X, Y = train.tensors()
    except ValueError as problem:
        st.error(str(problem), icon=":material/error:")
        return
    left, right = st.columns([3, 1])
    with right:
        st.markdown(chips.shape("X", X.shape, ("m", "Tx", "n_values")))
        st.markdown(chips.shape("Y", Y.shape, ("Ty", "m", "n_values")))
        window = 1
        if len(X) > 1:
            window = st.number_input(
                "window", 1, len(X), 1, key="window", help=f"1 to {len(X)}.", **BOUND
            )
        st.caption(
            f"{X.size:,} numbers, of which {int(X.sum()):,} are 1. The first row of each window "
            "is zeros: nothing has been read."
        )
    with left:
        charts.show(
            figures.one_hot(X[int(window) - 1], state.corpus().vocabulary.labels),
            key="one_hot",
            alt=f"Window {window} of X: {X.shape[1]} time steps by {X.shape[2]} tokens.",
        )


def shapes() -> None:
    """The cell's size, the tensors of the model for the settings at hand, and Keras' word on it."""
    left, right = st.columns([1, 2])
    with left:
        train.setting("n_a", "n_a · units")
    asked, n_values = train.chosen(), state.corpus().n_values
    arrays = JazzWeights.initial(asked.n_a, n_values, asked.seed).arrays
    cell, densor = (sum(array.size for array in part) for part in (arrays[:3], arrays[3:]))
    right.markdown(
        f"`LSTM_cell` has **{cell:,}** parameters and `densor` **{densor:,}**, however large "
        f"{chips.axis('Tx')} is: every time step uses the same ones."
    )
    rows = shape_rules.djmodel_shapes(None, asked.Tx, n_values, asked.n_a)
    axes = shape_rules.djmodel_axes(asked.Tx)
    first = [row for row in range(len(rows)) if rows[row].step in (None, 0)]
    st.dataframe(
        {
            "made by": [rows[row].layer for row in first],
            "tensor": [rows[row].name for row in first],
            "axes": [shape_rules.as_text(axes[row]) for row in first],
            "shape": [shape_rules.as_text(rows[row].shape) for row in first],
            "times": [1 if rows[row].step is None else asked.Tx for row in first],
        },
        column_config={"times": st.column_config.NumberColumn("made", format="%d×", width="small")},
        hide_index=True,
        key="djmodel_shapes",
        width="stretch",
    )
    confirm(rows)


def confirm(rows) -> None:
    """On request: build the models in Keras, compare every shape, and every number."""
    if not st.button(
        "Check with Keras",
        key="check_keras",
        icon=":material/fact_check:",
        help="Builds djmodel, its fused twin and the sampler in Keras and compares them with "
        "what this page computes. Loads TensorFlow if nobody has yet.",
    ):
        return
    from seqlib import models

    asked = train.chosen()
    try:
        X, _ = train.tensors()
    except ValueError as problem:
        st.error(str(problem), icon=":material/error:")
        return
    run = state.run()
    weights = (
        run.snapshot().weights
        if run is not None and run.settings.n_a == asked.n_a
        else JazzWeights.initial(asked.n_a, state.corpus().n_values, asked.seed)
    )
    with st.spinner("Building the models in Keras …"):
        backend.load()
        found = shape_rules.annotate(models.djmodel(asked.Tx, weights.n_a, weights.n_values))
        proofs = models.prove_equal(weights, X[:4], Ty=20, seed=asked.seed)
    same = sum(ours.shape == theirs.shape for ours, theirs in zip(rows, found, strict=True))
    st.markdown(f"Shapes that agree with Keras' own tensors: **{same} of {len(found)}**.")
    st.dataframe(
        {
            "compared": [proof.what for proof in proofs],
            "shape": [shape_rules.as_text(proof.shape) for proof in proofs],
            "largest difference": [f"{proof.max_difference:.1e}" for proof in proofs],
        },
        hide_index=True,
        key="keras_proofs",
        width="stretch",
    )
