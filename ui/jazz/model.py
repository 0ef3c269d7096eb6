"""Show the model's parameters and tensors on the jazz page, and compare them with Keras."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future

import streamlit as st

from seqlib.i18n import _
from seqlib.jazz import JazzWeights
from seqlib.jazz.keras_models import Equality
from seqlib.lstm.others import KINDS
from seqlib.shapes.arithmetic import TensorShape, as_text
from seqlib.shapes.constructions import CONSTRUCTIONS, check_djmodel
from seqlib.training import keras_room
from ui.jazz import state, train
from ui.parts import charts, escape, keras


def shapes() -> None:
    """Draw the section: number of units, parameter counts, tensors, and the button for Keras."""
    left, right = st.columns([1, 2])
    with left:
        train.setting("n_a", _("n_a · units"))
    asked, n_values = train.chosen(), state.corpus().n_values
    sketch = CONSTRUCTIONS["djmodel"].sketch(
        {"Tx": asked.Tx, "n_values": n_values, "n_a": asked.n_a}
    )
    count = {layer.name: layer.n_parameters for layer in sketch.layers}
    right.markdown(
        _(
            "`LSTM_cell` has **{cell:,}** parameters and `densor` **{densor:,}**, however large "
            "{Tx} is: every time step uses the same ones.",
            cell=count["LSTM_cell"],
            densor=count["densor"],
            Tx=escape.axis("Tx"),
        )
    )
    rows, axes = sketch.rows, sketch.axes
    first = [row for row in range(len(rows)) if rows[row].step in (None, 0)]
    charts.table(
        {
            _("layer"): [rows[row].layer for row in first],
            _("tensor"): [rows[row].name for row in first],
            _("axes"): [as_text(axes[row]) for row in first],
            _("shape"): [as_text(rows[row].shape) for row in first],
            _("made"): [1 if rows[row].step is None else asked.Tx for row in first],
        },
        column_config={
            _("made"): st.column_config.NumberColumn(_("made"), format="%d×", width="small")
        },
        key="djmodel_shapes",
    )
    confirm(rows)


def confirm(rows: Sequence[TensorShape]) -> None:
    """Draw the button that builds the models in Keras and compares every shape and number."""
    asked, run = train.chosen(), state.run()
    trained = run is not None and (run.settings.n_a, run.settings.cell) == (asked.n_a, KINDS[0])
    about = (asked.Tx, asked.n_a, asked.seed, state.corpus().n_values, trained)
    learned = run.snapshot().weights if run is not None and trained else None

    def request() -> Future:
        X = train.tensors()[0]
        weights = learned or JazzWeights.initial(asked.n_a, state.corpus().n_values, asked.seed)
        return keras_room.ask(check_djmodel, weights, X[:4], asked.seed)

    keras.offer(
        "check",
        about,
        request,
        lambda found: _comparison(rows, *found),
        _("Check with Keras"),
        learned,
        key="check_keras",
        icon=":material/fact_check:",
        help=_(
            "Builds djmodel, its fused twin and the sampler in Keras and compares them with "
            "what this page computes. Loads TensorFlow if nobody has yet."
        ),
    )


def _comparison(
    rows: Sequence[TensorShape], found: Sequence[TensorShape], proofs: Sequence[Equality]
) -> None:
    """Draw how many shapes agree with Keras', and the largest differences of numbers."""
    same = sum(ours.shape == theirs.shape for ours, theirs in zip(rows, found, strict=True))
    st.markdown(
        _(
            "Shapes that agree with Keras' own tensors: **{same} of {all}**.",
            same=same,
            all=len(found),
        )
    )
    charts.table(
        {
            _("compared"): [_(proof.what) for proof in proofs],
            _("shape"): [as_text(proof.shape) for proof in proofs],
            _("largest difference"): [f"{proof.max_difference:.1e}" for proof in proofs],
        },
        key="keras_proofs",
    )
