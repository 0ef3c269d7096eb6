"""Which language this visit reads: the browser's, until the reader or the link says another.

The choice stands in the URL as ``lang`` wherever it is not what the browser would give. It is
known in every thread that draws for a reader: script runs, fragments and callbacks.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from seqlib import i18n
from seqlib.i18n import LANGUAGES, N_, SOURCE, TAGS, _, speaking
from ui import state
from ui.component import component
from ui.frame import choices
from ui.visit import session

KEY = "lang"
# Of each selectbox the texts of its options, as last drawn, and the value chosen for the reader.
_TEXTS = "language:texts"
_TOLD = "language:told"  # the page whose switch was told its value

# Streamlit's own words that readers meet, which it has no setting for.
STREAMLIT_WORDS = (
    N_("Upload"),
    N_("Browse files"),
    N_("Add files"),
    N_("Drag and drop a file here"),
    N_("Drag and drop files here"),
    N_("Drag and drop file here"),
    N_("Press Enter to apply"),
    N_("Press Ctrl+Enter to apply"),
    N_("Press ⌘+Enter to apply"),
    N_("Press Enter to submit form"),
    N_("Press Ctrl+Enter to submit form"),
    N_("Press ⌘+Enter to submit form"),
    N_("No results"),
    N_("Choose an option"),
    N_("Choose options"),
    N_("Clear value"),
    N_("Clear all"),
    N_("Clear entry"),
    N_("Select all"),
    N_("Open"),
    N_("Close"),
    N_("Increment"),
    N_("Decrement"),
    N_("Fullscreen"),
    N_("Close fullscreen"),
    N_("Search"),
    N_("Download as CSV"),
    N_("Show/hide columns"),
    N_("Copy to clipboard"),
    N_("Copied"),
    N_("Main menu"),
    N_("Rerun"),
    N_("Print"),
    N_("Settings"),
    N_("Running..."),
    N_("Stop"),
    N_("Dismiss"),
    N_("Cancel"),
    N_("Notifications"),
    N_("Skip to main content"),
    N_("Connecting"),
    N_("Scroll tabs left"),
    N_("Scroll tabs right"),
    N_("App pages"),
    N_("Sidebar"),
    N_("Expand sidebar"),
    N_("Collapse sidebar"),
    N_("file upload"),
    N_("check icon"),
    N_("Error:"),
    N_("Link to heading"),
    N_("Add row"),
    N_("Delete row(s)"),
    N_("Clear selection"),
    # Plotly's bar
    N_("Download plot as a PNG"),
    N_("Zoom"),
    N_("Pan"),
    N_("Zoom in"),
    N_("Zoom out"),
    N_("Autoscale"),
    N_("Reset axes"),
    N_("Box Select"),
    N_("Lasso Select"),
    N_("Orbital rotation"),
    N_("Reset camera to default"),
    N_("Copy"),
)
# Those of the menu of a table's column.
STREAMLIT_TABLES = (
    N_("Copy column name"),
    N_("Sort ascending"),
    N_("Sort descending"),
    N_("Statistics"),
    N_("Format"),
    N_("Autosize"),
    N_("Pin column"),
    N_("Unpin column"),
    N_("Hide column"),
    N_("Automatic"),
    N_("Localized"),
    N_("Plain"),
    N_("Compact"),
    N_("Dollar"),
    N_("Euro"),
    N_("Yen"),
    N_("Percent"),
    N_("Scientific"),
    N_("Accounting"),
    N_("Duration"),
    N_("Values"),
    N_("Empty"),
    N_("Distinct"),
    N_("Average"),
    N_("Standard deviation"),
    N_("Minimum"),
    N_("25th percentile"),
    N_("Median"),
    N_("75th percentile"),
    N_("Maximum"),
    N_("Sum"),
    N_("Minimum length"),
    N_("Maximum length"),
    N_("Average length"),
)
# The same with something in it; {0} is what the expression caught.
STREAMLIT_PATTERNS = {
    r"^\w+ icon$": N_("icon"),  # its name in a font, which is English
    r"^Show/hide columns: (.+)$": N_("Show/hide columns: {0}"),
    r"^Download as CSV: (.+)$": N_("Download as CSV: {0}"),
    r"^Search: (.+)$": N_("Search: {0}"),
    r"^Fullscreen: (.+)$": N_("Fullscreen: {0}"),
    r"^Close fullscreen: (.+)$": N_("Close fullscreen: {0}"),
    r"^Add row: (.+)$": N_("Add row: {0}"),
    r"^Delete row\(s\): (.+)$": N_("Delete rows: {0}"),
    r"^Clear selection: (.+)$": N_("Clear selection: {0}"),
    r"^(?:Limit )?([\d.]+ ?[KMG]?B) per file$": N_("{0} at most"),
    r"^(?:Limit )?([\d.]+ ?[KMG]?B) per file • (.+)$": N_("{0} at most · {1}"),
    r"^File must be (.+) or smaller\.$": N_("The file may have {0} at most."),
    r"^(.+) files are not allowed\.$": N_("Files of type {0} are not read here."),
    r"^Remove (.+)$": N_("Remove {0}"),
    r"^Delete (.+)$": N_("Delete {0}"),
    r"^Help for (.+)$": N_("Help for {0}"),
}


class _Run(threading.local):
    """Keep what one script run knows of its language and link: a run is a thread."""

    def __init__(self) -> None:
        self.cursors: Any = None  # of the run that asked for the language; no two runs share them
        self.language = SOURCE
        self.again = False  # the switch is told its value in the next run, too
        # A choice's key to its options in every language. Keys come from a URL too, so they are
        # kept in a dictionary and never become attributes.
        self.words: dict[str, set[str]] = {}


_run = _Run()

_component = component("page", "page/page.js")


def browser() -> str:
    """The language the browser asks for, if there is one of ours in it."""
    return "zh" if (st.context.locale or "").lower().startswith("zh") else SOURCE


def chosen() -> str:
    """The reader's language in a thread that draws for one; English elsewhere."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is None:
        return SOURCE
    if _run.cursors is not context.cursors:  # asked for every text: one answer a run
        _run.language = _said()
        _run.cursors = context.cursors
    return _run.language


