"""Links that hold the whole view, and what happens to the parts of a link that cannot be used.

Controls are bound to the URL by themselves. Here is the rest: where each stage stands
(``solo.step=12``), what a link leaves out (``without=training``), the popover that makes links,
and the note below the heading when a link asks for something that is not there.
"""

from __future__ import annotations

import math
import re
import threading
from contextlib import suppress
from typing import Any

import segno
import streamlit as st

from seqlib.i18n import _, language
from ui.component import component
from ui.frame import language as languages
from ui.frame import sections
from ui.parts import escape, stage_view
from ui.state import TABLE, TOOLBAR, Picks, address, linked

WITHOUT = "without"
UPLOADS = "uploads"
TOUR, PLAN = "tour", "plan"
# What a link may hold beside bound controls and stages.
KNOWN = {"lang", TOUR, PLAN, WITHOUT, "embed", "embed_options"}
MAX_LINK = 4000  # characters
MOST_NAMED = 20  # values of a link that cannot be used

_PAGE, _ASKED, _JUDGED = "share:page", "share:asked", "share:judged"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")

_component = component("share", "share/share.js", "share/share.css")


class _Run(threading.local):
    """What one script run has met: one run is one thread."""

    def fresh(self) -> None:
        self.refused: set[str] = set()
        self.note: Any = None

    __init__ = fresh


_run = _Run()


# -- a run --------------------------------------------------------------------------------


def begin(page: str) -> None:
    """Called before a page is drawn: keep what its link asks for, to be checked at the end."""
    _run.fresh()
    stage_view.run.fresh()
    before = st.session_state.get(_PAGE)
    if before == page:
        sections.begin(None)
        return
    if before is not None:  # what concerned the page before does not concern this one
        for name in [name for name in st.query_params if _ours(name) or _elsewhere(name, page)]:
            del st.query_params[name]
    st.session_state[_PAGE] = page
    asked = {name: st.query_params.get_all(name) for name in st.query_params}
    st.session_state[_ASKED] = asked
    st.session_state[_JUDGED] = False
    early = True
    for name, words in asked.items():
        row = linked(name, page)
        if row is None or row.page == TOOLBAR:
            continue
        meant = languages.meant(row, words)
        if row.settled and row.fits(meant):
            st.session_state[name] = row.read(meant)  # sections read it before it is drawn
        else:
            early = False
    sections.begin(not early or any(map(_ours, asked)))


def _elsewhere(name: str, page: str) -> bool:
    """Whether a parameter is of a control that stands on other pages alone."""
    return name in TABLE and linked(name, page) is None


def _ours(name: str) -> bool:
    return name in (TOUR, WITHOUT) or stage_view.view_name(name) is not None


def place() -> None:
    """Where notes about the link stand: below the heading."""
    hidden = sections.run.left_out = without()
    rules = ", ".join(f".st-key-{name}, .st-key-section_{name}" for name in hidden)
    if UPLOADS in hidden:
        rules += ', [data-testid="stFileUploader"]'
    with st.container(key="link_notes"):
        if rules:
            st.html(f"<style>{rules} {{ display: none !important; }}</style>")
        if hidden:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.caption(_("This link shows only a part of the page."), width="content")
                st.button(
                    _("Show everything"),
                    key="show_everything",
                    type="tertiary",
                    on_click=_show_everything,
                    help=_("Shows what the link leaves out."),
                )
        _run.note = st.empty()


def end() -> None:
    """Called when a page is drawn to its end: say what its link asked for in vain.

    A control may take later what is not there yet, as a model of a visit that comes back.
    """
    asked, judged = st.session_state.get(_ASKED, {}), st.session_state.get(_JUDGED)
    in_vain = {
        name: values
        for name, values in asked.items()
        if (judged and name not in TABLE) or not _understood(name, list(values))
    }
    st.session_state.update({_ASKED: in_vain, _JUDGED: True})
    if not in_vain or _run.note is None:
        return
    texts = [f"{name} = {', '.join(values)}"[:60] for name, values in in_vain.items()]
    asked = ", ".join(texts[:MOST_NAMED]) + (" …" if len(texts) > MOST_NAMED else "")
    _run.note.info(
        _(
            "This link asks for {asked}, which does not exist here. The page stands at its "
            "default there.",
            asked=escape.plain(asked),
        ),
        icon=":material/link_off:",
    )


