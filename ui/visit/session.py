"""A visit: what one reader has made, kept over page switches and reloads, and as a file.

A browser that reloads a page is a new session to Streamlit. So what pages keep in the session
state is also held by ``ui.visit.session``, under a token that the tab keeps for itself (see
``static/visit/visit.js``) and shows to the new session: as it connects
(``static/visit/connect.js``), or where that did not arrive, when the page has been drawn.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from seqlib.i18n import _, n_
from seqlib.training.run import Run
from seqlib.training.scheduler import Scheduler, default
from ui.component import component
from ui.state import TABLE, TOOLBAR, WORK, address
from ui.status.log import number
from ui.visit.memory import MINUTES, MOST_HELD, Visit, Visits

MOST_SHOWN = 1000  # characters of what a tab says of the visit it had
RELOAD_SECONDS = 1.0  # within which a reloaded page's old connection is seen to end

BOOT = secrets.token_hex(8)
_VISIT, _LINK, _PAGE, _ANSWERED, _SAID, _GO, _LEFT = (
    f"visit:{name}" for name in ("", "link", "page", "answered", "said", "go", "left")
)
_SECTION = "visit:section"
_KEEPER = "visit_token:browser"

_component = component("visit", "visit/visit.js")


def _alive(session: str) -> bool:
    return bool(session) and runtime.exists() and runtime.get_instance().is_active_session(session)


def _end(session: str) -> None:
    """Have the server forget a session that it holds in case its browser comes back."""
    if session and runtime.exists():
        runtime.get_instance().clear_user_info_for_session(session)


visits = Visits(_alive, end=_end)


def _session() -> str:
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context is not None else ""


# -- a run --------------------------------------------------------------------------------


def begin() -> None:
    """Called at the start of every script run, before anything is drawn."""
    # A host with little memory may hold visits for a shorter time, one with much hold more.
    visits.minutes = number("SEQSCOPE_VISIT_MINUTES", MINUTES)
    visits.most_held = int(1e6 * number("SEQSCOPE_HELD_MB", MOST_HELD / 1e6))
    look()


def at(page: str) -> None:
    """Called when it is known which page is drawn: what was set on it before is set again."""
    here = st.session_state
    here[_PAGE] = page
    if _LINK not in here:  # the session's first run
        asked = shown(st.context.headers.get("Sec-WebSocket-Protocol", ""))
        here[_SECTION] = asked.get("section") if isinstance(asked, Mapping) else None
        _answer(asked)
        here[_LINK] = {name: st.query_params.get_all(name) for name in st.query_params}
    visit = current()
    if visit.note:
        st.toast(visit.note, icon=":material/inventory_2:", duration="infinite")
    _tell("visit_token", on_claim_change=lambda: _answer(here[_KEEPER].get("claim")))
    link = visit.links.pop(page, None)
    if not link or any(name in st.query_params for name in link):
        return  # the reader's own link says more than what was
    with address() as parameters:
        for name, values in link.items():
            if not parameters.is_bound(name):
                parameters[name] = values if len(values) != 1 else values[0]
        parameters.set_initial_query_params_from_current()


def page() -> str:
    """Return the ``url_path`` of the page that was drawn last; empty for home."""
    return st.session_state.get(_PAGE, "")


def section() -> str:
    """Return, once, the anchor of the section that the tab goes to as it connects; or ""."""
    found = st.session_state.pop(_SECTION, None)
    return found if isinstance(found, str) else ""


def look() -> Visit:
    """Hold what this session's visit has now, and that its reader is there; return the visit."""
    visit = current()
    _capture(visit)
    visits.look(visit)
    scheduler().seen(visit.owner)
    return visit


def end(page: str) -> None:
    """Called when a page has been drawn: hold what it has made."""
    visit = current()
    _capture(visit)
    visit.note = ""  # what a run that was broken off has said may not have arrived
    _tell("visit_made")


def _tell(key: str, **callbacks: Any) -> None:
    """Tell the tab which visit it has and what that holds: first, and when a page is drawn."""
    here = st.session_state
    if _GO in here:
        here[_LEFT] = here.pop(_GO)
    go, shown = here.get(_LEFT, ("", current()))  # a page that was left keeps saying so
    said = {
        "token": shown.token,
        "answered": here.get(_ANSWERED, ""),
        "go": go,
        "boot": BOOT,
        "holds": holds(shown.work),
    }
    before, since = here.get(_SAID, (None, 0.0))
    if said != before:
        since = time.time()
        here[_SAID] = said, since
    with st.container(key=key):  # hidden: it takes no room
        st.html(f"<style>:has(> .st-key-{key}) {{ display: none; }}</style>")
        _component(
            key=f"{key}:browser",
            data={**said, "since": since, "ask": bool(callbacks)},
            **callbacks,
        )


