"""Draw the status page, for those who may see it."""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Mapping

import streamlit as st

from seqlib.i18n import N_, _, n_
from seqlib.training import rooms
from seqlib.training.run import State
from ui.status import log, server
from ui.status.log import observer

KEY = "SEQSCOPE_STATUS_KEY"
REFRESH = 3.0  # seconds
SHOWN = 10  # reruns
STATES = {
    State.CREATED: N_("ready"),
    State.QUEUED: N_("waiting"),
    State.RUNNING: N_("training"),
    State.PAUSED: N_("held"),
    State.DONE: N_("done"),
    State.STOPPED: N_("stopped"),
    State.FAILED: N_("failed"),
}


def allowed() -> bool:
    """Tell whether the page may be shown: no key is set, or the URL has it as ``?key=…``."""
    wanted = os.environ.get(KEY, "")
    given = st.query_params.get("key", "")
    return not wanted or hmac.compare_digest(given.encode(), wanted.encode())


def draw() -> None:
    if not allowed():
        st.warning(
            _("This page is for the host. Open it with ?key=… and the key set on the server."),
            icon=":material/lock:",
        )
        return
    st.markdown(_("What this server does, for its host: counts and times, and nobody's data."))
    _live()


@st.fragment(run_every=REFRESH)
def _live() -> None:
    now = server.now()
    numbers(now)
    memory(now)
    if now.workers is not None:
        workers(now.workers)
    st.header(_("Runs"), anchor=False)
    runs(now)
    st.header(_("Reruns"), anchor=False)
    reruns()


def numbers(now: server.Server) -> None:
    """Draw the most important counts."""
    training = now.training
    busy = training.busy_seconds / now.uptime
    shown = (
        (_("Sessions"), f"{now.sessions}", _("Browser tabs connected to this process.")),
        (
            _("Training"),
            f"{training.runs.get(State.RUNNING, 0)}",
            _("Runs that take turns at this moment."),
        ),
        (_("Queue"), f"{training.queue}", _("Runs that wait for their first turn.")),
        (
            _("Busy"),
            f"{busy:.0%}",
            _(
                "Time spent in training, as a share of the time since the start; two runs side by "
                "side count twice."
            ),
        ),
        (
            _("Workers"),
            f"{now.processes}",
            _("Processes of this machine that train; they end when idle."),
        ),
        (_("Up for"), duration(now.uptime), _("Since the program was loaded.")),
    )
    with st.container(horizontal=True):
        for label, value, help in shown:
            st.metric(label, value, help=help, width="content")


def memory(now: server.Server) -> None:
    """Draw the memory of all processes, its limit, and where training runs."""
    held, limit = now.memory / 2**20, now.limit / 2**20
    loaded = (
        _("TensorFlow is loaded in Keras' room") if now.keras else _("TensorFlow is not loaded")
    )
    if now.in_thread:
        st.warning(_(rooms.IN_THREAD), icon=":material/memory:")
    if not limit:
        st.markdown(_("Memory: {held:,.0f} MB. {loaded}.", held=held, loaded=loaded))
        return
    st.progress(
        min(1.0, held / limit),
        text=_(
            "Memory: {held:,.0f} of {limit:,.0f} MB. {loaded}.",
            held=held,
            limit=limit,
            loaded=loaded,
        ),
    )
    if 100 * held / limit > log.number(log.MEMORY, log.MEMORY_PERCENT):
        st.warning(_("Memory runs short: give the container more, or run more of them."))


def workers(threads: Mapping[str, int]) -> None:
    """Draw the number of workers and threads of the cluster."""
    if threads:
        st.success(
            n_("The cluster has {n} worker.", "The cluster has {n} workers.", len(threads)),
            icon=":material/lan:",
        )
    else:
        st.error(
            _("The cluster is away, or has no workers. Runs wait for it for a minute."),
            icon=":material/lan:",
        )


def runs(now: server.Server) -> None:
    """Draw the number of runs in memory, by state."""
    counts = [(state, now.training.runs.get(state, 0)) for state in STATES]
    table(
        (_("State"), _("Runs")),
        [(_(STATES[state]), f"{count}") for state, count in counts if count] or [(_("none"), "0")],
    )


def reruns() -> None:
    """Draw the times of the last reruns, and the slowest of them."""
    slowest = observer.slowest(SHOWN)
    if not slowest:
        st.markdown(_("None yet."))
        return
    st.markdown(
        _(
            "{n:,} since the start. Of the last {kept:,}, half took at most {median:.2f} s and "
            "95% at most {p95:.2f} s. The slowest of those:",
            n=observer.reruns,
            kept=min(observer.reruns, log.KEPT),
            median=observer.percentile(50),
            p95=observer.percentile(95),
        )
    )
    table(
        (_("Page"), _("Seconds"), _("Ago")),
        [(one.page, f"{one.seconds:.2f}", duration(time.monotonic() - one.at)) for one in slowest],
    )


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Draw a small table, of which the first column is text and the others are numbers."""
    lines = [head, ("---", *["---:"] * (len(head) - 1)), *rows]
    st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))


def duration(seconds: float) -> str:
    """Write seconds as days, hours, minutes and seconds, the two largest: ``2 h 5 min``."""
    minutes, s = divmod(int(seconds), 60)
    hours, min = divmod(minutes, 60)
    d, h = divmod(hours, 24)
    parts = [(d, "d"), (h, "h"), (min, "min"), (s, "s")]
    while not parts[0][0] and len(parts) > 1:
        del parts[0]
    return " ".join(f"{count} {unit}" for count, unit in parts[:2])
