"""Draw the sentence box, a model's answer, and the words with their rows."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal

import numpy as np
import streamlit as st

from seqlib.emojify import Emojify_V1, EmojiModel, Reading, Unknown, sure
from seqlib.i18n import N_, _
from seqlib.stage import Ask
from seqlib.text import EmojiClass, Encoded, tokenise
from seqlib.text.edits import LEFT_OUT, NEGATED, SWAPPED, changed
from seqlib.text.emoji import word_of
from ui.emojify import state
from ui.emojify.stage import PAD, asked
from ui.frame import language
from ui.parts import escape as chips
from ui.state import TABLE, options, value, widget

FIRST, SECOND = (TABLE[key].default for key in ("say", "say_b"))
EXAMPLES = (
    FIRST,
    SECOND,
    "She does not love me anymore",
    "I am not sad, I am happy",
    "I am not happy, I am sad",
    "Shall we play ball after lunch?",
    "There is nothing left in the fridge",
    "我不开心",
    "今晚一起吃火锅吧",
)
CHANGES = {
    LEFT_OUT: N_("Leave it out"),
    NEGATED: N_("Negate it"),
    SWAPPED: N_("Swap it with the next"),
}
NOTHING, OTHER, SHUFFLED, PADDING, MODEL = options("emoji_against")

# The table of words scrolls sideways on a phone. Colours are those of the theme's text.
CSS = """<style>
.words { overflow-x: auto; margin: 0.2rem 0; }
.words table { border-collapse: separate; border-spacing: 0.35rem 0.15rem; margin-left: -0.35rem; }
.words th { text-align: left; font-weight: 400; padding-right: 0.5rem; white-space: nowrap;
  position: sticky; left: 0; background: var(--st-background-color, transparent); }
.words td { text-align: center; min-width: 3.2rem; padding: 0.3rem 0.6rem; white-space: nowrap; }
.words tr.word td { font-size: 1.15rem; font-weight: 600; border: 1px solid
  color-mix(in srgb, currentColor 30%, transparent); border-radius: 0.4rem; }
