"""Show what word order, padding and dropout do to the answer to one sentence."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import streamlit as st

from seqlib.emojify import DropoutMasks, EmojiModel, figures, pretrained, shuffled
from seqlib.i18n import _, capital
from seqlib.lstm import Trace
from seqlib.text import Encoded
from ui.emojify import reading as read
from ui.emojify import sentence, state
from ui.emojify.stage import reading_stage, with_padding
from ui.parts import stage as stage_component
from ui.parts.presenter import font, wide
from ui.state import value, widget


def order() -> None:
    """Draw both models' answers to the sentence and to its words in another order."""
    found = state.chosen()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seed = st.number_input(
            _("order"),
            width=wide(140),
            help=_("Each number is another order of the words."),
            **widget("shuffle"),
        )
        st.button(
            _("Shuffle again"),
            key="shuffle_again",
            icon=":material/shuffle:",
            on_click=lambda: st.session_state.update(shuffle=int(seed) % 999 + 1),
            help=_("The next order."),
        )
        st.button(
            _("See both on the stage"),
            key="shuffle_stage",
            icon=":material/compare:",
            on_click=lambda: st.session_state.update(emoji_against=sentence.SHUFFLED),
            help=_("Compares the two orders on the stage above."),
        )
    encoded = found.model.encode(read.typed())
    words = encoded.words
    if _unheard(encoded):
        return
    if len(words) < 2:
        st.info(
            _("One word has one order only; type a longer sentence."), icon=":material/keyboard:"
        )
        return
    other = shuffled(words, int(seed))
    st.text(f"{' '.join(words)}  →  {' '.join(other)}")
    v2 = [found.model.read(order).probabilities for order in (words, other)]
    moved = [("V2", np.abs(v2[0] - v2[1]).max())]
    rows = [(_("V2, your order"), v2[0]), (_("V2, shuffled"), v2[1])]
    if found.v1 is not None:
        v1 = found.v1.predict([words, other])
        moved.append(("V1", np.abs(v1[0] - v1[1]).max()))
        rows += [(_("V1, your order"), v1[0]), (_("V1, shuffled"), v1[1])]
    st.markdown(
        _(
            "Largest change of a probability: {listed}.",
            listed=[f"**{name} {change:.1%}**" for name, change in moved],
        )
    )
    st.plotly_chart(
        figures.answers(rows, found.model.classes, font()),
        key="emoji_order",
        alt=_(
            "Probability of each emoji in both orders; largest change: {listed}.",
            listed=[f"{name} {change:.1%}" for name, change in moved],
        ),
    )


def padding() -> None:
    """Draw how padding changes the last state between the last word and the end."""
    model = state.chosen().model
    encoded = model.encode(read.typed())
    n, Tx = len(encoded.words), len(encoded.indices)
    if not 0 < n < Tx:
        st.info(
            _("There is no padding after {n} of {Tx} words; type a shorter sentence.", n=n, Tx=Tx)
            if n
            else _("Type a sentence to see its padding."),
            icon=":material/keyboard:",
        )
        return
    if _unheard(encoded):
        return
    lines, ends = [], []
    for how in (state.SKIP, state.READ):
        trace = state.padded(state.chosen(), how).model.read(read.typed()).trace
        lines.append((_(state.PADDED[how]), _similarity(trace.lstm_2, n - 1)))
        ends.append(trace.probabilities[[n - 1, -1]])
    left, right = st.columns([3, 2], vertical_alignment="center")
    left.plotly_chart(
        figures.drift(lines, with_padding(encoded), font()),
        key="emoji_drift",
        alt=_(
            "Similarity of LSTM 2's state to that after the last word; at the end: {listed}.",
            listed=[f"{name} {values[-1]:z.2f}" for name, values in lines],
        ),
    )
    with right:
        for (after, end), (name, values) in zip(ends, lines, strict=True):
            label = int(after.argmax())
            st.text(
                _(
                    "{padding}: after the last word {emoji} {p:.1%}, at the end {last} "
                    "{p_last:.1%}; the last state is {alike:z.2f} alike.",
                    padding=capital(name),
                    emoji=model.classes[label].emoji,
                    p=after[label],
                    last=model.classes[int(end.argmax())].emoji,
                    p_last=end.max(),
                    alike=values[-1],
                )
            )
        trained = state.PADDED[state.SKIP if _trained_with_mask() else state.READ]
        st.caption(_("These weights were trained with {padding}.", padding=_(trained)))


