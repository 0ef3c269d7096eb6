"""Read what is chosen on the cell page: a model, and the solo it writes."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from seqlib.i18n import _
from seqlib.jazz import JazzWeights, pretrained
from seqlib.jazz.corpus import default_corpus
from seqlib.jazz.sampling import Sample, sample
from seqlib.lstm.others import KINDS
from seqlib.music import Melody
from ui.frame import language
from ui.jazz import state as jazz
from ui.state import widget

TY, TEMPERATURE = 48, 0.8
OWN = "my training"


@dataclass(frozen=True, eq=False)
class Scene:
    """A model, the solo it wrote, and the seed that drew it."""

    name: str
    weights: JazzWeights
    sample: Sample
    seed: int

    @property
    def Tx(self) -> int:
        return len(self.sample.indices)

    def melody(self, made: Sample | None = None) -> Melody:
        """Decode the solo, or another sample of this model, into a melody."""
        corpus = default_corpus()
        indices = (made or self.sample).indices
        return Melody(corpus.vocabulary.decode(indices), corpus.melodies[0].tempo, self.name)


def _own() -> JazzWeights | None:
    """Return the LSTM that this visit trained on the default corpus' vocabulary, if any."""
    run = jazz.runs().get(default_corpus().vocabulary)
    if run is None or run.settings.cell != KINDS[0]:
        return None
    return run.snapshot().weights


def choose() -> Scene:
    """Draw the choice of the model and of its solo's seed."""
    names = list(reversed(pretrained.STAGES))
    own = _own()
    if own is not None:
        names.append(OWN)
    left, right = st.columns([2, 1])
    name = language.choice(
        left.selectbox,
        _("jazz model"),
        "cell_model",
        options=names,
        help=_("Which jazz weights: shipped ones, or what you trained on the Jazz page."),
    )
    seed = right.number_input(_("seed"), help=_("Same seed, same solo."), **widget("cell_seed"))
    weights = own if own is not None and name == OWN else jazz.shipped(name)
    return Scene(name, weights, _solo(weights, int(seed)), int(seed))


def _solo(weights: JazzWeights, seed: int) -> Sample:
    return sample(weights, TY, temperature=TEMPERATURE, seed=seed)
