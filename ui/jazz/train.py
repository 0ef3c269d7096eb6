"""Train on the jazz page: settings, the run, and its live pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from seqlib.i18n import _, capital
from seqlib.jazz.training import BOUNDS, RunSettings, TrainingRun
from seqlib.lstm.others import KINDS
from seqlib.music import largest_Tx, windows
from seqlib.training.scheduler import MOVING
from ui.frame import choices, frame, language
from ui.jazz import curves, history, state
from ui.parts import engines, training_panel
from ui.state import options, value, widget
from ui.visit import session


def setting(name: str, label: str) -> None:
    """Draw a slider for a whole number of ``RunSettings``, within its bounds."""
    bound = BOUNDS[name]
    st.slider(
        label,
        help=_(
            "{what}: {low:g} to {high:g}.",
            what=capital(_(bound.what)),
            low=bound.low,
            high=bound.high,
        ),
        **widget(name),
    )


def seed_setting() -> None:
    st.number_input(
        _("seed"), help=_("Draws the windows and the first weights."), **widget("train_seed")
    )


def rate_setting() -> None:
    what = BOUNDS["learning_rate"].what
    st.select_slider(
        _("learning rate"),
        help=_("{what}. A run under way takes it from its next epoch.", what=_(what)),
        on_change=lambda: _change(learning_rate=value("learning_rate")),
        **widget("learning_rate"),
    )


def _change(**settings: Any) -> None:
    """Have the run that is under way go on with other settings."""
    if (run := state.run()) is not None and not run.state.over:
        run.change(**settings)


def chosen() -> RunSettings:
    """Return the chosen settings; defaults for widgets that are not drawn yet."""
    return RunSettings(
        **{name: value(name) for name in ("m", "Tx", "n_a", "epochs", "learning_rate")},
        seed=value("train_seed"),
        pace=options("pace")[value("pace")],
        stop_at_turn=value("stop_at_turn"),
        cell=value("train_cell"),
    )


def tensors() -> tuple[np.ndarray, np.ndarray]:
    """Cut X (m, Tx, n_values) and Y (Ty, m, n_values) for the chosen settings and corpus.

    Raises ``ValueError`` if no melody is Tx tokens long, or X would be too large.
    """
    asked, corpus = chosen(), state.corpus()
    return windows(corpus.sequences, asked.m, asked.Tx, corpus.n_values, asked.seed)


def start(only: str = "") -> TrainingRun:
    """Start a run with the chosen settings; the page then uses its model. See ``Run.start``."""
    X, Y = tensors()
    asked, engine = chosen(), options("engine")[value("engine")]
    if engine == "djmodel" and asked.cell != KINDS[0]:
        engine = "twin"
    held_out = state.corpus().held_out_sequences
    run = TrainingRun(X, Y, asked, probe=X[0], engine=engine, held_out=held_out)
    session.start(run, only)
    state.keep(run)
    choices.choose("model", state.OWN_RUN)
    return run


@frame.alone()
def settings() -> None:
    """Draw the settings that only the button reads."""
    one, two, three, four, five, six = st.columns(6, vertical_alignment="bottom")
    with one:
        setting("epochs", _("epochs"))
    with two:
        rate_setting()
    language.choice(
        three.selectbox,
        _("pace"),
        "pace",
        help=_("Slow training down to watch it; what is learned is the same."),
        on_change=lambda: _change(pace=options("pace")[value("pace")]),
    )
    help = _(
        "Who trains: the equations of this page, or Keras' own fit, in a process of its own "
        "that first loads TensorFlow. Both begin from the same weights."
    )
    language.choice(four.selectbox, _("engine"), "engine", **engines.offered("engine", help))
    help = _("Which recurrent cell learns. In Keras, djmodel is built of an LSTM only.")
    language.choice(five.selectbox, _("cell"), "train_cell", format_func=str, help=help)
    six.toggle(
        _("stop at the turn"),
        help=_("Stop once three held-out losses have been above the lowest; its weights are kept."),
        on_change=lambda: _change(stop_at_turn=value("stop_at_turn")),
        **widget("stop_at_turn"),
    )


def panel() -> None:
    """Draw the settings, the buttons, and the run's live pictures."""
    settings()
    run = state.run()
    asked, most = chosen(), int(BOUNDS["epochs"].high)
    more = min(asked.epochs, most - (run.epoch if run is not None else 0)) or 1
    further = {"epochs": more, "pace": asked.pace, "learning_rate": asked.learning_rate}
    further["stop_at_turn"] = False  # it would stop at once again
    training_panel.buttons(run, start, key="jazz_run", little=("epoch",), further=further)
    if run is not None:
        training_panel.live(run, curves.pictures)
        if run.state not in MOVING:
            history.look_back(run)


def offer_shorter_windows() -> None:
    """Warn if no melody is Tx tokens long, and draw a button that sets a shorter Tx."""
    longest = largest_Tx(state.corpus().sequences)
    Tx = chosen().Tx
    if Tx <= longest:
        return

    def shorten() -> None:
        st.session_state["Tx"] = longest

    st.warning(
        _(
            "Windows of Tx = {Tx} need a melody of at least {Tx} notes and rests; the longest "
            "here has {longest}.",
            Tx=Tx,
            longest=longest,
        ),
        icon=":material/straighten:",
    )
    st.button(
        _("Use Tx = {longest}", longest=longest),
        key="shorter_Tx",
        on_click=shorten,
        help=_("Set the slider."),
    )
