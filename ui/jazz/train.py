"""Train on the jazz page: settings, the run, and its live pictures."""

from __future__ import annotations

import numpy as np
import streamlit as st

from seqlib.i18n import _, capital
from seqlib.jazz import figures
from seqlib.jazz.training import BOUNDS, RunSettings, TrainingRun
from seqlib.music import largest_Tx, windows
from seqlib.stage.jazz import state_stage
from ui.frame import choices, frame, language
from ui.jazz import state
from ui.lessons.pages import lesson
from ui.parts import charts, engines, training_panel
from ui.parts import stage as stage_component
from ui.state import options, value, widget
from ui.visit import session


def setting(name: str, label: str = "") -> None:
    """Draw a slider for a whole number of ``RunSettings``, within its bounds."""
    bound = BOUNDS[name]
    st.slider(
        label or name,
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
    bound = BOUNDS["learning_rate"]
    st.select_slider(
        _("learning rate"),
        help=_(bound.what) + _("."),
        **widget("learning_rate"),
    )


def chosen() -> RunSettings:
    """Return the chosen settings; defaults for widgets that are not drawn yet."""
    return RunSettings(
        **{name: value(name) for name in ("m", "Tx", "n_a", "epochs", "learning_rate")},
        seed=value("train_seed"),
        pace=options("pace")[value("pace")],
    )


def tensors() -> tuple[np.ndarray, np.ndarray]:
    """Cut X (m, Tx, n_values) and Y (Ty, m, n_values) for the chosen settings and corpus.

    Raises ``ValueError`` if no melody is Tx tokens long, or X would be too large.
    """
    asked, corpus = chosen(), state.corpus()
    return windows(corpus.sequences, asked.m, asked.Tx, corpus.n_values, asked.seed)


def start(owner: str) -> TrainingRun:
    """Start a run with the chosen settings; the page then uses its model."""
    X, Y = tensors()
    engine = options("engine")[value("engine")]
    run = TrainingRun(X, Y, chosen(), probe=X[0], engine=engine)
    run.start(session.scheduler(), owner)
    state.keep(run)
    choices.choose("model", state.OWN_RUN)
    return run


@frame.alone()
def settings() -> None:
    """Draw the settings that only the button reads."""
    one, two, three, four = st.columns(4)
    with one:
        setting("epochs", _("epochs"))
    with two:
        rate_setting()
    language.choice(
        three.selectbox,
        _("pace"),
        "pace",
        help=_("Slow training down to watch it; what is learned is the same."),
    )
    help = _(
        "Who trains: the equations of this page, or Keras' own fit, in a process of its own "
        "that first loads TensorFlow. Both begin from the same weights."
    )
    language.choice(four.selectbox, _("engine"), "engine", **engines.offered("engine", help))


def panel() -> None:
    """Draw the settings, the buttons, and the run's live pictures."""
    settings()
    run = state.run()
    training_panel.buttons(run, start, key="jazz_run")
    if run is not None:
        training_panel.live(run, _pictures)


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


def _pictures(run: TrainingRun) -> None:
    metrics, epochs = run.metrics, run.settings.epochs
    peers = engines.peers(state.engine_runs(), run)
    curves = [
        (engines.name_of("engine", engine), one.metrics.loss_sum) for engine, one in peers.items()
    ]
    left, right = st.columns(2)
    with left:
        charts.show(
            figures.loss_curve(curves or [(_("loss"), metrics.loss_sum)], epochs),
            key="jazz_loss",
            alt=_(
                "Loss by epoch, from {first:.1f} to {last:.2f}.",
                first=metrics.loss_sum[0],
                last=metrics.loss_sum[-1],
            ),
        )
    with right:
        charts.show(
            figures.per_step(metrics.accuracy, epochs, _("accuracy")),
            key="jazz_accuracy",
            alt=_("Accuracy of each of the Ty outputs at every epoch."),
        )
    if peers:
        st.markdown(engines.compared("engine", peers, lambda one: one.metrics.loss_sum))
    snapshot = run.snapshot()
    if (trace := snapshot.trace) is not None:
        st.markdown(lesson("jazz")["activations"])
        stage_component.show(
            state_stage(
                trace,
                "h",
                _("Hidden state of one window after {n} epochs", n=snapshot.epoch),
                moving=not run.state.over,
            ),
            key="jazz_live",
            compact=True,
        )
