"""Look back over a training run: the weights that it kept on the way."""

from __future__ import annotations

import numpy as np
import streamlit as st

from seqlib import i18n
from seqlib.i18n import _, n_
from seqlib.jazz import JazzWeights, score
from seqlib.jazz.sampling import sample
from seqlib.jazz.task import places_of
from seqlib.jazz.training import TrainingRun
from seqlib.lstm.others import KINDS
from seqlib.music import Melody, arrange
from seqlib.stage import Stage
from seqlib.stage.jazz import jazz_stage, solo_stage, way_back_stage
from ui.frame import frame, language
from ui.jazz import state
from ui.lessons.pages import lesson
from ui.parts import stage as stage_component
from ui.parts.remembered import remembered
from ui.state import options, value, widget

TY = 48
LANES = ("notes", "x", "h", "y")


@frame.alone()
def look_back(run: TrainingRun) -> None:
    """Draw a slider over the kept weights, what they lose, and the stage of what they do."""
    checkpoints = run.checkpoints
    if len(checkpoints) < 2:
        return
    st.markdown(lesson("jazz")["back"])
    if st.session_state.get("kept_epoch") not in checkpoints:
        st.session_state.pop("kept_epoch", None)
    left, right = st.columns([2, 1], vertical_alignment="center")
    epoch = left.select_slider(
        _("after epoch"),
        help=_("The weights that were kept while the run trained; 0 is before training."),
        **widget("kept_epoch", options=tuple(checkpoints), default=max(checkpoints)),
    )
    look = language.choice(
        right.segmented_control,
        _("what these weights do"),
        "kept_look",
        options=options("kept_look")[: None if run.settings.cell == KINDS[0] else 2],
        help=_(
            "Write a solo, read the first window that the run was trained on, or send the "
            "gradient of one of its outputs back."
        ),
    )
    weights = checkpoints[epoch]
    st.markdown(" · ".join(_said(run, epoch, weights)))
    make, number = kept_solo, int(value("seed"))
    if run.probe is not None and look == "one window, read":
        make, number = kept_window, 0
    elif run.probe is not None and look == "the way back" and run.settings.cell == KINDS[0]:
        st.markdown(lesson("jazz")["way-back"])
        make = way_back
        number = st.number_input(
            _("output"),
            help=_("Whose loss goes back."),
            **widget("back_from", high=len(run.probe) - 1),
        )
    about = (make.__name__, epoch, int(number), i18n.language(), state.melody_place())
    stage = remembered(run, (*about, state.corpus()), lambda: make(run, weights, int(number)))
    stage_component.show(stage, key=f"jazz_{make.__name__}")


def _said(run: TrainingRun, epoch: int, weights: JazzWeights) -> list[str]:
    """Say what the weights lose on the windows, as far as it was measured, and held out."""
    said = [n_("After **{n}** epoch", "After **{n}** epochs", epoch)]
    if epoch < run.epoch:  # an epoch measures the weights that it begins with
        loss = float(run.metrics.loss[epoch].mean())
        said.append(_("training **{loss:.2f}** nats a note", loss=loss))
    corpus = state.corpus()
    if held_out := corpus.held_out_sequences:
        found = remembered(run, ("score", epoch, corpus), lambda: score(weights, held_out))
        said.append(_("held out **{loss:.2f}** nats a note", loss=found.log_loss))
        said.append(_("accuracy {share:.0%}", share=found.accuracy))
    return said


def kept_solo(run: TrainingRun, weights: JazzWeights, number: int) -> Stage:
    """Make the stage of a solo of kept weights; ``number`` is the seed."""
    written = sample(weights, TY, seed=number)
    return solo_stage(
        written,
        weights,
        state.corpus(),
        state.melody_place(),
        lanes=LANES,
        label=_("A solo of {n} tokens, seed {seed}, by weights of this run", n=TY, seed=number),
        seed=number,
    )


def _notes(run: TrainingRun) -> np.ndarray:
    """Return the first window's notes, int (Tx - 1,): its first step reads none."""
    return places_of(np.asarray(run.probe))[1:]


def way_back(run: TrainingRun, weights: JazzWeights, number: int) -> Stage:
    """Make the stage of the gradient of one output, ``number`` from 1, going back."""
    return way_back_stage(weights, _notes(run), state.corpus().vocabulary, number - 1)


def kept_window(run: TrainingRun, weights: JazzWeights, number: int) -> Stage:
    """Make the stage of the first window, read by kept weights."""
    corpus, notes = state.corpus(), _notes(run)
    melody = Melody(corpus.vocabulary.decode(notes), corpus.melodies[0].tempo, _("One window"))
    return jazz_stage(
        melody,
        weights,
        weights.trace(np.asarray(run.probe)[:-1]),
        corpus.vocabulary,
        LANES,
        label=_("The first window, read by weights of this run"),
        chosen=notes,
        chosen_name=_("true"),
        sounds=arrange(melody, None).solo,
        written=False,
        corpus=corpus,
    )