def _said() -> str:
    for said in (st.session_state.get(KEY), st.query_params.get(KEY)):
        if said in LANGUAGES:
            return said
    return browser()


i18n.ask(chosen)


def begin() -> None:
    """Called at the start of every script run, before anything is drawn."""
    asked = st.query_params.get(KEY)
    if asked in LANGUAGES and (KEY not in st.session_state or went_back()):
        st.session_state[KEY] = asked
    elif st.session_state.get(KEY) not in LANGUAGES:
        st.session_state[KEY] = browser()
    said = st.session_state[KEY]
    _run.cursors = None
    if asked != said:
        if said != browser():
            st.query_params[KEY] = said
        elif asked is not None:
            del st.query_params[KEY]


def went_back() -> bool:
    """Whether this run shows an earlier entry of the browser's history."""
    context = get_script_run_ctx(suppress_warning=True)
    return context is not None and context.is_history_navigation


def switch() -> None:
    """The reader's choice, in the toolbar.

    A page that is gone to has a switch of its own, which is told until the page was drawn to its
    end, and once more in the same thread (see ``choices``). Told with every run, it would go back
    under a hand that is quicker than the line.
    """
    if st.session_state.get(_TOLD) != session.page() or _run.again:
        st.session_state[KEY] = st.session_state[KEY]
    _run.again = False
    st.segmented_control(
        _("Language"),
        list(LANGUAGES),
        key=KEY,
        format_func=LANGUAGES.__getitem__,
        required=True,
        persist_state="session",
        label_visibility="collapsed",
        help=_("English or Simplified Chinese; the link to the page keeps it."),
    )
    foreign = chosen() != SOURCE
    with st.container(key="page_language"):  # hidden: it takes no room
        _component(
            key="page",
            data={
                "lang": TAGS[chosen()],
                "exact": {word: _(word) for word in STREAMLIT_WORDS} if foreign else {},
                "tables": {word: _(word) for word in STREAMLIT_TABLES} if foreign else {},
                "patterns": {p: _(t) for p, t in STREAMLIT_PATTERNS.items()} if foreign else {},
            },
            on_again_change=lambda: None,  # the page runs, and that is all
        )