def _unheard(encoded: Encoded) -> bool:
    """Tell whether there are words of which none has a vector, and say what that means."""
    unheard = bool(encoded.words) and not encoded.heard
    if unheard:
        told = _("no word of this is known, so there is no answer")
        st.info(_("{sentence}.", sentence=capital(told)), icon=":material/keyboard:")
    return unheard


def _trained_with_mask() -> bool:
    return state.reader(value("emoji_model")).model.weights.mask


def _similarity(trace: Trace, last: int) -> np.ndarray:
    """Compute the cosine of every state with the state of step ``last``, (Tx,)."""
    lengths = np.linalg.norm(trace.h, axis=1)
    return trace.h @ trace.h[last] / np.maximum(lengths * lengths[last], 1e-9)


def dropout() -> None:
    """Draw the answer of a training step with its dropout masks, or of inference without."""
    model = state.chosen().model
    with st.container(horizontal=True, vertical_alignment="bottom"):
        training = st.toggle(
            _("A training pass"),
            help=_(
                "On: draws the masks that one pass of training multiplies with. Off: inference, "
                "where nothing is dropped."
            ),
            **widget("emoji_pass"),
        )
        seed = st.number_input(
            _("pass"),
            width=wide(140),
            disabled=not training,
            help=_("Each pass draws other masks."),
            **widget("emoji_pass_seed"),
        )
    if not training:
        st.markdown(_("Inference: no mask, every unit is passed on as it is."))
        return
    about = _settings()
    rate = about["dropout"]
    if rate == 0:
        st.info(_("This model was trained without dropout after its LSTMs; there is no mask."))
        return
    words = with_padding(model.encode(read.typed()))
    masks = DropoutMasks.draw(rate, len(words), model.weights.n_a, int(seed))
    kept = float((masks.first != 0).mean())
    st.plotly_chart(
        figures.dropout_masks(masks, words, font()),
        key="emoji_masks",
        alt=_(
            "Masks of one training pass: {first:.0%} of the {n:,} numbers after LSTM 1 are kept, "
            "and {second:.0%} after LSTM 2.",
            first=kept,
            n=masks.first.size,
            second=(masks.second != 0).mean(),
        ),
    )
    _passes(model, masks, rate)
    of_vectors, of_words = about["input_dropout"], about["word_dropout"]
    if (of_vectors or of_words) and value("emoji_model") not in (state.UNTRAINED, state.FILE):
        st.caption(
            _(
                "Its training also drops {vectors:.0%} of each word's vector and {words:.0%} of "
                "the words; here all are read.",
                vectors=of_vectors,
                words=of_words,
            )
        )


def _passes(model: EmojiModel, masks: DropoutMasks, rate: float) -> None:
    """Draw the answers to the sentence with these masks, and without."""
    dropped, plain = (model.read(read.typed(), which) for which in (masks, None))
    if _unheard(plain.encoded):
        return
    st.text(
        _(
            "Rate {rate:g}: this pass says {dropped} {p:.1%}, inference says {plain} {q:.1%}.",
            rate=rate,
            dropped=dropped.emoji,
            p=dropped.probabilities.max(),
            plain=plain.emoji,
            q=plain.probabilities.max(),
        )
    )
    stage_component.show(
        reading_stage(
            model,
            dropped,
            ("words", "P"),
            label=_("One training pass, with dropout"),
            name=_("training pass"),
            compare=reading_stage(
                model, plain, ("words", "P"), label=_("Inference"), name=_("inference")
            ),
        ),
        key="emoji_pass_stage",
        compact=True,
    )


def _settings() -> dict[str, Any]:
    """Return the settings with which the model was trained; the shipped model's if unknown."""
    own = state.run_of(value("emoji_model"))
    return pretrained.card()["settings"] if own is None else asdict(own.run.settings)
