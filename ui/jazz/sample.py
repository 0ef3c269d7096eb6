"""Draw the controls of sampling, and samples with their stage, novelty and MIDI files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from seqlib import i18n
from seqlib.i18n import _, sentences
from seqlib.jazz.corpus import piece_name
from seqlib.jazz.sampling import MAX_TY, METHODS, Novelty, Sample, novelty, sample
from seqlib.music import Arrangement, Melody, arrange, write_midi
from seqlib.stage import Stage
from seqlib.stage.jazz import jazz_stage
from ui.frame import language
from ui.jazz import state
from ui.parts import escape, uploads
from ui.parts import stage as stage_component
from ui.parts.remembered import remembered
from ui.state import value, widget

# How a solo is drawn: controls, each of which the second solo has too.
SETTINGS = ("method", "temperature", "k", "p", "Ty", "prompt", "seed")


@dataclass(frozen=True, eq=False)
class Solo:
    """A sample with its decoded melody and its arrangement.

    ``settings`` says how it was made: the names of the controls and what they say.
    """

    name: str
    model: state.Model
    settings: dict[str, str]
    sample: Sample
    melody: Melody
    arrangement: Arrangement
    novelty: Novelty
    caption: str


def _grid(columns: int) -> Iterator[DeltaGenerator]:
    """Yield the cells of a grid from left to right, row after row."""
    while True:
        yield from st.columns(columns)


def seed(key: str) -> int:
    """Draw the seed of that key, and the button for the next."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.number_input(_("seed"), help=_("Same seed, same solo."), **widget(key))
        st.button(
            _("New solo"),
            key=key.replace("seed", "again"),
            type="primary",
            icon=":material/casino:",
            on_click=lambda: st.session_state.update({key: (number + 1) % 10_000}),
            help=_("The next seed."),
        )
    return int(number)


def temperature(key: str) -> float:
    """Draw the temperature of that key."""
    return st.select_slider(
        _("temperature"),
        help=_(
            "Below 1 favours the likely tokens, above 1 evens out the odds. The stage shows ŷ "
            "without it."
        ),
        **widget(key),
    )


def open_second() -> None:
    """Have the second solo begin as the first, at another temperature, when it is asked for."""
    if not value("compare"):
        return
    for name in ("model", *SETTINGS):
        st.session_state[f"{name}_b"] = value(name)
    if value("method") == "greedy":
        st.session_state["method_b"] = "temperature"
    st.session_state["temperature_b"] = 0.4 if value("temperature") > 0.6 else 1.2


def controls(suffix: str, *, beside: bool, start: np.ndarray | None) -> Solo:
    """Bound widgets for one sample, and the sample they describe.

    ``beside`` another solo there is room for two widgets in a row. ``start``, int (n,), is what
    is given; None for notes of the chosen melody.

    Sampling takes about a millisecond, so it follows the controls at once.
    """
    corpus = state.corpus()
    names = state.model_names()
    cells = _grid(2 if beside else 3)
    with next(cells):
        name = language.choice(
            st.selectbox,
            _("model"),
            f"model{suffix}",
            options=list(names),
            help=_(
                "Which weights write the solo. This one: {what}.",
                what=_(names.get(value(f"model{suffix}"), "")),
            ),
        )
    with next(cells):
        method = language.choice(
            st.selectbox,
            _("method"),
            f"method{suffix}",
            help=_(
                "How a token is drawn from the softmax. This one: {what}.",
                what=_(METHODS.get(value(f"method{suffix}"), "")),
            ),
        )
    options: dict[str, Any] = {}
    with next(cells):
        if method != "greedy":
            options["temperature"] = temperature(f"temperature{suffix}")
        if method == "top-k":
            options["k"] = st.select_slider(
                "k", help=_("How many tokens may be drawn."), **widget(f"k{suffix}")
            )
        if method == "top-p":
            options["p"] = st.select_slider(
                "p", help=_("How much probability may be drawn from."), **widget(f"p{suffix}")
            )
    with next(cells):
        Ty = st.slider(
            _("Ty · tokens to write"),
            help=_("{low} to {high}.", low=10, high=MAX_TY),
            **widget(f"Ty{suffix}"),
        )
    place = state.melody_place()
    given = start
    if given is None:
        with next(cells):
            n_prompt = st.slider(
                _("first notes given"),
                help=_("The opening of the chosen melody, which the model then continues."),
                **widget(f"prompt{suffix}"),
            )
        given = corpus.sequences[place][:n_prompt]
    number = 0  # without chance every seed writes the same
    if method != "greedy":
        with next(cells):
            number = seed(f"seed{suffix}")
    asked = (name, "B" if suffix else "A", place, int(Ty), method, number)
    how = tuple(map(int, given)), tuple(options.items())
    if state.shared(name):
        return _shipped_solo(i18n.language(), corpus.name, *asked, *how)
    return _solo(*asked, *how)


@st.cache_resource(max_entries=32, show_spinner=False)
def _shipped_solo(language: str, corpus: str, *asked: Any) -> Solo:
    """Make a solo of a shipped model, cached for all readers of a language."""
    return _solo(*asked)


