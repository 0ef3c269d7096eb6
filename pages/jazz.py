"""From the notes the network reads to the notes it writes."""

import streamlit as st

from seqlib.i18n import _
from seqlib.music import MAX_BYTES
from seqlib.stage.jazz import GRU_ONLY, LANES, lane_name
from ui.frame import frame, language
from ui.frame.sections import section
from ui.jazz import encode, files, report, sample, state, train, tune
from ui.jazz import model as model_parts
from ui.jazz.notebook import asked
from ui.lessons.pages import lesson
from ui.parts import notebook, uploads
from ui.state import value, widget


def jazz() -> None:
    frame.heading()
    section(music, title=_("1 · The music"), anchor="music")
    section(tokens, title=_("2 · Tokens"), anchor="tokens")
    section(one_hot, title=_("3 · One-hot X"), anchor="one-hot")
    section(model, title=_("4 · The model"), anchor="model")
    section(training, title=_("5 · Train"), anchor="train")
    section(sampling, title=_("6 · Sample"), anchor="sample")
    section(scores, title=_("7 · How good is it?"), anchor="good")
    notebook.offer("jazz", asked)


def music() -> None:
    frame.explain("music")
    with frame.controls("music"):
        choose()
    encode.reading()


def choose() -> None:
    encode.choose_corpus()
    if st.session_state["corpus"] == state.MINE:
        taken = uploads.uploader(
            _("A MIDI file, at most {limit:g} MB", limit=MAX_BYTES / 1e6),
            ("mid", "midi", "kar", "rmi"),
            round(MAX_BYTES / 1e6),
            encode.read_upload,
            key="midi_file",
            help=_("Type 0, 1 or 2. Chords are reduced to their top line."),
        )
        encode.choose_track(report=taken)
    encode.choose_melody()


def tokens() -> None:
    frame.explain("tokens")
    encode.token_list()


def one_hot() -> None:
    frame.explain("X")
    encode.one_hot()


def model() -> None:
    frame.explain("model")
    model_parts.shapes()


def training() -> None:
    frame.explain("train")
    train.panel()
    files.panel()


@frame.alone("model")
def sampling() -> None:
    frame.explain("sample")
    lanes = language.choice(
        st.pills,
        _("lanes"),
        "lanes",
        options=[name for name in LANES if name not in GRU_ONLY or state.trained_gru()],
        format_func=lane_name,
        help=_("What the stage shows."),
    )
    lanes = tuple(name for name in LANES if name in lanes) or ("notes",)
    start = tune.start(switches)
    band, two = value("band"), value("compare")
    solos = []
    with frame.controls("solo"):
        for column, suffix in zip(st.columns(1 + two), ("", "_b"), strict=False):
            with column:
                if two:
                    st.markdown("**B**" if suffix else "**A**")
                solos.append(sample.controls(suffix, beside=two, start=start))
    sample.show(solos, lanes, band=band)


def switches() -> None:
    """Draw what is switched on and off around a solo."""
    st.toggle(
        _("Band"),
        help=_("Bass, chords and drums around the solo. Off leaves exactly what the model wrote."),
        **widget("band"),
    )
    st.toggle(
        _("Compare two solos"),
        help=lesson("jazz")["compare"],
        on_change=sample.open_second,
        **widget("compare"),
    )


def scores() -> None:
    frame.explain("good")
    report.table()


frame.page(jazz)
