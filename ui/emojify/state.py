"""Read what this visit has chosen on the emojify page: sentences, models, runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from seqlib import vectors as word_vectors
from seqlib.emojify import (
    Emojify_V1,
    EmojifyRun,
    EmojifyWeights,
    EmojiModel,
    Judgement,
    Lexicon,
    judge,
    pretrained,
)
from seqlib.i18n import N_, _
from seqlib.text import DataSet, LabelledSentences, shipped
from seqlib.text.default import shipped_test
from seqlib.vectors import WordVectors
from ui.frame import choices
from ui.parts.remembered import Owner, remembered
from ui.state import options, value
from ui.visit import session
from ui.visit.format import same
from ui.visit.records import BEST, LAST, EmojiRecord, title

OURS, FEW, MINE = options("emoji_data")
_ours = Owner()  # of what is worked out of our sentences, models and vectors alone
FEW_ROWS = 132  # as many as the exercise trains on

SHIPPED, UNTRAINED, FILE = N_("shipped"), N_("untrained"), N_("my file")
KEPT_RUNS = 8  # a run keeps its weights twice, 4 MB, and its curves
LEAST_RUNS = 2  # however full the server is: one beside another

AS_TRAINED, SKIP, READ = options("emoji_padding")
PADDED = {SKIP: N_("padding skipped"), READ: N_("padding read as zeros")}


@dataclass(frozen=True, eq=False)
class Reader:
    """A model with its name, and a V1 of the same sentences if there is one.

    ``padding`` is how padding is treated where it is not as trained.
    """

    name: str
    model: EmojiModel
    v1: Emojify_V1 | None
    padding: str = AS_TRAINED

    @property
    def title(self) -> str:
        """The name on the page."""
        name = title(self.name)
        if self.padding == AS_TRAINED:
            return name
        return _("{name}, {padding}", name=name, padding=_(PADDED[self.padding]))


# The sentences.


@st.cache_resource(show_spinner=False)
def _few() -> DataSet:
    ours = shipped()
    return DataSet(ours.train.covering(FEW_ROWS), ours.test)


def my_data() -> DataSet | None:
    """Return the sentences that this visit has uploaded or edited, if any."""
    return st.session_state.get("emoji_mine")


def data_name() -> str:
    choice = value("emoji_data")
    return OURS if choice == MINE and my_data() is None else choice


def data() -> DataSet:
    """Return the chosen sentences; ours until the reader has some."""
    name, mine = data_name(), my_data()
    if name == MINE and mine is not None:
        return mine
    return _few() if name == FEW else shipped()


def test() -> LabelledSentences:
    """Return the chosen test sentences; the training ones take a third of a second to read."""
    return data().test.sample if data_name() == MINE else shipped_test()


# The models.


@st.cache_resource(show_spinner=False)
def _shipped() -> Reader:
    return Reader(SHIPPED, *pretrained.load(word_vectors.load()))


@st.cache_resource(show_spinner=False)
def _untrained() -> Reader:
    ours = _shipped()
    theirs = ours.model.weights
    embedding = Lexicon.of(word_vectors.load()).embedding
    weights = EmojifyWeights.initial(embedding, units=theirs.n_a, mask=theirs.mask)
    return Reader(UNTRAINED, replace(ours.model, weights=weights), ours.v1)


def runs() -> list[EmojiRecord]:
    """Return this visit's runs, the oldest first."""
    return st.session_state.setdefault("emoji_runs", [])