.words tr.word td.unknown { border: 2px dashed currentColor; font-style: italic; }
.words tr.word td.pad { border-style: dotted; font-weight: 400; }
.words tr.word td.cut { border: 0; text-decoration: line-through; font-weight: 400; }
.words tr.row td { font-variant-numeric: tabular-nums; padding-top: 0; }
/* One row, whose height sections are landed below. */
.verdict { display: flex; gap: 1.2rem; align-items: center; }
.verdict div { display: flex; align-items: center; gap: 0.6rem; }
.verdict .main { flex: none; }
.verdict .mark { font-size: 2.2rem; line-height: 1.1; white-space: nowrap; }
.verdict .also { font-size: 0.85rem; min-width: 0; }
.verdict .also .mark { font-size: 1.6rem; }
.verdict p { margin: 0; line-height: 1.3; }
/* The box and the answer stay above all that follows the sentence, where there is room. */
:has(> .st-key-typing) {
  padding: 0.2rem 0; background: Canvas; background: light-dark(#ffffff, #10141b);
}
.st-key-typing > * { align-items: center; }
.st-key-reading > * { order: 0 !important; } /* whichever of its sections has the picture */
@media (min-height: 451px) {
  :has(> .st-key-typing) { position: sticky; top: var(--bars); z-index: 98; }
  .st-key-reading { --stage-top: calc(var(--bars) + 3.4rem); }
  .st-key-reading :is(h2, h3)[id] { scroll-margin-top: calc(var(--bars) + 3.9rem); }
}
@media (max-width: 640px) {
  .st-key-typing [data-testid="stHorizontalBlock"] { gap: 0.2rem; }
  .verdict .also { display: none; }
}
@media (max-width: 640px) and (min-height: 451px) {
  .st-key-reading { --stage-top: calc(var(--bars) + 6rem); }
  .st-key-reading :is(h2, h3)[id] { scroll-margin-top: calc(var(--bars) + 6.5rem); }
}
</style>"""


def box(
    key: str = "say",
    label: str = N_("Your sentence"),
    label_visibility: Literal["visible", "collapsed"] = "visible",
) -> str:
    """Draw the text box, which updates the page while the reader types; return the text."""
    most = widget(key)["max_chars"]
    return (
        st.text_input(
            _(label),
            live="300ms",
            placeholder=_("Type a sentence"),
            help=_(
                "Read as you type, with no need for Enter. At most {most} characters are kept.",
                most=most,
            ),
            label_visibility=label_visibility,
            **widget(key),
        )
        or ""
    )


def examples() -> None:
    """Draw buttons of example sentences."""

    def take() -> None:
        if example := st.session_state.get("emoji_example"):
            st.session_state["say"] = example
            st.session_state["emoji_example"] = None

    st.pills(
        _("or try"),
        on_change=take,
        help=_("Puts the sentence into the box."),
        **widget("emoji_example", options=EXAMPLES),
    )


def changes(words: Sequence[str]) -> None:
    """Draw the words as buttons, and for the one pressed what can be done to it.

    The sentence as it was is then read beside the new one.
    """

    def change(how: str) -> None:
        before, place = value("say"), st.session_state["emoji_word"]
        new = changed(before, place, how)
        if TABLE["say"].takes(new):
            st.session_state.update(say=new, say_b=before, emoji_against=OTHER)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.pills(
            _("change a word"),
            format_func=words.__getitem__,
            help=_("Press a word: leave it out, negate it or move it, and see the difference."),
            width="content",
            **widget("emoji_word", options=range(len(words))),
        )
        place = st.session_state["emoji_word"]
        if place is None:
            return
        for how, text in CHANGES.items():
            st.button(
                _(text),
                key=f"emoji_word:{how}",
                on_click=change,
                args=(how,),
                disabled=how == SWAPPED and place == len(words) - 1,
            )


def controls() -> None:
    """Draw the choice of model, of its padding, and of the comparison."""
    one, two, three = st.columns(3)
    language.choice(
        one.selectbox,
        _("read by"),
        "emoji_model",
        options=state.reader_names(),
        format_func=state.title,
        help=_(
            "The shipped model, one you have trained or opened here, or one with random "
            "weights. “best” is the epoch with the best test accuracy."
        ),
    )
    language.choice(
        two.selectbox,
        _("padding after the last word"),
        "emoji_padding",
        help=_(
            "Skipped: a mask carries the state past row 0. Read as zeros: the LSTM goes on "
            "reading words of zeros up to maxlen."
        ),
    )
    language.choice(
        three.selectbox,
        _("compared with"),
        "emoji_against",
        help=_("A second reading on the same clock: see either, both, or the difference."),
    )
    against = value("emoji_against")
    if against == OTHER:
        box("say_b", N_("The other sentence"))
    elif against == MODEL:
        language.choice(
            st.selectbox,
            _("the other model"),
            "emoji_model_b",
            options=state.reader_names(),
            format_func=state.title,
            help=_("It reads the same sentence."),
        )


def verdict(reading: Reading, v1: Emojify_V1 | None, sentence: str, asks: Ask | None) -> None:
    """Draw the answer and that of V1; nothing is claimed where no word is known.

    ``asks`` is what the stage may ask before it is shown.
    """
    if not reading.heard:
        told = _("no word of this is known, so there is no answer")
        st.html(
            '<div class="verdict"><div class="main"><span class="mark" aria-hidden="true">–</span>'
            f"<p><b>{escape(told)}</b></p></div></div>"
        )
        return
    parts = [_answer("V2", reading.classes, reading.probabilities, "main")]
    if v1 is not None:
        p = v1.predict([tokenise(sentence)[: len(reading.encoded.words)]])[0]
        parts.append(_answer(_("V1, averaged words"), reading.classes, p, "also"))
    of = f' data-of="{asks.about}"' if asks else ""
    st.html(f'<div class="verdict"{of}>{"".join(parts)}</div>')


def _answer(who: str, classes: Sequence[EmojiClass], p: np.ndarray, kind: str) -> str:
    """Write the best class, or the two best with "not sure" where they are near."""
    shown = np.argsort(-p)[: 1 if sure(p) else 2].tolist()
    mark = "".join(escape(classes[place].emoji) for place in shown)
    said = [f"<b>{escape(classes[place].title)}</b> · {p[place]:.1%}" for place in shown]
    if len(shown) > 1:
        said = [_("not sure: {best}", best=said[0]), said[1]]
    listed = _(", ").join(said)
    return (
        f'<div class="{kind}"><span class="mark" aria-hidden="true">{mark}</span>'
        f"<p>{listed}<br>{escape(who)}</p></div>"
    )


def words(reading: Reading, stage: str, beside: tuple[str, ...] = ()) -> None:
    """Draw every step of the sentence: word, answer so far, row number, padding, words cut.

    ``stage`` is the key of the stage that may ask for the answers first; ``beside`` are the
    English words next to the rows of Chinese words.
    """
    encoded = reading.encoded
    read = encoded.words, encoded.known
    steps = [
        *((word, "" if known else "unknown") for word, known in zip(*read, strict=True)),
        *[(PAD, "pad")] * (len(encoded.indices) - len(encoded.words)),
        *((word, "cut") for word in encoded.cut),
    ]
    cells = "".join(f'<td class="{mark}">{escape(word)}</td>' for word, mark in steps)
    rows = [f"{index:,}" for index in encoded.indices.tolist()]
    rows += [escape(_("not read"))] * len(encoded.cut)
    numbers = "".join(f"<td>{row}</td>" for row in rows)
    near = "".join(f"<td>{escape(each)}</td>" for each in beside)
    table = [
        ("word", _("word"), cells),
        ("row", _("answer so far"), _so_far(reading, stage) if reading.heard else ""),
        ("row", _("row of E"), numbers),
        ("row", _("lies next to"), near if any(beside) else ""),
    ]
    drawn = "".join(
        f'<tr class="{kind}"><th scope="row">{escape(head)}</th>{of_each}</tr>'
        for kind, head, of_each in table
        if of_each
    )
    label = escape(_("The words and their rows"))
    st.html(
        f'<div class="words" tabindex="0" role="region" aria-label="{label}">'
        f"<table>{drawn}</table></div>"
    )


def _so_far(reading: Reading, stage: str) -> str:
    """Write cells: what the answer would be after each word; ``stage`` may cover them."""
    asks = asked(reading)
    about = asks.about if asks else ""
    cells = []
    for p in reading.trace.probabilities[: len(reading.encoded.words)]:
        best = int(p.argmax())
        one = reading.classes[best]
        cells.append(
            f'<td><div class="st-key-tells_{stage}_so_far"><div data-of="{about}" '
            f'title="{escape(one.title)}">{escape(one.emoji)} {p[best]:.0%}</div></div></td>'
        )
    return "".join(cells)


def remarks(encoded: Encoded, unknown: Unknown) -> None:
    """Draw the unknown and cut words, with ``st.text`` because the words are the reader's."""
    if not encoded.words:
        st.info(_("There is no word to read yet; type one."), icon=":material/keyboard:")
    if encoded.unknown:
        st.text(
            _(
                "Unknown, shown dashed: {words}. Treatment: {treatment}, that is {meaning}.",
                words=[*dict.fromkeys(encoded.unknown)],
                treatment=_(unknown.value),
                meaning=unknown.meaning,
            )
        )
    read_as = {
        word: word_of(word)
        for word, known in zip(encoded.words, encoded.known, strict=True)
        if known and word_of(word)
    }
    if read_as:
        st.text(
            _(
                "Emoji are read by the row of a word: {words}.",
                words=[f"{emoji} {word}" for emoji, word in read_as.items()],
            )
        )
    if encoded.cut:
        st.text(
            _(
                "Cut: the model reads maxlen = {maxlen} words, so “{words}” is not read.",
                maxlen=len(encoded.indices),
                words=" ".join(encoded.cut),
            )
        )


def shapes(reading: Reading) -> None:
    """Draw the shape of every array of the forward pass."""
    trace = reading.trace
    steps = [
        chips.shape("indices", trace.indices.shape, ("Tx",)),
        chips.shape(_("embeddings"), trace.embeddings.shape, ("Tx", "e_length")),
        chips.shape("LSTM 1", trace.lstm_1.h.shape, ("Tx", "n_a")),
        chips.shape("dropout", trace.lstm_2.x.shape, ("Tx", "n_a")),
        chips.shape(_("LSTM 2, last state"), trace.lstm_2.h[-1].shape, ("n_a",)),
        chips.shape("softmax", trace.output.shape, (_("classes"),)),
    ]
    st.markdown(" → ".join(steps))


def parameters(model: EmojiModel) -> None:
    """Draw the number of weights of the layers and of the embedding."""
    weights, embedding = model.weights, model.weights.embedding
    layers = [
        f"{name} {sum(array.size for array in arrays):,}"
        for name, arrays in (
            ("LSTM 1", weights.arrays[:3]),
            ("LSTM 2", weights.arrays[3:6]),
            ("softmax", weights.arrays[6:]),
        )
    ]
    shape = (embedding.n_rows - embedding.n_made, embedding.e_length)
    st.markdown(
        _(
            "**{n:,}** parameters in the layers ({layers}), beside {E}.",
            n=weights.n_parameters,
            layers=layers,
            E=chips.shape("E", shape, ("vocab_len", "e_length")),
        )
    )
