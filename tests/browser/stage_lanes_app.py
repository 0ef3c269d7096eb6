"""A page with the explaining lanes on it, for the browser tests."""

import numpy as np
import streamlit as st

from seqlib.jazz import JazzWeights
from seqlib.jazz.sampling import sample
from seqlib.lstm.gradients import influence_matrix, log_probability_gradient
from seqlib.stage import Clock, Heatmap, Stage, Tokens
from seqlib.stage.lanes import Diagram, Equation, Influence, Layer, Line, Tensor, jazz_diagram
from ui.parts.stage import show

EVIL = "<img src=x onerror=window.hacked=1>"
N_A, N_VALUES, TX = 16, 12, 24


def make(seed: int):
    """(weights, trace, sampled indices) of a small untrained model."""
    weights = JazzWeights.initial(N_A, N_VALUES, seed=seed)
    written = sample(weights, TX, seed=seed)
    return weights, written.trace, written.indices


def influences(weights, trace, indices):
    da = log_probability_gradient(weights.densor_kernel, weights.densor_bias, trace.h, indices)
    return influence_matrix([(weights.cell, trace)], da)


def stack(weights, trace) -> Diagram:
    """Two layers, many to one, as drawn for a sentence."""
    return Diagram(
        "Many to one",
        Tensor("e", (("m", None), ("e_length", N_VALUES))),
        (
            Layer.recurrent("LSTM 1", weights.cell, trace),
            Layer.recurrent("LSTM 2", weights.cell, trace, returns="last"),
            Layer("softmax", Tensor("ŷ", (("m", None), ("classes", 5)))),
        ),
    )


def lanes_of(seed: int):
    weights, trace, indices = make(seed)
    labels = (EVIL, *(f"note {n}" for n in range(1, N_VALUES)))
    return (
        Tokens("Tokens", tuple(labels[index] for index in indices)),
        jazz_diagram(weights, trace),
        stack(weights, trace),
        Heatmap("Hidden state", trace.h, "a"),
        Equation("One unit", weights.cell, trace),
        Influence(
            "Memory",
            *influences(weights, trace, indices),
            target="log probability of the note",
            targets=tuple(f"log P({labels[index]})" for index in indices),
        ),
        Line("Notes", trace.y, labels, axis="n_values"),
    )


if __name__ == "__main__":
    st.set_page_config(layout="wide")
    seed = st.session_state.setdefault("seed", 5)
    if st.button("New data"):
        seed = st.session_state["seed"] = seed + 1
    show(
        Stage(Clock(np.arange(TX + 1) * 0.2), lanes_of(seed), label="A test", start=9),
        key="stage",
    )