def keep(run: EmojifyRun, looked_up_in: WordVectors) -> EmojiRecord:
    """Keep a run and choose its model; the oldest run is dropped if there are too many.

    A class may have so many together that a file would find no room; then a reader is told.
    """
    number = st.session_state["emoji_run_number"] = st.session_state.get("emoji_run_number", 0) + 1
    kept = EmojiRecord(number, run, data_name(), looked_up_in)
    mine = [*runs(), kept][-KEPT_RUNS:]
    visits = session.visits
    if len(mine) > LEAST_RUNS and not visits.room(visits.most_held // 4):
        st.toast(
            _(
                "All readers' work fills the server, so run {n} was put away for this one. “My "
                "work” saves what you want to keep.",
                n=mine.pop(0).number,
            ),
            icon=":material/inventory_2:",
            duration="infinite",
        )
    st.session_state["emoji_runs"] = mine
    choices.choose("emoji_model", f"{kept.name} {LAST}")
    return kept


def engine_runs() -> list[EmojifyRun]:
    """Return the runs on the same sentences and vectors as the latest, the latest last."""
    if (last := latest()) is None:
        return []
    data = DataSet(last.run.train, last.run.test)
    return [
        one.run
        for one in runs()
        if one.vectors is last.vectors and same(DataSet(one.run.train, one.run.test), data)
    ]


def forget_runs() -> None:
    """Stop and drop all runs, and choose the shipped model."""
    for kept in runs():
        kept.run.stop()
    st.session_state["emoji_runs"] = []
    st.session_state.pop("emoji_model", None)


def latest() -> EmojiRecord | None:
    return runs()[-1] if runs() else None


def run_of(name: str) -> EmojiRecord | None:
    """Return the run of this visit that trained the model of that name, if one did."""
    return next((kept for kept in runs() if name.startswith(f"{kept.name} ")), None)


def opened() -> EmojiModel | None:
    """Return the model of the file that this visit has opened, if any."""
    return st.session_state.get("emoji_file_model")


def reader_names() -> list[str]:
    """List the names of all models, those of the newest runs first."""
    own = [f"{kept.name} {which}" for kept in reversed(runs()) for which in (LAST, BEST)]
    return [SHIPPED, *own, *([FILE] if opened() else []), UNTRAINED]


def reader(name: str) -> Reader:
    """Return the model of a name of ``reader_names``."""
    if name == UNTRAINED:
        return _untrained()
    if name == FILE and (file := opened()) is not None:
        return Reader(FILE, file, _v1_for(file))
    if (kept := run_of(name)) is not None:
        run = kept.run
        model = (run.best() if name.endswith(BEST) else run.snapshot()).model
        return Reader(name, model, v1_of(run.train, run.lexicon))
    return _shipped()


def chosen() -> Reader:
    """Return the chosen model, with the chosen treatment of padding."""
    found = reader(value("emoji_model"))
    return padded(found, value("emoji_padding"))


def padded(found: Reader, how: str) -> Reader:
    """Return a model with the same weights that skips or reads padding."""
    mask = found.model.weights.mask if how == AS_TRAINED else how == SKIP
    if mask == found.model.weights.mask:
        return found
    weights = found.model.weights
    changed = worked_out(
        f"padding {how}",
        (weights,),
        lambda: replace(found.model, weights=replace(weights, mask=mask)),
    )
    return Reader(found.name, changed, found.v1, how)


def _v1_for(model: EmojiModel) -> Emojify_V1 | None:
    """Return V1 trained on the chosen sentences, if they have the model's classes."""
    train = data().train
    return v1_of(train, model.lexicon) if train.classes == model.classes else None


def v1_of(train: LabelledSentences, lexicon: Lexicon) -> Emojify_V1:
    """Return V1 trained on these sentences, trained once in a visit and gone with it."""
    ours = _shipped().v1
    if ours is not None and train is shipped().train and _alike(lexicon, ours.lexicon):
        return ours
    return worked_out("v1", (train, lexicon), lambda: Emojify_V1.fit(train.sample, lexicon))


def _alike(one: Lexicon, other: Lexicon) -> bool:
    """Tell whether two lexicons read every word alike."""
    return one.word_to_index is other.word_to_index and one.unknown is other.unknown


def judged(model: EmojiModel, test: LabelledSentences) -> Judgement:
    """Judge a model on test sentences, once for its errors and its card."""
    return worked_out("judged", (model.weights, test), lambda: judge(model, test))


def worked_out(name: str, of: tuple[Any, ...], make: Callable[[], Any]) -> Any:
    """Return ``make()``, once for this visit and what it is made of; of ours once for all visits.

    What is ours alone is worked out in a second, and every visit opens with it.
    """
    reader = _shipped()
    ours = (*shipped(), word_vectors.load(), reader.model.weights, reader.v1)
    if all(any(one is each for each in ours) for one in of):
        return remembered(_ours, (name, *of), make)
    owner = st.session_state.setdefault("emoji_remembered", Owner())
    return remembered(owner, (name, *of), make, most=8)
