"""Make the stage of a sentence and the states of both layers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from seqlib.emojify import EmojiModel, Reading, Score, input_gradient
from seqlib.i18n import N_, _
from seqlib.lstm import LSTMWeights, Trace
from seqlib.lstm.following import Group
from seqlib.stage import Ask, Clock, Distribution, Heatmap, Lane, Stage, Tokens, UnitGroup
from seqlib.stage.lanes import (
    STATES,
    Diagram,
    Equation,
    Influence,
    Layer,
    Line,
    Tensor,
    state_heatmap,
)
from seqlib.text import EmojiClass, Encoded

SECONDS = 0.8  # a word, when playing
PAD = "·"

# Symbol: name.
GATES = {"a": N_("hidden state"), **{symbol: STATES[symbol][0] for symbol in "cifgo"}}
LAYERS = (1, 2)
UNITS = ("n_a[1]", "n_a[2]")  # the axes of their units
# Key in the URL: name in the choice.
LANES = {
    "words": N_("words"),
    "P": N_("P(emoji) after every word"),
    "network": N_("the network"),
    "e": N_("embeddings"),
    **{f"{symbol}{layer}": f"{symbol}[{layer}]" for layer in LAYERS for symbol in GATES},
    "softmax": N_("softmax at this word"),
    "equation1": N_("one unit of LSTM 1"),
    "equation2": N_("one unit of LSTM 2"),
    "influence": N_("which word mattered"),
}
DEFAULT = ("words", "P", "a1", "a2")


def named(one: EmojiClass) -> str:
    """Write a class as its emoji and its name."""
    return f"{one.emoji} {one.title}"


def with_padding(encoded: Encoded) -> tuple[str, ...]:
    """Return the words of all steps, (Tx,): those that were read, then padding."""
    return (*encoded.words, *(PAD,) * (len(encoded.indices) - len(encoded.words)))


def reading_stage(
    model: EmojiModel,
    reading: Reading,
    lanes: tuple[str, ...],
    *,
    label: str,
    name: str = "first",
    compare: Stage | None = None,
    beside: tuple[str, ...] = (),
    groups: tuple[tuple[Group, ...], ...] = (),
    asks: bool = False,
) -> Stage:
    """Make the stage of one sentence read by ``model``, a step for each word and for padding.

    ``beside`` are the English words next to each word's row; with them "words" is two lanes.
    ``groups`` are those of the units of each layer; ``asks`` whether a reader may be asked first.
    """
    trace = reading.trace
    words, emoji = with_padding(reading.encoded), tuple(map(named, reading.classes))
    Tx = len(words)
    made: dict[str, Callable[[], Lane]] = {
        "words": lambda: Tokens(_("words"), words),
        "P": lambda: Line(
            _("P(emoji) after every word"), trace.probabilities, emoji, axis=_("classes")
        ),
        "network": lambda: _diagram(model, reading),
        "e": lambda: _embeddings(reading),
        "softmax": lambda: Distribution(
            _("softmax at this word"),
            trace.probabilities,
            emoji,
            axis=_("classes"),
            ticks=tuple(enumerate(one.emoji for one in reading.classes)),
        ),
        "influence": lambda: _influence(model, reading, words),
    }
    cells = (model.weights.lstm_1, model.weights.lstm_2)
    for layer, cell, of in zip(LAYERS, cells, (trace.lstm_1, trace.lstm_2), strict=True):
        made[f"equation{layer}"] = partial(_equation, cell, of, layer)
        for symbol in GATES:
            made[f"{symbol}{layer}"] = partial(_heatmap, of, symbol, layer)
    shown = [made[lane]() for lane in lanes]
    if any(beside) and "words" in lanes:
        near = (*beside, *("",) * (Tx - len(beside)))
        shown.insert(lanes.index("words") + 1, Tokens(_("lies next to"), near))
    return Stage(
        Clock.even(Tx, SECONDS),
        tuple(shown),
        label=label,
        names=words,
        start=max(0, len(reading.encoded.words) - 1),
        name=name,
        compare=compare,
        groups=tuple(
            UnitGroup.of(group, axis)
            for axis, found in zip(UNITS, groups, strict=False)
            for group in found
        ),
        asks=asked(reading) if asks else None,
    )


def asked(reading: Reading) -> Ask | None:
    """Make the question after each word: which class the network gives; None if none is known."""
    if not reading.heard:
        return None
    return Ask.of(
        _("Which emoji does the network give now?"),
        tuple(map(named, reading.classes)),
        reading.trace.probabilities,
        most=5,
        last=len(reading.encoded.words) - 1,
    )


def _heatmap(trace: Trace, symbol: str, layer: int) -> Heatmap:
    title = f"LSTM {layer} · {_(GATES[symbol])}"
    return state_heatmap(
        trace, "h" if symbol == "a" else symbol, f"{symbol}[{layer}]", title, UNITS[layer - 1]
    )


def _equation(cell: LSTMWeights, trace: Trace, layer: int) -> Equation:
    title = _("one unit of LSTM {layer}, with its numbers", layer=layer)
    return Equation(title, cell, trace, axis=UNITS[layer - 1])


def _embeddings(reading: Reading) -> Heatmap:
    values = reading.trace.embeddings  # (Tx, e_length)
    high = max(float(np.abs(values).max()), 1e-3)
    return Heatmap(_("embeddings"), values, "e", "e_length", -high, high)


def _diagram(model: EmojiModel, reading: Reading) -> Diagram:
    """Make the diagram of both layers, with the shapes and weights of these arrays."""
    weights, trace = model.weights, reading.trace
    softmax = weights.dense_kernel.size + weights.dense_bias.size
    return Diagram(
        _("the network, word by word"),
        Tensor("e", (("m", None), ("e_length", trace.embeddings.shape[-1]))),
        (
            Layer.recurrent("LSTM 1", weights.lstm_1, trace.lstm_1, symbol="a[1]", memory="c[1]"),
            Layer.recurrent(
                "LSTM 2",
                weights.lstm_2,
                trace.lstm_2,
                symbol="a[2]",
                memory="c[2]",
                returns="last",
            ),
            Layer(
                "softmax",
                Tensor("ŷ", (("m", None), (_("classes"), weights.n_classes))),
                parameters=softmax,
            ),
        ),
    )


def _influence(model: EmojiModel, reading: Reading, words: tuple[str, ...]) -> Influence:
    """Compute each word's influence on the final answer's probability after each word."""
    Tx, label = len(words), reading.label
    norm, signed = np.zeros((Tx, Tx)), np.zeros((Tx, Tx))
    for t in range(Tx):
        found = input_gradient(model.weights, reading.trace, Score(label), t)
        norm[t, : t + 1] = found.norm[t::-1]
        signed[t, : t + 1] = found.signed[t::-1]
    return Influence(
        _("which word mattered"),
        norm,
        signed,
        target=f"log P({reading.emoji})",
        targets=(f"log P({reading.emoji})",) * Tx,
        inputs=words,
    )
