"""Buttons and live pictures for a run. Used by every page that trains."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from seqlib.i18n import N_, _
from seqlib.jazz.training import TrainingRun
from seqlib.training.run import Run, State
from seqlib.training.scheduler import MOVING
from ui.parts import escape
from ui.visit import session

REFRESH = 0.6  # seconds; a Plotly chart that changes more often loses its zoom under the hand
# All readers together: drawing more pictures than that would take the machine from training.
PICTURES_A_SECOND = 5
# How much too often or too seldom a page may look before all of it is drawn for a new interval.
OFF = 3.0
FIRST_LOSS = 0.4  # seconds that a page waits for a first loss that is nearly there
# Python computes on one thread at a time: pictures drawn side by side are all as late as the last.
_drawing = threading.Lock()


def buttons(
    run: Any,
    start: Callable[..., object],
    *,
    key: str,
    label: str = "",
    help: str = "",
    pause: bool = True,
    little: Sequence[str] = (),
    further: Mapping[str, Any] | None = None,
) -> None:
    """Draw the buttons to train, to pause or go on, and to stop.

    Parameters
    ----------
    run : Run, PairRecord or None
        The last one that was started.
    start : function
        Starts a run and keeps it; may raise ``ValueError``, one sentence. With ``little`` it takes
        ``only``, see ``Run.start``.
    label, help : str
        Of the first button.
    pause : bool
        Whether to draw the second one.
    little : sequence of "epoch" or "step"
        Buttons for so little, and one for the rest at full pace.
    further : dict, optional
        The settings with which a run that is over goes on; ``epochs`` is how many more.
    """

    active = run is not None and not run.state.over
    button = partial(_button, key)
    with st.container(horizontal=True, vertical_alignment="center"):
        button(
            "train",
            label or (_("Train") if run is None else _("Train again")),
            start,
            type="primary",
            icon="play_arrow",
            disabled=active,
            help=help or _("Start from fresh weights with the settings above."),
        )
        if pause:
            _hold(button, run, further or {})
        if little:
            _little_or_all(button, run, start, little)
        button(
            "stop",
            _("Stop"),
            None if run is None else run.stop,
            icon="stop",
            disabled=not active,
            help=_("End training and keep what was learned."),
        )
    if error := st.session_state.get(f"{key}:error"):
        st.error(escape.plain(error), icon=":material/error:")


def _button(
    key: str, name: str, text: str, act: Callable[[], object] | None, *, icon: str, **given: Any
) -> None:
    """Draw a button; a ``ValueError`` of its action is a sentence below the row."""

    def press() -> None:
        try:
            assert act is not None
            act()
            st.session_state.pop(f"{key}:error", None)
        except ValueError as problem:
            st.session_state[f"{key}:error"] = str(problem)

    on_click = None if act is None else press
    st.button(text, key=f"{key}:{name}", icon=f":material/{icon}:", on_click=on_click, **given)


def _hold(button: Callable[..., None], run: Any, further: Mapping[str, Any]) -> None:
    """Draw the button to pause, to resume, or to go on after the end."""
    text, act = _("Pause"), None
    said = _("Hold training where it is, or go on from there.")
    if run is not None and not run.state.over:
        paused = run.state is State.PAUSED
        text, act = (_("Resume"), run.resume) if paused else (_("Pause"), run.pause)
    elif run is not None and further and run.goes_on:
        text, act = _("Go on"), partial(go_on, run, further)
        said = _("Train {n} more epochs from here, with the settings above.", n=further["epochs"])
    button("pause", text, act, icon="play_pause", disabled=act is None, help=said)


def _little_or_all(
    button: Callable[..., None], run: Any, start: Callable[..., object], little: Sequence[str]
) -> None:
    """Draw the buttons for an epoch or a step, and for all that is left."""
    active = run is not None and not run.state.over
    paused = run is not None and run.state is State.PAUSED
    names = {"epoch": _("One epoch"), "step": _("One step")}
    said = {
        "epoch": _("Train one epoch and hold: one pass over what is learned from."),
        "step": _("Take one step of Adam and hold: one batch."),
    }
    if little == ("epoch",):
        said["epoch"] = _("Train one epoch and hold: one pass over the windows, one step of Adam.")
    for one in little:
        button(
            one,
            names[one],
            partial(train_little, run, start, one),
            icon="step" if one == "epoch" else "step_into",
            disabled=active and not paused,
            help=said[one],
        )
    button(
        "fast",
        _("To the end"),
        lambda: at_full_pace(run),
        icon="fast_forward",
        disabled=not active or not (paused or run.pace),
        help=_("Train what is left as fast as it goes."),
    )


def go_on(run: Run, further: Mapping[str, Any]) -> None:
    """Train ``further["epochs"]`` more, with its other settings."""
    run.change(**{name: value for name, value in further.items() if name != "epochs"})
    run.go_on(further["epochs"])


def train_little(run: Any, start: Callable[..., object], only: str) -> None:
    """Train an epoch or a step: the first of a new run, the next one, or one after the end."""
    if run is not None and run.state is State.PAUSED:
        run.resume(only)
    elif run is not None and run.goes_on:
        run.go_on(1, only)
    else:
        start(only)


def at_full_pace(run: Run) -> None:
    """Train what is left as fast as it goes."""
    run.change(pace=0)
    run.resume()


def summed_over_steps(run: TrainingRun) -> list[str]:
    """What the status line says of a run with Ty outputs."""
    metrics = run.metrics
    tested = metrics.tested
    held_out = []
    if len(tested.loss):
        held_out = [_("held out **{loss:.2f}** nats a note", loss=tested.loss[-1])]
        if run.state not in MOVING and (n := int(tested.epochs[-1])) < run.epoch:
            held_out = [_("{held_out} after epoch {n}", held_out=held_out[0], n=n)]
    return [
        _(
            "loss summed over Ty **{last:.2f}** (first {first:.1f})",
            last=metrics.loss_sum[-1],
            first=metrics.loss_sum[0],
        ),
        _("training **{loss:.2f}** nats a note", loss=metrics.loss[-1].mean()),
        _("accuracy {share:.0%}", share=metrics.accuracy[-1].mean()),
        *held_out,
    ]


def epochs(run: Run) -> list[str]:
    """What the status line says of the work done."""
    said = _("epoch {epoch:,} of {epochs:,}", epoch=run.epoch, epochs=run.settings.epochs)
    if run.state is State.PAUSED and run.part_done:
        return [said, _("{share:.0%} of the next", share=run.part_done)]
    return [said]


def live(
    run: Run,
    draw: Callable[[Any], None],
    measured: Callable[[Any], list[str]] = summed_over_steps,
    done: Callable[[Any], list[str]] = epochs,
) -> None:
    """Status and ``draw(run)``, drawn again and again while the run moves.

    ``measured`` says in Markdown what the last epoch gave, asked once there is one; ``done`` how
    far the run is.
    """

    def picture() -> None:
        status(run, measured, done)
        if run.epoch:
            with _drawing:
                draw(run)

    watch(run, picture)


def watch(run: Any, picture: Callable[[], None], least: float = REFRESH) -> None:
    """Draw a picture of a run, or a pair, every ``least`` seconds or seldomer while it moves."""
    moving = run.state in (State.CREATED, *MOVING)
    if moving and refresh() == REFRESH:
        _wait_for_a_loss(run)
    # A first loss is looked for often, by everybody.
    every = max(least, refresh() if run.epoch else REFRESH)

    def drawn() -> None:
        session.watching()
        picture()
        if moving and run.state not in MOVING:
            st.rerun()  # over or held: the buttons change, and the picture stands still
        if moving and run.epoch and not 1 / OFF < refresh() / every < OFF:
            st.rerun()

    st.fragment(drawn, run_every=every if moving else None)()


def refresh() -> float:
    """Seconds from one picture to the next; more where many train."""
    runs = session.scheduler().facts().runs
    return max(REFRESH, sum(runs.get(state, 0) for state in MOVING) / PICTURES_A_SECOND)


def _wait_for_a_loss(run: Run) -> None:
    """A worker gives it before the page could ask again."""
    until = time.monotonic() + FIRST_LOSS
    while not run.epoch and run.state in MOVING and time.monotonic() < until:
        time.sleep(0.005)


WORDS = {
    State.CREATED: N_("Ready"),
    State.QUEUED: N_("Waiting"),
    State.RUNNING: N_("Training"),
    State.PAUSED: N_("Paused"),
    State.STOPPED: N_("Stopped"),
    State.DONE: N_("Done"),
    State.FAILED: N_("Failed"),
}


def state_word(run: Run) -> str:
    """A run's state in one word, with its place where it waits."""
    if run.state is State.QUEUED and (place := run.place):
        return _("Waiting, place {place}", place=place)
    return _(WORDS[run.state])


def status(
    run: Run,
    measured: Callable[[Any], list[str]],
    done: Callable[[Any], list[str]] = epochs,
) -> None:
    """Draw the status line of a run, and why it failed if it did."""
    parts = [f"**{state_word(run)}**", *done(run)]
    if run.note:
        parts.append(run.note)
    if run.epoch:
        parts += [*measured(run), _("{seconds:.1f} s", seconds=run.rows()["seconds"][-1])]
    st.markdown(" · ".join(parts))
    if run.error:
        st.error(escape.plain(run.error), icon=":material/error:")