def current() -> Visit:
    """This session's visit; a new one to begin with."""
    visit, session = st.session_state.get(_VISIT), _session()
    if visit is None:
        visit = Visit(holder=session)
        st.session_state[_VISIT] = visits.add(visit)
    elif visit.holder != session:
        if _alive(visit.holder):  # another tab has it now: go on with what there is
            st.session_state[_ANSWERED] = visit.token
            _take(visits.add(visit.copy()))
            visit = st.session_state[_VISIT]
        visit.holder = session
    return visit


def owner() -> str:
    """By what name the scheduler knows this visit: a random word, the same after a reload.

    It opens nothing, so it may stand in logs.
    """
    return current().owner


@st.cache_resource(show_spinner=False)
def scheduler() -> Scheduler:
    """Who shares the machine between all visits of this server."""
    return default()


def start(run: Run, only: str = "") -> None:
    """Have a run trained for this visit; see ``Run.start``."""
    run.start(scheduler(), owner(), only=only)


def watching() -> None:
    """Tell the scheduler that somebody looks at what trains."""
    scheduler().seen(owner())


def _capture(visit: Visit) -> None:
    """Hold what is in the session state: work as it is, controls as plain values."""
    here = st.session_state
    for key in WORK:
        if key in here:
            visit.work[key] = here[key]
        else:
            visit.work.pop(key, None)
    drawn = page()  # controls of other pages stand as they were when the reader left them
    for key, row in TABLE.items():
        if row.page != drawn or not row.kept or (value := here.get(key)) is None:
            continue
        if row.takes(value):
            held = visit.settings.setdefault(drawn, {}) if row.link else visit.loose
            held[key] = value


# -- a reload -----------------------------------------------------------------------------


def shown(protocols: str) -> Any:
    """Return what a tab has said of the visit it had as it connected; None if nothing."""
    said = protocols.rpartition(",")[2].strip()
    if not said.startswith("visit.") or len(said) > MOST_SHOWN:
        return None
    try:
        return json.loads(base64.urlsafe_b64decode(said.removeprefix("visit.") + "=="))
    except (ValueError, RecursionError):
        return None


def _answer(asked: Any) -> None:
    """The tab shows the token of the visit it had: give it back, or say what was lost."""
    if not isinstance(asked, Mapping) or not isinstance(asked.get("token"), str):
        return
    token, mine = asked["token"], current()
    st.session_state[_ANSWERED] = token
    found = visits.find(token)
    if found is mine:
        return
    if found is None:
        mine.note = lost(asked)
        return
    until = time.monotonic() + RELOAD_SECONDS
    while _alive(found.holder) and time.monotonic() < until:
        time.sleep(0.05)
    if _alive(found.holder) and not asked.get("reload"):
        found = visits.add(found.copy())
        if holds(found.work):
            found.note = _(
                "This tab is a copy with all your work as it was. Training that is under way goes "
                "on in the other tab."
            )
    visits.drop(mine.token)
    _take(found)


def _take(visit: Visit) -> None:
    """Make a visit this session's. Only before anything is drawn."""
    here = st.session_state
    link, page = here.get(_LINK, {}), here.get(_PAGE, "")  # no link yet if nothing was drawn ever
    for key in WORK:
        if key in visit.work:
            here[key] = visit.work[key]
        else:
            here.pop(key, None)
    here.update(visit.loose)
    if "emoji_draft" in visit.work:  # a table that is there already began without it
        here["emoji_edits"] = here.get("emoji_edits", 0) + 1
    named = visit.links.get(page, {})
    chosen = {key: named[key][0] for key in named if getattr(TABLE[key], "of_visit", False)}
    for key, value in {**visit.settings.get(page, {}), **chosen}.items():
        # What a run before could not accept, since what it names was not there yet.
        if key in link and value is not None and str(here.get(key)) not in link[key]:
            here[key] = value
    visit.links = {
        **{name: as_link(settings) for name, settings in visit.settings.items() if name != page},
        **visit.links,
    }
    visit.links.pop(page, None)
    visit.holder = _session()
    here[_VISIT] = visit
    visits.look(visit)


