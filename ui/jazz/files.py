"""Download the jazz model as files for a notebook or a later visit, and open such a file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

import streamlit as st

from seqlib import limits, saved
from seqlib.i18n import _
from seqlib.jazz import JazzWeights, keras_models
from seqlib.saved.jazz import jazz_weights
from seqlib.training import keras_room
from ui.frame import choices
from ui.jazz import state, train
from ui.parts import held, uploads
from ui.state import value

ENDINGS = (".npz", ".weights.h5", ".keras")


def panel() -> None:
    """Draw the downloads of the model that writes the solo, and the upload of one."""
    with st.expander(_("Save the network, or open one"), icon=":material/save:"):
        names, name = state.model_names(), value("model")
        if name not in names:
            name = next(iter(names))
        st.markdown(_("The model that writes in section 6: **{name}**.", name=_(name)))
        _downloads(name)
        uploads.uploader(
            _("Open a network: weights of djmodel, or of your own like it"),
            saved.ENDINGS,
            limits.WEIGHTS_BYTES // 1_000_000,
            _open,
            key="jazz_open",
            above=True,  # other sections list the models too
            help=_(
                "One that was saved here, or .weights.h5, .keras, .h5, .npz or .safetensors. "
                "Arrays are read, no code in a file is ever opened."
            ),
        )


def _downloads(name: str) -> None:
    missing, Tx = keras_room.missing(), train.chosen().Tx
    run = state.run() if name == state.OWN_RUN else None
    kept = state.model(name).weights
    # Made when it is asked for: a run may have gone on since this was drawn.
    weights = (lambda: run.snapshot().weights) if run is not None else lambda: kept
    help = _("For your own notebook. Made when you click, which loads TensorFlow if nobody has.")
    with st.container(horizontal=True):
        for ending in ENDINGS:
            own = ending == ".npz"
            uploads.download(
                ending,
                partial(_npz, weights) if own else partial(_keras, weights, Tx, ending),
                f"djmodel-{name.replace(' ', '-')}{ending}",
                key=f"jazz_save{ending}",
                disabled=bool(missing) and not own,
                help=_("The five arrays, for NumPy; opens here again.") if own else missing or help,
            )


def _npz(weights: Callable[[], JazzWeights]) -> bytes:
    file = BytesIO()
    weights().save(file)
    return file.getvalue()


def _keras(weights: Callable[[], JazzWeights], Tx: int, ending: str) -> bytes:
    return keras_room.answer(keras_room.ask(keras_models.saved, weights(), Tx, ending))


def _open(file: Any) -> None:
    """Open an uploaded model and choose it; if ``ValueError`` is raised nothing is changed."""
    data, n_values = file.getvalue(), state.corpus().n_values
    (weights,) = held.once(
        [data], ("jazz", n_values), lambda: (jazz_weights(held.weights(data), n_values),)
    )
    st.session_state["jazz_file"] = weights
    choices.choose("model", state.FILE)
