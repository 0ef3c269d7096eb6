"""Melody and Trace as lanes of the stage."""

from __future__ import annotations

import numpy as np

from seqlib.jazz import shifted_one_hot
from seqlib.lstm import Trace
from seqlib.music import Arrangement, Melody, Vocabulary, arrange
from ui.jazz import state
from ui.stage import Clock, Distribution, Heatmap, Note, PianoRoll, Stage

# Symbol: what it is, and the range of its colours.
STATES = {
    "h": ("hidden state a, also written h", -1.0, 1.0),
    "c": ("cell state, the memory", None, None),
    "i": ("input gate: what to write", 0.0, 1.0),
    "f": ("forget gate: what to keep", 0.0, 1.0),
    "g": ("candidate: what could be written", -1.0, 1.0),
    "o": ("output gate: what to show", 0.0, 1.0),
}
LANES = {
    "notes": "notes",
    **{symbol: title for symbol, (title, _, _) in STATES.items()},
    "y": "softmax ŷ: the next note",
}


def jazz_stage(
    melody: Melody,
    trace: Trace,
    vocabulary: Vocabulary,
    lanes: tuple[str, ...],
    *,
    label: str,
    chosen: np.ndarray,
    chosen_name: str,
    arrangement: Arrangement | None = None,
    prompt: int = 0,
) -> Stage:
    """One melody and everything the cell did while it was read or written.

    Parameters
    ----------
    melody : Melody of Tx tokens
    trace : Trace with ``y`` (Tx, n_values)
    lanes : names from ``LANES``, in drawing order
    chosen : int array (Tx,)
        The token marked in the softmax of each step: the true or the sampled one.
    arrangement : Arrangement, optional
        The band to play with; the bare solo if not given.
    prompt : int
        How many first notes were given rather than written.
    """
    seconds = np.asarray(melody.edges) * melody.seconds_per_tick
    made = {
        "notes": lambda: _piano_roll(melody, arrangement, prompt),
        "y": lambda: Distribution(
            LANES["y"], trace.y, vocabulary.labels, np.asarray(chosen), chosen_name
        ),
        **{symbol: lambda symbol=symbol: _heatmap(trace, symbol) for symbol in STATES},
    }
    return Stage(
        clock=Clock(seconds),
        lanes=tuple(made[name]() for name in lanes),
        sound=_sound(arrangement or arrange_solo(melody), melody),
        label=label,
        names=tuple(map(str, melody.tokens)),
    )


def reading_stage(lanes: tuple[str, ...]) -> Stage:
    """The melody on the stand, read by the model at hand."""
    corpus, place = state.corpus(), state.melody_place()
    melody, sequence = corpus.melodies[place], corpus.sequences[place]
    model = state.model(state.model_at_hand())
    return jazz_stage(
        melody,
        model.weights.trace(shifted_one_hot(sequence, corpus.n_values)),
        corpus.vocabulary,
        lanes,
        label=f"“{melody.name}”, read by the {model.name} model",
        chosen=sequence,
        chosen_name="true",
        arrangement=arrange(melody, corpus.chords[place]),
    )


def arrange_solo(melody: Melody) -> Arrangement:
    """The melody with nobody around it."""
    band = arrange(melody)
    return Arrangement(melody, (), tuple(s for s in band.sounds if s.voice == "solo"))


def state_stage(trace: Trace, symbol: str, label: str) -> Stage:
    """A single state of a window without music: what training shows of itself."""
    return Stage(Clock(np.arange(trace.Tx + 1) * 0.4), (_heatmap(trace, symbol),), (), label)


def _heatmap(trace: Trace, symbol: str) -> Heatmap:
    title, low, high = STATES[symbol]
    values = getattr(trace, symbol)  # (Tx, n_a)
    if low is None:  # the cell state has no bounds of its own
        high = max(1.0, float(np.abs(values).max()))
        low = -high
    return Heatmap(title, values, symbol, "n_a", low, high)


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
    return PianoRoll(LANES["notes"], notes, chords, prompt)


def _sound(arrangement: Arrangement, melody: Melody) -> tuple[Note, ...]:
    unit = melody.seconds_per_tick
    return tuple(
        Note(s.start * unit, (s.start + s.ticks) * unit, s.pitch, s.voice, s.velocity)
        for s in arrangement.sounds
    )