def _solo(
    name: str,
    which: str,
    place: int,
    Ty: int,
    method: str,
    number: int,
    given: tuple[int, ...],
    options: tuple[tuple[str, Any], ...],
) -> Solo:
    corpus, model = state.corpus(), state.model(name)
    made = sample(
        model.weights,
        Ty,
        method=method,
        seed=number,
        prompt=np.array(given, int),
        **dict(options),
    )
    tokens = corpus.vocabulary.decode(made.indices)
    melody = replace(corpus.melodies[place], tokens=tokens, name=f"{_(name)} {number}")
    how = [] if method == "temperature" else [_(method)]
    caption = " · ".join([_(model.name), *how, *(f"{_(k)} {v:g}" for k, v in options)])
    settings = {_("model"): _(name), _("method"): _(method)}
    settings |= {_(option): f"{chosen:g}" for option, chosen in options}
    settings |= {"Ty": f"{Ty}", _("first notes given"): f"{len(given)}"}
    settings |= {} if method == "greedy" else {_("seed"): f"{number}"}
    return Solo(
        which,
        model,
        settings,
        made,
        melody,
        arrange(melody, corpus.chords[place], seed=number),
        novelty(made.new, corpus.sequences),
        caption if method == "greedy" else f"{caption} · " + _("seed {seed}", seed=number),
    )


def differences(a: Solo, b: Solo) -> str:
    """Say in one line which settings of two solos differ, and where their notes first part."""
    names = dict.fromkeys((*a.settings, *b.settings))
    apart = [
        _(
            "{name} ({a} and {b})",
            name=name,
            a=a.settings.get(name, "–"),
            b=b.settings.get(name, "–"),
        )
        for name in names
        if a.settings.get(name) != b.settings.get(name)
    ]
    said = _("**A** and **B** differ in {settings}.", settings=apart)
    if not apart:
        said = _("**A** and **B** have the same settings.")
    both = min(len(a.melody), len(b.melody))
    parted = np.flatnonzero(a.sample.indices[:both] != b.sample.indices[:both])
    if len(parted):
        step = int(parted[0])
        notes = _(
            "Their notes first part at step **{step}**: A writes **{a}**, B **{b}**.",
            step=step + 1,
            a=a.melody.tokens[step],
            b=b.melody.tokens[step],
        )
    else:
        notes = _("As far as both go, their notes are the same.")
    return sentences(said, notes)


def show(solos: list[Solo], lanes: tuple[str, ...], *, band: bool) -> None:
    """Draw one stage of one or two solos, and below it what each took from the corpus."""
    first, *others = [partial(_stage, solo, lanes, band=band) for solo in solos]
    if others:
        st.markdown(differences(*solos))
    stage_component.show(first(compare=others[0]() if others else None), key="solo")
    for column, solo in zip(st.columns(len(solos)), solos, strict=True):
        with column:
            _about(solo, band=band, key="solo_b" if solo.name == "B" else "solo")
    st.caption(
        sentences(
            _(
                "The stage shows ŷ as the network gives it; temperature and method decide only how "
                "a token is drawn from it."
            ),
            _("Download as MIDI here; WAV, PNG and an offline page are in the player's ⋯ menu."),
        )
    )


def _stage(
    solo: Solo, lanes: tuple[str, ...], *, band: bool, compare: Stage | None = None
) -> Stage:
    """Return a solo's stage, one for all who see it."""
    about = (i18n.language(), lanes, band, compare)
    return remembered(solo, about, partial(_make_stage, solo, lanes, band, compare), most=4)


def _make_stage(solo: Solo, lanes: tuple[str, ...], band: bool, compare: Stage | None) -> Stage:
    return jazz_stage(
        solo.melody,
        solo.model.weights,
        solo.sample.trace,
        state.corpus().vocabulary,
        lanes,
        label=_(
            "A solo of {n} tokens written by the {model} model",
            n=len(solo.melody),
            model=_(solo.model.name),
        ),
        chosen=solo.sample.indices,
        chosen_name=_("drawn"),
        sounds=solo.arrangement.sounds if band else solo.arrangement.solo,
        arrangement=solo.arrangement if band else None,
        prompt=solo.sample.n_prompt,
        # Of weights that are gone in a moment nobody asks what their units follow.
        corpus=None if solo.model.moving else state.corpus(),
        asks=True,
        name=solo.name,
        compare=compare,
    )


def _about(solo: Solo, *, band: bool, key: str) -> None:
    """Say what of a solo is in the corpus, and offer its MIDI file."""
    corpus, found = state.corpus(), solo.novelty
    where = ""
    if found.longest_run:
        where = _(
            " (“{melody}” from token {token})",
            melody=escape.plain(piece_name(corpus.melodies[found.source[0]].name)),
            token=found.source[1] + 1,
        )
    st.markdown(
        _(
            "{settings}. Longest run copied from the corpus: **{run}** of {n} tokens{where}. "
            "**{share:.0%}** of its four-note runs occur in the corpus.",
            settings=solo.caption,
            run=found.longest_run,
            n=len(solo.sample.new),
            where=where,
            share=found.share_of_4grams,
        )
    )
    uploads.download(
        "MIDI",
        # Made when the button is pressed.
        partial(write_midi, solo.melody, solo.arrangement if band else None),
        f"seqscope-{solo.caption.replace(' · ', '-').replace(' ', '-')}.mid",
        key=f"{key}:midi",
        help=_("The solo and its band.") if band else _("The solo."),
    )
