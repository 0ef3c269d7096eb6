"""The frame every page stands in: page config, navigation, presenter scale.

Streamlit lists ``pages/`` by itself until ``st.navigation`` has been called once in the
process, and until then answers a deep link by running the page's file alone. So every
page file can be entered either way: ``page(draw)``, its last line, draws it if the frame is
already there, and runs the frame first if it is not.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, Literal, get_args

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import get_script_run_ctx

from seqlib.assets import ASSETS
from seqlib.i18n import _
from ui.frame import (
    choices,
    glossary,
    language,
    plan,
    process,
    sections,
    share,
    tour,
    visit_menu,
)
from ui.lessons.pages import lesson
from ui.navigation import HIDDEN, PAGES
from ui.parts import notebook
from ui.parts.presenter import presenting
from ui.state import widget
from ui.status import server
from ui.status.log import observer
from ui.visit import session

ROOT = Path(__file__).parents[2]


# A browser looks at a rule with ``:has`` again whenever an attribute it names changes anywhere, and
# Streamlit changes classes with every rerun. Rules that name whole classes, not ``[class*=…]``,
# keep a rerun from styling the whole page anew.
FRAME_CSS = """<style>
[data-testid="stMainBlockContainer"] {
  padding: 4.2rem clamp(0.8rem, 3vw, 2.5rem) 4rem;
  max-width: 96rem;
}
:has(> .st-key-page_language) { display: none; }
/* Below the app's own bar, and the stage's below that. */
:root { --bars: 6.1rem; --stage-top: calc(var(--bars) + 0.2rem); }
:root:not(:has(.st-key-sections)) { --bars: 3.6rem; }
:has(> .st-key-sections) {
  position: sticky; top: 3.6rem; z-index: 99; padding: 0.2rem 0;
  background: Canvas; /* where a browser of before 2024 knows no light-dark */
  background: light-dark(#ffffff, #10141b);
}
.st-key-sections { min-height: 2.1rem; }
/* What shows nothing takes no room between the bar and the first section. */
:has(> :is(.st-key-glossary, .st-key-plan)) { position: absolute; }
/* The lesson stands beside the page, or below it. */
.stApp.stApp { right: var(--beside, 0); bottom: var(--below, 0); }
:has(> .st-key-link_notes):not(:has([data-testid="stAlert"], button)) { position: absolute; }
.stApp .st-key-sections [data-stale] { opacity: 1; }
:is(h2, h3):focus { outline: none; }
:is(h2, h3)[id] { scroll-margin-top: calc(var(--bars) + 0.5rem); }
/* A fragment is as wide as its row unless it is told otherwise. */
:has(> * > .st-key-tour_button) { flex: 0 0 auto; width: auto; min-width: 0; }
:has(> .st-key-tour_button) { width: auto; gap: 0; }
/* The tour's card is fixed to the window; its place in the page takes no room. */
:is(.st-key-tour, .st-key-plan, .st-key-glossary) {
  position: fixed; width: 0; height: 0; z-index: 999991;
}
/* Many controls in a row stand in two rows where the page is narrow, beside a lesson say. */
[data-testid="stHorizontalBlock"]:has(> :nth-child(5)) > [data-testid="stColumn"] {
  min-width: 11rem;
}
.stApp [data-testid] a[href^="#term-"] {
  color: inherit; cursor: help;
  text-decoration-line: underline; text-decoration-style: dotted;
  text-decoration-thickness: 1px; text-underline-offset: 0.2em;
}
.st-key-doors > * > *, .st-key-more_doors > * > * { padding: 0.1rem 0.4rem; }
.st-key-doors, .st-key-more_doors { gap: 0.5rem; }
.stApp [data-testid="stHeading"] h1 { padding: 0; }
/* Code in a folded question's title would be three quarters of small type. */
[data-testid="stExpander"] summary code { font-size: 0.9em; }
/* Streamlit writes white on the primary colour, which is pale in the dark. */
[data-testid^="stBaseButton-primary"]:not(:disabled) { color: light-dark(#ffffff, #10141b); }
/* Nor do its captions and the colours of its code reach 4.5 to 1. */
.stApp [data-testid="stCaptionContainer"] { opacity: 0.72; }
.stApp [data-testid="stCaptionContainer"]:has(a) { opacity: 1; }
.stApp [data-testid="stCode"] :is(.token.comment, .token.punctuation) {
  color: light-dark(#5b6370, #9aa0ae);
}
.stApp [data-testid="stCode"] :is(.token.boolean, .token.string, .token.number) {
  color: light-dark(#14702f, #5ce488);
}
.stApp [data-testid="stCode"] .token.keyword { color: light-dark(#1d4fb8, #8db4ff); }
.stApp [data-testid="stCode"] .token.operator { color: light-dark(#a34a00, #ff9f4d); }
/* Streamlit's grey for a chart's words has 3.7 to 1 on white: too faint for the back row. */
[data-testid="stPlotlyChart"] text[style*="fill: rgb(128, 132, 149)"] { fill: #4d5666 !important; }
/* Streamlit's own CSV of a table leaves formulas in; those of our buttons do not. The icon is its
   name in every language. */
[data-testid="stElementToolbarButton"]:has(path[d^="M18 15v3H6v-3H4v3"]) { display: none; }
/* Where the picture comes first, the section's title still stands above it. */
[data-testid="stVerticalBlock"]:has(.st-key-picture, .st-key-picture_low)
  > [data-testid="stElementContainer"]:has(> [data-testid="stHeading"]) { order: -2; }
@media (max-height: 800px) {
  [data-testid="stVerticalBlock"] [data-testid="stVerticalBlock"]
    > [data-testid="stLayoutWrapper"]:has(.st-key-picture_low) { order: -1; }
}
/* Plotly's bar stands above its chart, whose legend it would lie on; where a chart fills the screen
   there is nothing above it. */
[data-testid="stPlotlyChart"] { margin-top: 0.7rem; }
.stApp .js-plotly-plot,
.stApp [data-testid="stElementContainer"]:has(> [data-testid="stFullScreenFrame"]) {
  overflow: visible !important;
}
.modebar:not(.vertical, :has([data-title="Close fullscreen"], [data-title="退出全屏"])) {
  transform: translateY(calc(-100% - 2px));
}
/* Plotly shrinks the numbers of a heatmap with its cells; on a phone nobody can read them. */
@media (max-width: 640px) {
  /* A phone's first screen: title, tools in a line, what is read first, and the picture; what
     stands before the picture elsewhere comes behind it. */
  [data-testid="stMainBlockContainer"] { padding-top: 3.6rem; }
  [data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] { gap: 0.6rem; }
  :has(> .st-key-tools) { gap: 0.5rem; }
  .st-key-tools { gap: 0.4rem; flex-wrap: nowrap; }
  .st-key-tools button { padding-inline: 0.6rem; white-space: nowrap; }
  .st-key-tools :is(.st-key-tour_button, .st-key-share, .st-key-visit_menu)
    [data-testid="stMarkdownContainer"] {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  }
  .st-key-present:not(:has(:checked)) { display: none; }
  .st-key-tools:has(.st-key-present :checked) { flex-wrap: wrap; }
  :root { --bars: 6.6rem; } /* the list of sections is as high as a finger */
  .stApp [data-testid="stHeading"] h1 { font-size: 1.7rem; }
  .stApp [data-testid="stHeading"] h2 { padding-top: 0.5rem; }
  [data-testid="stVerticalBlock"] [data-testid="stVerticalBlock"]
    > [data-testid="stLayoutWrapper"]:has(.st-key-picture, .st-key-picture_low) { order: -1; }
  :is(.st-key-similarity_chart, .st-key-lasso_chart) .heatmap-label { display: none; }
  /* A touch screen shows these always, over the legend and the sentence before the table. */
  .stApp .modebar:not(.vertical), .stApp [data-testid="stElementToolbar"] { display: none; }
}
/* On a larger one there is room for a table's, between it and the sentence. */
@media (hover: none) and (min-width: 641px) {
  [data-testid="stDataFrame"]:has(> [data-testid="stElementToolbar"]) { margin-top: 1.4rem; }
}
/* Where the system sets all colours, what says its state by colour alone keeps its own. */
@media (forced-colors: active) {
  :is([data-testid="stSlider"], [data-testid="stCheckbox"], [data-testid="stButtonGroup"]) {
    forced-color-adjust: none;
  }
}
/* Of a low window, as zoom or a phone on its side make it, bars would leave nothing to what is
   read: the stage's alone stays, since the clock is in it. */
@media (max-height: 450px) {
  :root { --bars: 3.6rem; }
  :has(> .st-key-sections) { position: static; }
}
</style>"""

# What folds while a page is presented, see ``controls``.
Controls = Literal[
    "hand", "home", "lanes", "lookup", "matrix", "model", "music", "sentence", "sizes", "solo",
    "vectors",
]  # fmt: skip

# FOLDED and EXPLAINED stand for the classes of those and of the page's texts.
PRESENTER_CSS = """<style>
/* rem is Streamlit's unit for everything, so one number scales the whole page; a projector of 720
   lines shows its pixels larger than one of 1080. */
html { font-size: clamp(16px, 2.13vh, 23px); }
[data-testid="stMarkdownContainer"] :is(p, li) code { font-size: 0.9em; }
[data-testid="stExpander"] summary code { font-size: 1em; } /* its title is smaller already */
[data-testid="stVerticalBlock"] [data-testid="stVerticalBlock"]
  > [data-testid="stLayoutWrapper"]:has(.st-key-picture_low) { order: -1; }
/* What is in it stands on the page itself, after the title. */
.st-key-first, :has(> .st-key-first) { display: contents; }
.st-key-first > :not(:has(> :is(FOLDED))) { order: 0 !important; }
[data-testid="stLayoutWrapper"]:has(> :is(EXPLAINED)) { order: 2; }
/* Folded controls are a slim line in sight, at the window's lower edge until their place comes. */
[data-testid="stLayoutWrapper"]:has(> :is(FOLDED)) {
  order: 1; position: sticky; bottom: 0.4rem; z-index: 90;
}
:is(FOLDED) {
  background: Canvas; background: light-dark(#ffffff, #10141b); border-radius: 0.5rem;
  /* no half lines of text below it */
  box-shadow: 0 0.5rem Canvas; box-shadow: 0 0.5rem light-dark(#ffffff, #10141b);
}
:is(FOLDED) [data-testid="stExpanderDetails"] { max-height: 50vh; overflow: auto; }
@media (min-width: 641px) {
  /* The picture first. The pages come down where the pointer, or Tab, reaches the window's upper
     edge; the tools come where it reaches the switch that led here. */
  [data-testid="stHeader"] {
    transform: translateY(calc(0.6rem - 100%)); transition: transform 0.15s;
  }
  [data-testid="stHeader"]:is(:hover, :focus-within) { transform: none; }
  .stApp:not(:has([data-testid="stHeader"]:is(:hover, :focus-within)))
    [data-testid="stMainBlockContainer"] { padding-top: 0.5rem; }
  [data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] { gap: 0.5rem; }
  .stApp [data-testid="stHeading"] h1 { font-size: 1.6rem; }
  .st-key-tools > :not(.st-key-present, :has(.st-key-present)) { opacity: 0; }
  /* A rule each: of all in one :not, Safari missed that the pointer came or a menu was closed. */
  .st-key-tools:hover > * { opacity: 1; }
  .st-key-tools:focus-within > * { opacity: 1; }
  .st-key-tools:has([aria-expanded="true"]) > * { opacity: 1; }
  :root { --bars: 3.1rem; }
  :root:not(:has(.st-key-sections)) { --bars: 0.4rem; }
  :has(> .st-key-sections) { top: 0.6rem; }
}
</style>"""


# One script run is one thread, so this says whether this run has its frame.
_run = threading.local()


def run() -> None:
    """Draw the frame and the page that the URL asks for."""
    began = time.perf_counter()
    server.begin()
    st.set_page_config(page_title="SeqScope", page_icon=str(ASSETS / "icon.svg"), layout="wide")
    session.begin()
    language.begin()
    chosen = st.navigation(
        [
            st.Page(
                ROOT / "pages" / entry.file,
                title=_(entry.title),
                icon=entry.icon,
                url_path=entry.url_path or None,
                default=not entry.url_path,
                visibility="hidden" if entry in HIDDEN else "visible",
            )
            for entry in (*PAGES, *HIDDEN)
        ],
        position="top",
    )
    st.html(FRAME_CSS)
    _run.framed = True
    session.at(chosen.url_path)
    choices.begin()
    share.begin(chosen.url_path)
    try:
        chosen.run()
        tour.questions(chosen.url_path)
        sections.end()
        share.end()
        session.end(chosen.url_path)
        choices.end()
        language.end()
    finally:
        _run.framed = False
        process.collect_seldom()
        observer.rerun(chosen.url_path or "home", time.perf_counter() - began)


def page(draw: Callable[[], None]) -> None:
    """A page file's last line: draw the page inside the frame.

    Outside a run, nothing but what the page imports is wanted.
    """
    if getattr(_run, "framed", False):
        draw()
    elif get_script_run_ctx(suppress_warning=True):
        run()


def heading() -> None:
    """Draw the page's title and first sentence, with the tools of every page beside them."""
    text = lesson(session.page() or "home")
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.title(text["title"], anchor=False, width="content")
        with st.container(
            horizontal=True, vertical_alignment="center", width="content", key="tools"
        ):
            toolbar()
    if presenting():
        folded = ", ".join(f".st-key-controls_{key}" for key in get_args(Controls))
        explained = ", ".join(f".st-key-explained_{section}" for section in text)
        st.html(PRESENTER_CSS.replace("FOLDED", folded).replace("EXPLAINED", explained))
    st.markdown(text["intro"])
    sections.place()
    share.place()
    glossary.mount()
    plan.mount()


def alone(*reaching: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a part of a page that is drawn by itself when one of its controls has changed.

    ``reaching`` are keys that something in it changes and that concern other parts too: where the
    value of one is not what the page was drawn with, the whole page is drawn.
    """

    def values() -> dict[str, Any]:
        return {key: st.session_state.get(key) for key in reaching}

    def decorate(draw: Callable[..., None]) -> Callable[..., None]:
        @st.fragment(key=draw.__name__)
        @wraps(draw)
        def part(*args: Any) -> None:
            drawn = st.session_state.setdefault("alone", {})  # what whole pages were drawn with
            context = get_script_run_ctx()
            if context is None or not context.fragment_ids_this_run or sections.run.opening:
                draw(*args)
                drawn[draw.__name__] = values()
                return
            began = time.perf_counter()
            if choices.begin() or values() != drawn.get(draw.__name__):
                st.rerun()
            session.look()
            draw(*args)
            notebook.keep()
            observer.rerun(session.page() or "home", time.perf_counter() - began)

        return part

    return decorate


def toolbar() -> None:
    """What every page offers: its tour, its link, the visit, the language, large type."""
    tour.button(session.page(), presenter=presenting())
    share.button(presenter=presenting())
    visit_menu.menu()
    language.switch()
    st.toggle(
        _("Presenter"), width="content", help=_("Larger type for a projector."), **widget("present")
    )


@contextmanager
def controls(key: Controls) -> Iterator[None]:
    """What is drawn inside is folded, and stands after the stage, while the page is presented."""
    if not presenting():
        yield
        return
    with st.container(key=f"controls_{key}"), st.expander(_("Controls"), icon=":material/tune:"):
        yield


def explain(section: str) -> None:
    """Draw the text of a section; where the page is presented, and told, after all else in it."""
    text = lesson(session.page() or "home")[section]
    if not presenting():
        st.markdown(text)
        return
    with st.container(key=f"explained_{section}"):
        st.markdown(text)


def first() -> DeltaGenerator:
    """Make the place for what belongs to a page's first picture but to no section of it."""
    return st.container(key="first")


def picture(*, low: bool = False) -> DeltaGenerator:
    """Make the place for a page's first picture: on a phone it stands before what is around it.

    With ``low`` in a window of 720 lines too.
    """
    return st.container(key="picture_low" if low else "picture")


def doors() -> None:
    """The ways in, each with what is done there: jazz, words, shapes."""
    _doors("doors", ("jazz", "emojify", "shapes"))


def more_doors() -> None:
    """The pages that go deeper."""
    _doors("more_doors", ("embeddings", "cell"))


def _doors(key: str, pages: tuple[str, ...]) -> None:
    text = lesson("home")
    with st.container(horizontal=True, key=key):
        for entry in PAGES:
            if entry.url_path in pages:
                with st.container(border=True, width="content", gap=None):
                    st.page_link(
                        ROOT / "pages" / entry.file,
                        label=f"**{_(entry.title)}** · {text[entry.url_path]}",
                        icon=entry.icon,
                    )