def refuse(name: str) -> None:
    """Say that this parameter's value could not be used."""
    _run.refused.add(name)


def _show_everything() -> None:
    st.query_params.pop(WITHOUT, None)


def _understood(name: str, values: list[str]) -> bool:
    """Whether what a link asked for is what the page now shows."""
    if name in _run.refused | stage_view.run.refused:
        return False
    if languages.understood(name, values):
        return True
    if name == WITHOUT:
        with address() as parameters:
            return all(
                each in sections.run.names or each == UPLOADS or parameters.is_bound(each)
                for value in values
                for each in value.split(",")
            )
    if name in KNOWN:
        return True
    if (view := stage_view.view_name(name)) is not None:
        return view in stage_view.run.stages
    if name not in TABLE:
        return True  # of those who passed the link on, such as utm_source: not ours to judge
    row = linked(name, st.session_state[_PAGE])
    if row is None or (len(values) > 1 and not isinstance(row, Picks)):
        return False
    with address() as parameters:
        if not parameters.is_bound(name):
            return not sections.all_drawn()  # it fits, so its control will take it
        if parameters.has_param(name) and parameters.get_all(name) == values:
            return True
    # A default is taken out of the URL, and a number written in another way is put right.
    shown = st.session_state.get(name)
    shown = list(shown) if isinstance(shown, list | tuple) else [shown]
    return len(shown) == len(values) and all(map(_same, shown, values))


def _same(shown: Any, asked: str) -> bool:
    if isinstance(shown, bool):
        return asked.casefold() == str(shown).casefold()
    if isinstance(shown, int | float):
        try:
            return math.isclose(float(asked), shown, rel_tol=1e-6)
        except ValueError:
            return False
    return asked in ("" if shown is None else str(shown), _(str(shown)))


# -- parts of a page ----------------------------------------------------------------------


def without() -> tuple[str, ...]:
    """What the link leaves out: names of sections, of controls, or ``uploads``."""
    names = [
        name for value in st.query_params.get_all(WITHOUT) for name in value.split(",") if name
    ]
    if any(not _NAME.fullmatch(name) for name in names):
        refuse(WITHOUT)
    return tuple(name for name in dict.fromkeys(names) if _NAME.fullmatch(name))


# -- the popover --------------------------------------------------------------------------


def button(*, presenter: bool = False) -> None:
    """The link to this view and its QR code, in the toolbar."""
    with st.popover(
        _("Share"),
        icon=":material/qr_code_2:",
        key="share",
        help=_("A link to exactly this view, with a QR code for the room."),
    ):
        _popover(presenter)


@st.fragment
def _popover(presenter: bool) -> None:
    st.markdown(
        _(
            "The link holds the page as it stands: data, sizes, seeds, lanes, and where the clock "
            "is."
        )
    )
    _component(
        key="share_link",
        data={
            **code(_link()),
            "lang": language(),
            "presenter": presenter,
            "views": list(stage_view.VIEW),
            "words": {
                "link": _("Link to this view"),
                "copy": _("Copy link"),
                "copied": _("Copied"),
                "by_hand": _("Press Ctrl+C, or ⌘C, to copy it."),
                "hide": _("Leave out of this link"),
                "uploads": _("File uploads"),
                "presenter": _("Keep presenter mode on"),
                "code": _("QR code of the link"),
                "large": _("Show it large"),
                "close": _("Close"),
                "too_long": _("The link is too long for a QR code; copy it instead."),
                "local": _(
                    "This address works on this computer only. Open SeqScope by its address in "
                    "the network to share it."
                ),
            },
        },
        on_link_change=lambda: None,
    )


def _link() -> str:
    """What the browser said last that the link is."""
    link = st.session_state.get("share_link", {}).get("link")
    return link if isinstance(link, str) and len(link) <= MAX_LINK else ""


@st.cache_data(max_entries=64, show_spinner=False)
def code(link: str) -> dict[str, Any]:
    """Return the QR code of a link as rows of 0 and 1; no rows if the link is too long for one."""
    rows: list[str] = []
    if re.match(r"https?://", link):
        with suppress(segno.DataOverflowError):
            matrix = segno.make(link, error="m", micro=False).matrix
            rows = ["".join(map(str, row)) for row in matrix]
    return {"of": link, "rows": rows}
