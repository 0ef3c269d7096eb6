"""Read one sentence with the chosen model, and show its answer, its words and the stage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import streamlit as st

from seqlib import i18n
from seqlib.emojify import Embedding, EmojifyWeights, EmojiModel, Reading, shuffled
from seqlib.emojify.follow import groups
from seqlib.emojify.models import Comparison, compare
from seqlib.i18n import N_, _, capital
from seqlib.lstm.following import Group
from seqlib.shapes.arithmetic import as_text
from seqlib.stage import Stage
from seqlib.text import LabelledSentences
from seqlib.text.default import shipped_test
from seqlib.training import keras_room
from seqlib.vectors import load as load_vectors
from ui.emojify import sentence, state
from ui.emojify.stage import DEFAULT, LANES, asked, reading_stage
from ui.frame import frame, language
from ui.lessons.pages import lesson
from ui.parts import charts, escape, keras
from ui.parts import stage as stage_component
from ui.parts.asking import telling
from ui.parts.remembered import remembered
from ui.parts.vectors import usable
from ui.state import value

NO_WORDS = N_("no words")
STAGE = "emoji_stage"  # its key


@dataclass(frozen=True, eq=False)
class Scene:
    """A reading, its model, and its name."""

    name: str
    model: EmojiModel
    reading: Reading


def typed() -> str:
    """Return the sentence in the box."""
    return value("say") or ""


def scene() -> Scene:
    """Read the sentence with the chosen model."""
    found = state.chosen()
    return Scene(typed() or _(NO_WORDS), found.model, found.model.read(typed()))


def other() -> Scene | None:
    """Return the reading to compare with, if one is chosen."""
    found, text = state.chosen(), typed()
    how = value("emoji_against")
    if how == sentence.OTHER:
        text = value("say_b") or ""
        return Scene(text or _(NO_WORDS), found.model, found.model.read(text))
    if how == sentence.SHUFFLED:
        words = shuffled(found.model.encode(text).words, shuffle_seed())
        return Scene(" ".join(words) or _(NO_WORDS), found.model, found.model.read(words))
    if how == sentence.PADDING:
        turned = state.READ if found.model.weights.mask else state.SKIP
        model = state.padded(found, turned).model
        return Scene(_(state.PADDED[turned]), model, model.read(text))
    if how == sentence.MODEL:
        second = state.reader(value("emoji_model_b"))
        return Scene(second.title, second.model, second.model.read(text))
    return None


def shuffle_seed() -> int:
    return int(value("shuffle"))


@contextmanager
def typing() -> Iterator[None]:
    """Draw the box and the emoji, which stay in sight while what follows is looked at.

    Inside, the choice of the model is drawn: the emoji come after it, so that they are those of
    the model that a link or a visit asks for.
    """
    with st.container(key="typing"):
        left, right = st.columns(2, gap="medium", vertical_alignment="center")
    with left:
        sentence.box(label_visibility="collapsed")
    yield
    found, here = state.chosen(), scene()
    with right, telling(STAGE, "verdict"):
        sentence.verdict(here.reading, found.v1, typed(), asked(here.reading))


def words() -> None:
    """Draw the words with their rows, what can be done to each, and the shapes of all arrays."""
    found, here = state.chosen(), scene()
    beside = _english_beside(here)
    with frame.picture():
        sentence.words(here.reading, STAGE, beside)
    sentence.remarks(here.reading.encoded, found.model.lexicon.unknown)
    if here.reading.encoded.words:
        sentence.changes(here.reading.encoded.words)
    if any(beside):
        st.caption(lesson("emojify")["chinese"])
    sentence.shapes(here.reading)
    sentence.parameters(found.model)
    _still_training()
    for note in found.model.notes:
        st.caption(f":material/info: {escape.plain(str(note))}")


def _still_training() -> None:
    """Say that a training model is shown as it was when the page was last drawn."""
    kept = state.run_of(value("emoji_model"))
    if kept is not None and not kept.run.state.over:
        st.caption(
            ":material/info: "
            + _(
                "{name} is not over: here it is read after {n} epochs, under Train it moves.",
                name=capital(kept.title),
                n=kept.run.epoch,
            )
        )


def stage() -> None:
    """Draw the stage of both layers, with the second reading if one is chosen."""
    with frame.controls("lanes"):
        lanes = language.choice(
            st.pills,
            _("lanes"),
            "emoji_lanes",
            options=list(LANES),
            format_func=lambda lane: _(LANES[lane]),
            help=_("What the stage shows. [1] and [2] are the first and the second LSTM."),
        )
    chosen = tuple(name for name in LANES if name in (lanes or ())) or DEFAULT
    here, there = scene(), other()
    stage_component.show(
        _stage(here, chosen, named=_name(here, there), beside=there),
        key=STAGE,
    )
    if there is not None:
        with telling(STAGE, "difference"):
            _difference(here, there)


def _name(here: Scene, there: Scene | None) -> str:
    """Name the difference between the first reading and the second."""
    how = value("emoji_against")
    if there is not None and how == sentence.PADDING:
        return _(state.PADDED[state.SKIP if here.model.weights.mask else state.READ])
    if there is not None and how == sentence.MODEL:
        return state.chosen().title
    return here.name


def _stage(
    shown: Scene, lanes: tuple[str, ...], *, named: str, beside: Scene | None = None
) -> Stage:
    return reading_stage(
        shown.model,
        shown.reading,
        lanes,
        label=_("“{sentence}”, read word by word", sentence=typed()),
        name=named,
        compare=_stage(beside, lanes, named=beside.name) if beside else None,
        beside=_english_beside(shown),
        groups=_groups(shown.model),
        asks=True,
    )


def _groups(model: EmojiModel) -> tuple[tuple[Group, ...], ...]:
    """Group both layers' units over test sentences of the model's classes, if there are any."""
    for read in (shipped_test, state.test):
        if (labelled := read()).classes == model.classes and len(labelled) > 1:
            about = ("follow", labelled, i18n.language())
            return remembered(model.weights, about, partial(groups, model, labelled))
    return ()


def _english_beside(shown: Scene) -> tuple[str, ...]:
    """Name the English words next to the row of each Chinese word read; "" for other words."""
    name = shown.model.lexicon.name
    vectors = next((one for one in (usable(), load_vectors()) if one.name == name), None)
    if vectors is None:
        return ()
    return tuple(" ".join(vectors.beside(word)) for word in shown.reading.encoded.words)


def _difference(here: Scene, there: Scene) -> None:
    """Draw each reading's answer, with ``st.text`` because the words are the reader's."""
    for one, name in ((here, _name(here, there)), (there, there.name)):
        p = one.reading.probabilities.max()
        st.text(f"{one.reading.emoji}  {p:.1%}  {name}")


def check() -> None:
    """Draw the button that compares the outputs with those of Keras, and what comes of it."""
    chosen, test = state.chosen(), state.test()
    about = (chosen.name, chosen.padding, state.opened(), test.sentences)
    keras.offer(
        "emoji",
        about,
        lambda: keras_room.ask(compare, *_of_these(chosen.model, test)),
        lambda found: _comparison(found, len(test)),
        _("Check with Keras"),
        state.reader(chosen.name).model.weights,
        key="emoji_check",
        icon=":material/fact_check:",
        help=_(
            "Builds Emojify_V2 in Keras with these weights and compares its outputs on all test "
            "sentences with what this page computes. Loads TensorFlow if nobody has yet."
        ),
    )


def _of_these(model: EmojiModel, test: LabelledSentences) -> tuple[EmojifyWeights, np.ndarray]:
    """Return the weights with only the rows of the words in some sentences, and those there."""
    indices = model.lexicon.indices(test.sentences, model.maxlen)  # (m, maxlen)
    rows = np.union1d(indices, [0])
    few = Embedding.of(model.weights.embedding[rows])
    places = np.searchsorted(rows, indices).astype(np.int32)
    return replace(model.weights, embedding=few), places


def _comparison(found: Comparison, n: int) -> None:
    st.markdown(
        _(
            "`{name}` on {n:,} test sentences: largest difference of a probability "
            "**{largest:.1e}**.",
            name="Emojify_V2",
            n=n,
            largest=found.largest,
        )
    )
    names, shapes, parameters = zip(*found.layers, strict=True)
    charts.table(
        {
            _("layer"): names,
            _("output"): [as_text(shape) for shape in shapes],
            _("parameters"): parameters,
        },
        key="emoji_layers",
        alt=_("The layers of the Keras model with their output shapes and parameters."),
    )
    st.caption(_("This copy's embedding holds only the rows of the words in these sentences."))
