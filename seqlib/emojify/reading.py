"""A model with the words and emoji around it: type a sentence, see what it says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from seqlib.emojify.explain import Score, input_gradient, leave_one_out
from seqlib.emojify.weights import DropoutMasks, Embedding, EmojifyTrace, EmojifyWeights
from seqlib.i18n import N_, Later, _
from seqlib.text import (
    DEFAULT_CLASSES,
    EmojiClass,
    Encoded,
    LabelledSentences,
    encode,
    sentences_to_indices,
)
from seqlib.vectors import WordVectors

# The shared row is the mean of this many of the first vectors, in most files the commonest words.
SHARED_MEAN_OF = 10_000


class Unknown(StrEnum):
    """What a word without a vector becomes."""

    ZERO = N_("zero row")
    SHARED = N_("shared UNK row")

    @property
    def meaning(self) -> str:
        return _(_MEANINGS[self])


_MEANINGS = {
    Unknown.ZERO: N_(
        "row 0, the zeros that also stand for padding; with a mask the word is skipped"
    ),
    Unknown.SHARED: N_("one more row that all unknown words share, at first the mean vector"),
}


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Words, their rows, and the matrix: what a sentence is looked up in.

    Attributes
    ----------
    name : str
        Of the vectors.
    word_to_index : mapping of str to int, from 1
    embedding : Embedding
    unknown : Unknown
        With ``SHARED`` the last row of the embedding is that of unknown words.
    """

    name: str
    word_to_index: Mapping[str, int]
    embedding: Embedding
    unknown: Unknown = Unknown.ZERO

    @classmethod
    def of(cls, vectors: WordVectors, unknown: Unknown = Unknown.ZERO) -> Lexicon:
        """Vectors as they are; the matrix is shared, not copied."""
        changed = {}
        if unknown is Unknown.SHARED:
            changed[len(vectors.matrix)] = shared_vector(vectors)
        embedding = Embedding.of(vectors.matrix, changed)
        return cls(vectors.name, vectors.word_to_index, embedding, unknown)

    @property
    def unknown_index(self) -> int:
        return 0 if self.unknown is Unknown.ZERO else self.embedding.n_rows - 1

    def encode(self, sentence: str | Iterable[str], maxlen: int) -> Encoded:
        return encode(sentence, self.word_to_index, maxlen, self.unknown_index)

    def indices(self, sentences: Iterable[str], maxlen: int) -> np.ndarray:
        """int32 (m, maxlen)."""
        return sentences_to_indices(sentences, self.word_to_index, maxlen, self.unknown_index)


@lru_cache(maxsize=4)
def shared_vector(vectors: WordVectors) -> np.ndarray:
    """What the shared unknown row holds before training, float32 (e_length,)."""
    rows = vectors.matrix[1 : SHARED_MEAN_OF + 1]
    return np.asarray(rows, np.float32).mean(axis=0) if len(rows) else np.zeros(vectors.dim, "f4")


@dataclass(frozen=True)
class Reading:
    """What a model made of one sentence."""

    encoded: Encoded
    trace: EmojifyTrace
    classes: tuple[EmojiClass, ...]

    @property
    def probabilities(self) -> np.ndarray:
        """(n_classes,)"""
        return self.trace.output

    @property
    def label(self) -> int:
        return int(self.probabilities.argmax())

    @property
    def emoji(self) -> str:
        return self.classes[self.label].emoji

    @property
    def after_each_word(self) -> np.ndarray:
        """Probabilities after every word read, (words, n_classes)."""
        return self.trace.probabilities[: len(self.encoded.words)]


@dataclass(frozen=True, eq=False)
class EmojiModel:
    """``Emojify_V2`` ready to read text.

    Attributes
    ----------
    lexicon : Lexicon
        Its embedding is also that of the weights.
    weights : EmojifyWeights
    classes : tuple of EmojiClass
    maxlen : int
        In words.
    notes : tuple of Later
        What a reader should know of where it comes from, one sentence each.
    """

    lexicon: Lexicon
    weights: EmojifyWeights
    classes: tuple[EmojiClass, ...] = DEFAULT_CLASSES
    maxlen: int = 10
    notes: tuple[Later, ...] = field(default=())

    def __post_init__(self) -> None:
        if len(self.classes) != self.weights.n_classes:
            raise ValueError(
                _(
                    "The model has {outputs} outputs and there are {classes} classes; give one "
                    "class for each output.",
                    outputs=self.weights.n_classes,
                    classes=len(self.classes),
                )
            )

    def with_weights(self, weights: EmojifyWeights) -> EmojiModel:
        """The same words and classes with weights as they are after more training."""
        lexicon = replace(self.lexicon, embedding=weights.embedding)
        return replace(self, lexicon=lexicon, weights=weights)

    def encode(self, sentence: str | Iterable[str]) -> Encoded:
        return self.lexicon.encode(sentence, self.maxlen)

    def read(self, sentence: str | Iterable[str], dropout: DropoutMasks | None = None) -> Reading:
        """Read one sentence, in text or already in words; every gate is kept."""
        encoded = self.encode(sentence)
        return Reading(encoded, self.weights.trace(encoded.indices, dropout), self.classes)

    def predict(self, sentences: Iterable[str]) -> np.ndarray:
        """Probabilities, (m, n_classes)."""
        return self.weights.probabilities(self.lexicon.indices(sentences, self.maxlen))


