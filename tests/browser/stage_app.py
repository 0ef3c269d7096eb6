"""A page with one stage on it, for the browser tests; the query string says which."""

import numpy as np
import streamlit as st

from seqlib.jazz import JazzWeights
from seqlib.jazz.sampling import sample
from seqlib.stage import (
    Clock,
    Distribution,
    Elsewhere,
    Heatmap,
    Note,
    PianoRoll,
    Stage,
    Tokens,
)
from seqlib.stage.offline import offline_html
from ui.parts.stage import show

EVIL = "<img src=x onerror=window.hacked=1>"
N_A, N_VALUES = 16, 12


def make(seed: int, Ty: int = 40, **more) -> Stage:
    trace_of = sample(JazzWeights.initial(N_A, N_VALUES, seed=1), Ty, seed=seed, prompt=(3, 4))
    lengths = np.where(trace_of.indices % 3, 0.2, 0.4)
    edges = np.concatenate([[0.0], np.cumsum(lengths)])
    notes = tuple(
        Note(edges[t], edges[t + 1], 60 + int(index), step=t)
        for t, index in enumerate(trace_of.indices)
    )
    bass = tuple(Note(edges[t], edges[t] + 0.3, 40, "bass") for t in range(0, len(notes), 2))
    labels = (EVIL, *(f"note {n}" for n in range(1, N_VALUES)))
    trace = trace_of.trace
    return Stage(
        Clock(edges),
        (
            PianoRoll("Solo", notes, ((0.0, 2.0, EVIL),), prompt=2),
            Tokens("Tokens", tuple(labels[index] for index in trace_of.indices)),
            Heatmap("Hidden state", trace.h, "a"),
            Heatmap("Forget gate", trace.f, "f", low=0, high=1),
            Distribution("Next note", trace.y, labels, trace_of.indices),
        ),
        sound=notes + bass,
        label=f"A test {EVIL}",
        **more,
    )


query = st.query_params
st.set_page_config(layout="wide")
seed = st.session_state.setdefault("seed", 5)
if st.button("New data"):
    seed = st.session_state["seed"] = seed + 1
st.button("Same again")
st.text_input("A field")
if st.button("Break it"):
    stage = Stage(Clock.even(2), (Heatmap("Hidden state", np.full((2, 3), np.nan), "a"),))
elif "elsewhere" in query:
    other = make(9)
    labels, values = other.lanes[1].labels, other.lanes[2].values
    stage = make(seed, elsewhere=Elsewhere((f"Other {EVIL}",), (labels,), (values,)))
else:
    stage = make(seed, name="before", compare=make(seed + 20, 30, name="after"))
if "offline" in query:
    st.download_button("Offline page", offline_html(stage), "offline.html")
show(stage, key="stage", playing="playing" in query)
