"""The visit in the toolbar: save it to a file, open one, start afresh."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from seqlib import limits
from seqlib.i18n import N_, _, language
from ui.parts import held, uploads
from ui.visit import SUFFIX, session
from ui.visit.memory import Visit

# What a visit holds and its file does not.
NOT_SAVED = {
    "own_layers": N_("layers of a file"),
    "jazz_file": N_("a jazz network of a file"),
    "own_numbers": N_("a file of numbers"),
}


def menu() -> None:
    """Save, open and start afresh, in the toolbar."""
    with st.popover(
        _("My work"),
        icon=":material/inventory_2:",
        key="visit_menu",
        help=_("Save what you have made to a file, open one, or start afresh."),
    ):
        _menu()


def _menu() -> None:
    visit = session.current()
    holds = session.in_words(session.holds(visit.work))
    st.markdown(
        _("This visit holds {held}, and your settings.", held=holds)
        if holds
        else _("This visit holds your settings; nothing is trained or brought yet.")
    )
    st.caption(
        _(
            "It survives a reload of the page. When the page is closed it is held for "
            "{minutes:.0f} minutes; save it to keep it longer.",
            minutes=session.visits.minutes,
        )
    )
    uploads.download(
        _("Save to a file"),
        partial(_file, visit),
        f"visit{SUFFIX}",
        "save",
        key="visit_save",
        type="primary",
        help=_(
            "Settings, runs with their weights and losses, sentences, your MIDI file, and vectors "
            "of up to {limit} MB.",
            limit=limits.VISIT_VECTORS // 1_000_000,
        ),
    )
    if names := [_(name) for key, name in NOT_SAVED.items() if visit.work.get(key) is not None]:
        st.caption(
            _(
                "Not in that file, so keep the ones you opened: {names}.",
                names=names,
            )
        )
    uploads.uploader(
        _("Open a saved visit ({suffix})", suffix=SUFFIX),
        (SUFFIX.removeprefix("."),),
        limits.VISIT_BYTES // 1_000_000,
        _open,
        key="visit_open",
        above=True,  # the tab is told where to go at the beginning of a run
        help=_("It takes the place of this visit, which you can have back."),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.session_state.get("visit:sure"):
            st.button(
                _("Yes, start afresh"),
                key="visit_afresh_sure",
                type="primary",
                on_click=_afresh,
                help=_("Ends training, and sets every page to its beginning."),
            )
            st.button(
                _("No"),
                key="visit_afresh_no",
                on_click=lambda: st.session_state.pop("visit:sure"),
                help=_("Everything stays as it is."),
            )
        else:
            st.button(
                _("Start afresh"),
                key="visit_afresh",
                icon=":material/restart_alt:",
                on_click=lambda: st.session_state.update({"visit:sure": True}),
                help=_("Lays aside what this visit holds, after asking."),
            )
        if (before := session.visits.find(visit.before)) is not None:
            st.button(
                _("Back to the visit before"),
                key="visit_back",
                icon=":material/undo:",
                on_click=session.go_to,
                args=(before,),
                help=_("What was here before this visit was opened or begun."),
            )


def _file(visit: Visit) -> bytes:
    """Made when it is asked for, by a thread that sees no session, of the visit as it then is.

    A part of a page that is drawn alone changes the visit and not this menu.
    """
    from ui.visit.writing import save_visit

    return save_visit(session.held(visit))


def _open(file: Any) -> None:
    """Go to the visit that a file holds. Raises ``ValueError``, one sentence.

    A class opens its teacher's: what is read of it is held as a visit that nobody looks at, and
    each reader has a copy, which shares what never changes.
    """
    from seqlib.vectors import load
    from ui.parts.vectors import usable
    from ui.visit.reading import open_visit

    data, own = file.getvalue(), usable()
    (read,) = held.once(
        [data], ("visit", language(), own), lambda: (open_visit(data, lambda: (load(), own)),)
    )
    session.visits.look(read)
    session.go_to(read.copy())


def _afresh() -> None:
    st.session_state.pop("visit:sure", None)
    session.start_afresh()