class Judgement(NamedTuple):
    """How a model does on labelled sentences.

    Attributes
    ----------
    probabilities : array (m, n_classes)
    accuracy : float
        Share of sentences whose first choice is right, 0 to 1.
    negated_accuracy : float
        The same among sentences with a negation; NaN if there are none.
    loss : float
        Mean cross-entropy, in nats.
    confusion : int array (n_classes, n_classes)
        Row: the true class; column: the choice.
    """

    probabilities: np.ndarray
    accuracy: float
    negated_accuracy: float
    loss: float
    confusion: np.ndarray


def judge(model, labelled: LabelledSentences) -> Judgement:
    """``model`` is anything with ``predict(sentences) -> (m, n_classes)``."""
    p = model.predict(labelled.sentences)
    right = p.argmax(axis=1) == labelled.labels
    negated = right[labelled.negated]
    true = p[np.arange(len(p)), labelled.labels]
    confusion = np.zeros((p.shape[1], p.shape[1]), int)
    np.add.at(confusion, (labelled.labels, p.argmax(axis=1)), 1)
    return Judgement(
        p,
        float(right.mean()) if len(right) else float("nan"),
        float(negated.mean()) if len(negated) else float("nan"),
        float(-np.log(np.maximum(true, 1e-12)).mean()) if len(p) else float("nan"),
        confusion,
    )


@dataclass(frozen=True)
class Mistake:
    """A sentence the model got wrong, and the words that tipped the balance.

    Attributes
    ----------
    place : int
        In the labelled sentences.
    sentence : str
    true, chosen : int
        Classes.
    confidence : float
        Probability of the choice.
    words : tuple of str
        Those read.
    by_gradient, by_leaving_out : array (words,)
        How much each word puts the choice ahead of the true class, in nats: gradient times
        embedding, and the fall when the word is left out.
    """

    place: int
    sentence: str
    true: int
    chosen: int
    confidence: float
    words: tuple[str, ...]
    by_gradient: np.ndarray
    by_leaving_out: np.ndarray

    @property
    def tipped_by_gradient(self) -> str:
        return self.words[int(self.by_gradient.argmax())] if self.words else ""

    @property
    def tipped_by_leaving_out(self) -> str:
        return self.words[int(self.by_leaving_out.argmax())] if self.words else ""


def mistakes(
    model: EmojiModel, labelled: LabelledSentences, limit: int = 200
) -> tuple[Mistake, ...]:
    """The sentences that the model gets wrong, surest first, at most ``limit``."""
    p = model.predict(labelled.sentences)
    chosen = p.argmax(axis=1)
    wrong = np.flatnonzero(chosen != labelled.labels)
    wrong = wrong[np.argsort(-p[wrong].max(axis=1), kind="stable")][:limit]
    return tuple(_mistake(model, labelled, int(place), p[place]) for place in wrong)


def _mistake(model: EmojiModel, labelled: LabelledSentences, place: int, p: np.ndarray) -> Mistake:
    true, chosen = int(labelled.labels[place]), int(p.argmax())
    score = Score(chosen, against=true)
    encoded = model.encode(labelled.sentences[place])
    n = len(encoded.words)
    trace = model.weights.trace(encoded.indices)
    return Mistake(
        place,
        labelled.sentences[place],
        true,
        chosen,
        float(p[chosen]),
        encoded.words,
        input_gradient(model.weights, trace, score).signed[:n],
        leave_one_out(model.weights, encoded.indices, n, score),
    )


def shuffled(words: Sequence[str], seed: int) -> tuple[str, ...]:
    """The words in another order, for V1 to ignore and V2 to notice."""
    return tuple(words[at] for at in np.random.default_rng(seed).permutation(len(words)))
