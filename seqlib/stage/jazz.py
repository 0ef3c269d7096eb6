"""Make stages of melodies and traces of the jazz model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from seqlib.i18n import N_, _
from seqlib.jazz import JazzWeights, shifted_one_hot
from seqlib.jazz.corpus import Corpus, default_corpus, piece_name
from seqlib.jazz.feeding import Pair
from seqlib.jazz.follow import groups, states_of
from seqlib.jazz.sampling import Sample
from seqlib.lstm.gradients import influence_matrix, log_probability_gradient
from seqlib.music import Arrangement, Melody, Sound, Vocabulary, arrange
from seqlib.music.melody import pitch_name
from seqlib.stage import (
    Ask,
    Clock,
    Distribution,
    Elsewhere,
    Heatmap,
    Lane,
    Note,
    PianoRoll,
    Stage,
    Tokens,
    UnitGroup,
)
from seqlib.stage.lanes import STATES, Equation, Influence, Line, jazz_diagram, state_heatmap

LANES = {
    "diagram": N_("the network, step by step"),
    "notes": N_("notes"),
    "x": N_("x: the note the cell reads"),
    **{symbol: row[0] for symbol, row in STATES.items()},
    "y": N_("softmax ŷ: the note that follows x"),
    "equation": N_("one unit's update, with its numbers"),
    "influence": N_("what did it remember?"),
}
GRU_ONLY = ("z", "r")
# Steps back in the influence lane; further back the influence is almost zero.
LOOK_BACK = 48
# Melodies and steps of each to search for similar states; more would slow the first picture.
SEARCHED, SEARCHED_STEPS = 8, 96


# Short names of lanes that have no symbol.
_SHORT = {
    "diagram": N_("diagram"),
    "notes": N_("notes"),
    "equation": N_("equation"),
    "influence": N_("influence"),
}


def lane_name(lane: str) -> str:
    """Return the short name of a lane, for the choice of lanes."""
    return _(_SHORT[lane]) if lane in _SHORT else lane


def jazz_stage(
    melody: Melody,
    weights: JazzWeights,
    trace: Any,
    vocabulary: Vocabulary,
    lanes: tuple[str, ...],
    *,
    label: str,
    chosen: np.ndarray,
    chosen_name: str,
    sounds: tuple[Sound, ...],
    arrangement: Arrangement | None = None,
    prompt: int = 0,
    written: bool = True,
    name: str = "first",
    compare: Stage | None = None,
    elsewhere: Elsewhere | None = None,
    corpus: Corpus | None = None,
    asks: bool = False,
) -> Stage:
    """Make the stage of a melody and of the cell's states while it was read or written.

    Parameters
    ----------
    melody : Melody of Tx tokens
    trace : Trace of ``weights``, with ``y`` (Tx, n_values)
    lanes : names from ``LANES``, in drawing order; a gate that the cell has not is left out
    chosen : int array (Tx,)
        The token marked in the softmax of each step: the true or the sampled one.
    sounds : what is heard
    arrangement : Arrangement, optional
        Its chords are named above the notes.
    prompt : int
        Number of first notes that were given.
    written : bool
        Whether each step after those reads what was drawn from the step before. Else all steps
        read the true notes, whatever was expected.
    name, compare, elsewhere
        As in ``Stage``.
    corpus : Corpus, optional
        Where it is looked up what the units follow; without one they are in no groups.
    asks : bool
        Whether a reader may be asked for each note before it is shown.
    """
    unit = melody.seconds_per_tick
    tokens = tuple(map(str, melody.tokens))
    reads = (_("nothing"), *tokens[:-1])  # a step reads what the step before has written
    probabilities = weights.predict(trace.x) if trace.y is None else trace.y
    made: dict[str, Callable[[], Lane]] = {
        "diagram": lambda: jazz_diagram(
            weights, trace, _title("diagram"), prompt if written else len(tokens)
        ),
        "notes": lambda: _piano_roll(melody, arrangement, prompt),
        "x": lambda: Tokens(_title("x"), ("–", *reads[1:]), "x", trace.x.shape[-1], fed=True),
        "y": lambda: Distribution(
            _title("y"),
            probabilities,
            vocabulary.labels,
            np.asarray(chosen),
            chosen_name,
            ticks=_ticks(vocabulary),
            upward=True,
        ),
        "equation": lambda: Equation(_title("equation"), weights.cell, trace),
        "influence": lambda: _influence(weights, trace, np.asarray(chosen), tokens, reads),
        **{symbol: partial(state_heatmap, trace, symbol) for symbol in trace.states},
    }
    return Stage(
        clock=Clock(np.asarray(melody.edges) * unit),
        lanes=tuple(made[lane]() for lane in lanes if lane in made),
        sound=tuple(
            Note(s.start * unit, (s.start + s.ticks) * unit, s.pitch, s.voice, s.velocity)
            for s in sounds
        ),
        label=label,
        names=tokens,
        reads=reads,
        given=prompt if written else len(tokens),
        groups=tuple(map(UnitGroup.of, groups(weights, corpus))) if corpus else (),
        name=name,
        compare=compare,
        elsewhere=elsewhere,
        asks=Ask.of(
            _("Which note does it draw now?") if written else _("Which note comes next?"),
            tuple(vocabulary.labels),
            probabilities,
            np.asarray(chosen),
            first=prompt,
        )
        if asks
        else None,
    )


def reading_stage(
    corpus: Corpus,
    place: int,
    model: tuple[str, JazzWeights],
    other: tuple[str, JazzWeights] | None,
    lanes: tuple[str, ...],
) -> Stage:
    """Show a melody of the corpus read by one model, or by two models on one clock.

    ``place`` is the melody's index, ``model`` and ``other`` are (name, weights). The reader can
    search other melodies for steps with similar states of ``model``.
    """
    melody, sequence, chords = corpus.melodies[place], corpus.sequences[place], corpus.chords[place]
    arrangement = arrange(melody, chords)

    def read(model: tuple[str, JazzWeights], **more: Any) -> Stage:
        name, weights = model
        return jazz_stage(
            melody,
            weights,
            weights.trace(shifted_one_hot(sequence, corpus.n_values)),
            corpus.vocabulary,
            lanes,
            label=_(
                "“{melody}”, read by the {model} model",
                melody=piece_name(melody.name),
                model=_(name),
            ),
            chosen=sequence,
            chosen_name=_("true"),
            sounds=arrangement.sounds,
            arrangement=arrangement,
            written=False,
            name=_(name),
            corpus=corpus,
            asks=True,
            **more,
        )

    return read(
        model,
        compare=read(other) if other else None,
        elsewhere=_elsewhere(corpus, place, model[1]),
    )


def solo_stage(
    solo: Sample,
    weights: JazzWeights,
    corpus: Corpus | None = None,
    place: int = 0,
    *,
    lanes: tuple[str, ...] = ("notes", "x", "h", "y"),
    label: str = "",
    seed: int = 0,
    **more: Any,
) -> Stage:
    """Make the stage of a solo, at the tempo and over the chords and bars of a melody.

    Parameters
    ----------
    corpus : Corpus, optional
        The corpus of the solo's vocabulary; by default the default corpus.
    place : int
        Index of that melody.
    lanes : names from ``LANES``, in drawing order
    seed : int
        Seed of the band.
    **more
        ``name``, ``compare``, ``written`` and others of ``jazz_stage``.
    """
    corpus = corpus or default_corpus()
    tokens = corpus.vocabulary.decode(solo.indices)
    melody = replace(corpus.melodies[place], tokens=tokens, name=_("Solo"))
    arrangement = arrange(melody, corpus.chords[place], seed=seed)
    return jazz_stage(
        melody,
        weights,
        solo.trace,
        corpus.vocabulary,
        lanes,
        label=label or _("A solo of {n} tokens, being written by a trained LSTM", n=len(melody)),
        chosen=solo.indices,
        chosen_name=_("drawn") if more.get("written", True) else _("given"),
        sounds=arrangement.sounds,
        arrangement=arrangement,
        prompt=solo.n_prompt,
        corpus=corpus,
        **more,
    )


def feeding_stage(
    corpus: Corpus, place: int, weights: JazzWeights, both: Pair, lanes: tuple[str, ...], seed: int
) -> Stage:
    """Show a model fed the notes of a melody, and fed its own, on one clock.

    ``both`` begins as the melody of index ``place`` does; ``seed`` is that of the band. Below the
    first of the lanes stands the probability of the melody's note under both.
    """
    melody, chords = corpus.melodies[place], corpus.chords[place]
    names = (N_("teacher forcing"), N_("free running"))
    line = Line(
        _("probability of the true note"),
        both.probabilities,
        (_("fed the true notes"), _("fed its own")),
        axis="fed",
    )

    def one(made: Sample, name: str, **more: Any) -> Stage:
        heard = replace(melody, tokens=corpus.vocabulary.decode(made.indices))
        arrangement = arrange(heard, chords, seed=seed)
        forced = made is both.forced
        drawn = jazz_stage(
            heard,
            weights,
            made.trace,
            corpus.vocabulary,
            lanes,
            label=_("“{melody}”: {name}", melody=piece_name(melody.name), name=_(name)),
            chosen=made.indices,
            chosen_name=_("true") if forced else _("drawn"),
            sounds=arrangement.sounds,
            arrangement=arrangement,
            prompt=made.n_prompt,
            written=not forced,
            name=_(name),
            corpus=corpus,
            asks=True,
            **more,
        )
        return replace(drawn, lanes=(drawn.lanes[0], line, *drawn.lanes[1:]))

    free = one(both.free, names[1])
    return replace(one(both.forced, names[0], compare=free), start=both.parted or 0)


def way_back_stage(
    weights: JazzWeights, notes: np.ndarray, vocabulary: Vocabulary, at: int
) -> Stage:
    """Show the gradient of one output's loss going back through the steps before it.

    ``notes`` (Tx,) are predicted, and each step reads the one before. ``at`` is the step of the
    output, from 0: the stage begins there, and each of its steps is one earlier.
    """
    back = weights.back(shifted_one_hot(notes, weights.n_values), notes, at)
    found = {name: getattr(back, name)[at::-1] for name in ("da", "dc", "dz")}  # (at + 1, n)
    norms = np.stack([np.linalg.norm(values, axis=1) for values in found.values()], axis=1)
    read = (_("nothing"), *map(str, vocabulary.decode(notes[:at])))[::-1]
    what = {
        "da": _("da: what arrives at the state"),
        "dc": _("dc: what arrives at the memory"),
        "dz": _("dz: what arrives at the gates' sums, i f g o"),
    }

    def picture(name: str) -> Heatmap:
        most = max(float(np.abs(found[name]).max()), 1e-9)
        return Heatmap(
            what[name], found[name], name, "4 n_a" if name == "dz" else "n_a", -most, most
        )

    return Stage(
        Clock.even(at + 1, 0.4),
        (
            Tokens(_("x: the note read, one step earlier each time"), read, "x", weights.n_values),
            Line(
                _("length of what arrives"),
                norms,
                tuple(found),
                symbol="",
                axis="3",
                high=float(norms.max()) or 1.0,
                percent=False,
            ),
            *map(picture, found),
        ),
        label=_("The way back from output {n}", n=at + 1),
        names=tuple(f"x⟨{t + 1}⟩ {note}" for t, note in zip(range(at, -1, -1), read, strict=True)),
    )


def state_stage(trace: Any, symbols: str, label: str, *, moving: bool = False) -> Stage:
    """Make the stage of a sequence without music, a lane for each state: "h", or "hc".

    ``moving``: another picture follows within a second.
    """
    lanes = tuple(replace(state_heatmap(trace, symbol), brief=moving) for symbol in symbols)
    return Stage(Clock.even(trace.Tx, 0.4), lanes, label=label)


def _title(lane: str) -> str:
    return _(LANES[lane])


def _piano_roll(melody: Melody, arrangement: Arrangement | None, prompt: int) -> PianoRoll:
    unit = melody.seconds_per_tick
    notes = tuple(
        Note(start * unit, end * unit, token.pitch, "solo", 96, step)
        for step, (token, start, end) in enumerate(
            zip(melody.tokens, melody.edges, melody.edges[1:], strict=False)
        )
        if token.pitch is not None
    )
    chords = tuple(
        (chord.start * unit, (chord.start + chord.ticks) * unit, str(chord))
        for chord in (arrangement.chords if arrangement else ())
    )
    return PianoRoll(_title("notes"), notes, chords, prompt)


def _ticks(vocabulary: Vocabulary) -> tuple[tuple[int, str], ...]:
    """Return (row, name) of the first token of each C, and of the rests; else of each pitch."""
    first: dict[int | None, int] = {}
    for row, token in enumerate(vocabulary.tokens):
        first.setdefault(token.pitch, row)
    octaves = {pitch: row for pitch, row in first.items() if pitch is None or pitch % 12 == 0}
    return tuple(
        (row, _("rest") if pitch is None else pitch_name(pitch))
        for pitch, row in (octaves if len(octaves) > 2 else first).items()
    )


def _influence(
    weights: JazzWeights,
    trace: Any,
    chosen: np.ndarray,
    tokens: tuple[str, ...],
    reads: tuple[str, ...],
) -> Influence:
    da = log_probability_gradient(weights.densor_kernel, weights.densor_bias, trace.h, chosen)
    found = influence_matrix([(weights.cell, trace)], da, min(LOOK_BACK, trace.Tx))
    return Influence(
        _title("influence"),
        *found,
        target=_("log probability of the note"),
        targets=tuple(f"log P({token})" for token in tokens),
        inputs=reads,
    )


def _elsewhere(corpus: Corpus, place: int, weights: JazzWeights) -> Elsewhere | None:
    others = [other for other in range(len(corpus.melodies)) if other != place][:SEARCHED]
    if not others:
        return None
    starts = [corpus.sequences[other][:SEARCHED_STEPS] for other in others]
    return Elsewhere(
        names=tuple(piece_name(corpus.melodies[other].name) for other in others),
        # What each step reads: a state follows the note before it, not the one after.
        labels=tuple(
            (_("nothing"), *(corpus.vocabulary.labels[i] for i in start[:-1])) for start in starts
        ),
        values=tuple(states_of(weights, starts)),
        symbol="a",
    )