def end() -> None:
    """Called when a page is drawn to its end."""
    _run.again = st.session_state.get(_TOLD) != session.page()
    st.session_state[_TOLD] = session.page()


def choice(
    widget: Callable[..., Any],
    label: str,
    key: str,
    *,
    options: Sequence[Any] | None = None,
    format_func: Callable[[Any], str] = _,
    **given: Any,
) -> Any:
    """A selection bound to the URL whose options are shown in the reader's language.

    Streamlit writes an option into the URL as it is shown, and reads it back so. Here a link
    is understood whatever language its options were shown in.

    Parameters
    ----------
    widget : callable
        ``st.selectbox``, ``column.pills``, ``st.segmented_control``, …
    key : str
        Of its row in ``ui.state.TABLE``.
    options : sequence
        Values that do not change with the language; of the row if not given.
    format_func : callable
        From an option to its text, through ``_``; called once for each language.
    **given
        Whatever else the widget takes.
    """
    drawn = state.widget(key, **{} if options is None else {"options": options})
    if isinstance(state.TABLE[key], state.Select):
        _follow(key, drawn, [format_func(option) for option in drawn["options"]])
    _understand(key, drawn["options"], format_func)
    if getattr(widget, "__name__", "") in ("segmented_control", "pills"):
        given.setdefault("wrap", True)  # in a narrow column the last options would be out of sight
    return widget(label, format_func=format_func, **drawn, **given)


def _follow(key: str, drawn: dict[str, Any], texts: list[str]) -> None:
    """Have a selectbox show its value where the value is gone or the options' texts changed.

    The browser keeps the text it has shown last until it is told a value.
    """
    options = drawn["options"]
    default = options[drawn["index"]]
    here = st.session_state.get(key, default)
    shown, stopgap = st.session_state.setdefault(_TEXTS, {}).get(key, (texts, None))
    if here not in options or (shown != texts and here == stopgap):
        here = stopgap = default  # not the reader's choice: it goes when the options change again
        choices.choose(key, here)
    elif shown != texts:
        choices.choose(key, here)
    st.session_state[_TEXTS][key] = texts, stopgap if here == stopgap else None


def _by_text(options: Collection[Any], text: Callable[[Any], str]) -> dict[str, Any]:
    """Return options by what a link may call them: by themselves, or as either language does."""
    known = {str(option): option for option in options}
    for other in LANGUAGES:
        with speaking(other):
            known |= {text(option): option for option in options}
    return known


def meant(row: state.Row, words: Sequence[str]) -> list[str]:
    """Return a link's words, each that is the text of an option in any language as that option."""
    known = _by_text([one for one in getattr(row, "options", ()) if isinstance(one, str)], _)
    return [known.get(word, word) for word in words]


def understood(key: str, values: Sequence[str]) -> bool:
    """Whether a link's words for ``key`` are options of its ``choice``, in any language."""
    return set(values) <= _run.words.get(key, set())


def _understand(key: str, options: list[Any], text: Callable[[Any], str]) -> None:
    """Put what the URL says of ``key`` into the words this page shows."""
    context = get_script_run_ctx(suppress_warning=True)
    said = st.query_params.get_all(key) if context is not None else []
    shown = [text(option) for option in options]
    if not said or all(word in shown for word in said):
        return
    known = _by_text(options, text)
    _run.words[key] = set(known)
    words = [text(known[word]) for word in said if word in known]
    if words:
        with state.address() as parameters:
            parameters.set_with_no_forward_msg(key, words if len(words) > 1 else words[0])
            parameters.set_initial_query_params_from_current()