def as_link(settings: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Values of controls as a link has them."""
    link = {}
    for key, value in settings.items():
        many = value if isinstance(value, list | tuple) else [value]
        if value is not None and all(isinstance(one, str | int | float) for one in many):
            link[key] = tuple(_written(one) for one in many) or ("",)
    return link


def _written(value: str | int | float) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


# -- in words -----------------------------------------------------------------------------


def holds(work: Mapping[str, Any]) -> dict[str, int]:
    """How many things of each kind a visit holds; those it does not are left out."""
    vectors = sum(key.startswith("own_vectors:") for key in work)
    runs = len(work.get("jazz_runs", ())) + len(work.get("emoji_runs", ()))
    counts = {
        "runs": runs + sum(work.get(key) is not None for key in ("embedding_runs", "copy_run")),
        "midi": int(work.get("song") is not None),
        "sentences": sum(map(len, work.get("emoji_mine") or ())),
        "tables": int(work.get("emoji_draft") is not None),
        "models": sum(
            work.get(key) is not None for key in ("emoji_file_model", "jazz_file", "own_layers")
        ),
        "numbers": int(work.get("own_numbers") is not None),
        "vectors": vectors,
    }
    return {name: count for name, count in counts.items() if count}


def in_words(counts: Mapping[str, Any]) -> str:
    """``holds`` as a reader reads it; empty if there is nothing. What is no number is left out."""
    words = {
        "runs": lambda n: n_("{n} training run", "{n} training runs", n),
        "midi": lambda n: n_("{n} MIDI file", "{n} MIDI files", n),
        "sentences": lambda n: n_("{n} sentence of your own", "{n} sentences of your own", n),
        "tables": lambda n: n_("{n} table being edited", "{n} tables being edited", n),
        "models": lambda n: n_("{n} opened model", "{n} opened models", n),
        "numbers": lambda n: n_("{n} file of numbers", "{n} files of numbers", n),
        "vectors": lambda n: n_("{n} file of vectors", "{n} files of vectors", n),
    }
    found = [
        word(counts[name])
        for name, word in words.items()
        if type(counts.get(name)) is int and 0 < counts[name] < 1_000_000
    ]
    return _(", ").join(found)


def lost(asked: Mapping[str, Any]) -> str:
    """What to say to a tab whose visit is not held any more; nothing if nothing was lost."""
    counts = asked.get("holds")
    gone = in_words(counts) if isinstance(counts, Mapping) else ""
    if not gone:
        return ""
    if asked.get("boot") != BOOT:
        return _(
            "The server was started again, so what this page held is gone: {gone}. The settings "
            "in the link are as they were.",
            gone=gone,
        )
    if visits.crowded_out(str(asked.get("token"))):
        return _(
            "While this page was away others needed the room, so what it held was put away: "
            "{gone}. Open your files again; the settings in the link are as they were.",
            gone=gone,
        )
    return _(
        "This page was away for over {minutes} minutes, so what it held is gone: {gone}. The "
        "settings in the link are as they were.",
        minutes=visits.minutes,
        gone=gone,
    )


# -- another visit ------------------------------------------------------------------------


def held(visit: Visit) -> Visit:
    """Return what a file of a visit is made of: settings as they are, or are still to be set."""
    settings = list(visit.settings.items())
    links = {page: as_link(dict(one)) for page, one in settings} | visit.links
    return Visit(work=dict(visit.work), links=links, loose=dict(visit.loose))


def start_afresh() -> None:
    """Go to an empty visit; this one can be had back, but what trained is stopped."""
    for run in visit_runs(current().work):
        run.stop()
    go_to(Visit())


def visit_runs(work: Mapping[str, Any]) -> list[Any]:
    """Whatever trains or has trained."""
    runs = [*work.get("jazz_runs", {}).values(), *(one.run for one in work.get("emoji_runs", ()))]
    return runs + [work[key] for key in ("embedding_runs", "copy_run") if work.get(key)]


def go_to(visit: Visit) -> None:
    """Have the tab load the page again, as another visit."""
    visit.before = current().token
    visits.add(visit)
    page = st.session_state.get(_PAGE, "")
    link = visit.links.get(page) or as_link(visit.settings.get(page, {}))
    everywhere = [key for key, row in TABLE.items() if row.page == TOOLBAR]
    asked = {key: st.query_params[key] for key in everywhere if key in st.query_params}
    # Relative to the page at hand, so that it is right behind any proxy.
    st.session_state[_GO] = "?" + urlencode({**link, **asked}, doseq=True), visit
