"""Draw the controls of sampling, and a sample with its stage, novelty and MIDI file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import streamlit as st

from seqlib.i18n import _, capital
from seqlib.jazz.corpus import piece_name
from seqlib.jazz.sampling import MAX_TY, METHODS, Novelty, Sample, novelty, sample
from seqlib.music import Arrangement, Melody, arrange, write_midi
from seqlib.stage.jazz import jazz_stage
from ui.frame import language
from ui.jazz import state
from ui.parts import escape
from ui.parts import stage as stage_component
from ui.state import widget


@dataclass(frozen=True)
class Solo:
    """A sample with its decoded melody and its arrangement."""

    model: state.Model
    sample: Sample
    melody: Melody
    arrangement: Arrangement
    novelty: Novelty
    caption: str


def _grid(columns: int):
    """Yield the cells of a grid from left to right, row after row."""
    while True:
        yield from st.columns(columns)


def _seed(suffix: str, cell: Any) -> int:
    """Draw the seed and the button for the next; without chance every seed writes the same."""
    with cell, st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.number_input(
            _("seed"), help=_("Same seed, same solo."), **widget(f"seed{suffix}")
        )
        st.button(
            _("New solo"),
            key=f"again{suffix}",
            type="primary",
            icon=":material/casino:",
            on_click=lambda: st.session_state.update({f"seed{suffix}": (number + 1) % 10_000}),
            help=_("The next seed."),
        )
    return int(number)


def controls(suffix: str, *, beside: bool) -> Solo:
    """Bound widgets for one sample, and the sample they describe.

    ``beside`` another solo there is room for two widgets in a row.

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
            help=_("Which weights write the solo."),
        )
        st.caption(capital(_(names[name])) + _("."))
    with next(cells):
        method = language.choice(
            st.selectbox,
            _("method"),
            f"method{suffix}",
            help=_("How a token is drawn from the softmax."),
        )
        st.caption(capital(_(METHODS[method])) + _("."))
    options = {}
    with next(cells):
        if method != "greedy":
            options["temperature"] = st.select_slider(
                _("temperature"),
                help=_("Below 1 favours the likely tokens, above 1 evens out the odds."),
                **widget(f"temperature{suffix}"),
            )
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
    with next(cells):
        n_prompt = st.slider(
            _("first notes given"),
            help=_("The opening of the chosen melody, which the model then continues."),
            **widget(f"prompt{suffix}"),
        )
    number = 0 if method == "greedy" else _seed(suffix, next(cells))
    model = state.model(name)
    place = state.melody_place()
    made = sample(
        model.weights,
        int(Ty),
        method=method,
        seed=number,
        prompt=corpus.sequences[place][:n_prompt],
        **options,
    )
    tokens = corpus.vocabulary.decode(made.indices)
    melody = replace(corpus.melodies[place], tokens=tokens, name=f"{_(name)} {number}")
    how = [] if method == "temperature" else [_(method)]
    settings = " · ".join([_(model.name), *how, *(f"{_(k)} {v:g}" for k, v in options.items())])
    return Solo(
        model,
        made,
        melody,
        arrange(melody, corpus.chords[place], seed=number),
        novelty(made.new, corpus.sequences),
        settings if method == "greedy" else f"{settings} · " + _("seed {seed}", seed=number),
    )


def show(solo: Solo, lanes: tuple[str, ...], *, band: bool, key: str) -> None:
    """Draw the stage of a solo, its novelty, and the download of its MIDI file."""
    stage_component.show(
        jazz_stage(
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
        ),
        key=key,
    )
    corpus, found = state.corpus(), solo.novelty
    where = ""
    if found.longest_run:
        where = _(
            " (“{melody}” from token {token})",
            melody=escape.plain(piece_name(corpus.melodies[found.source[0]].name)),
            token=found.source[1],
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
    st.caption(_("Download as MIDI here; WAV, PNG and an offline page are in the player's ⋯ menu."))
    st.download_button(
        "MIDI",
        # Made when the button is pressed.
        partial(write_midi, solo.melody, solo.arrangement if band else None),
        f"seqscope-{solo.caption.replace(' · ', '-').replace(' ', '-')}.mid",
        "audio/midi",
        key=f"{key}:midi",
        icon=":material/download:",
        on_click="ignore",
        help=_("The solo and its band.") if band else _("The solo."),
    )
