"""Read sentences with an emoji model: its words, its classes, its answers and its mistakes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain
from typing import NamedTuple, Protocol

import numpy as np

from seqlib.emojify.explain import Score, input_gradient, leave_one_out
from seqlib.emojify.weights import DropoutMasks, Embedding, EmojifyTrace, EmojifyWeights
from seqlib.i18n import N_, InputError, Later, _
from seqlib.text import (
    DEFAULT_CLASSES,
    EmojiClass,
    Encoded,
    LabelledSentences,
    encode,
    sentences_to_indices,
)
from seqlib.vectors import WordVectors

# Where the two best probabilities are nearer than this, the model is not sure.
CLOSE = 0.2


class Unknown(StrEnum):
    """The row that a word without a vector gets."""

    ZERO = N_("zero row")
    SHARED = N_("shared UNK row")

    @property
    def meaning(self) -> str:
        """The sentence that explains it, in the reader's language."""
        return _(_MEANINGS[self])


_MEANINGS = {
    Unknown.ZERO: N_(
        "row 0, the zeros that also stand for padding; with a mask the word is skipped"
    ),
    Unknown.SHARED: N_("one more row that all unknown words share, at first the mean vector"),
}


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Words and their rows in an embedding, with which sentences are encoded.

    Attributes
    ----------
    name : str
        Name of the word vectors.
    word_to_index : mapping of str to int, from 1
    unknown : Unknown
        With ``SHARED`` the last row of the embedding is the row of unknown words.
    """

    name: str
    word_to_index: Mapping[str, int]
    embedding: Embedding
    unknown: Unknown = Unknown.ZERO

    @classmethod
    def of(cls, vectors: WordVectors, unknown: Unknown = Unknown.ZERO) -> Lexicon:
        """Make a lexicon of word vectors; their matrix is shared, not copied."""
        changed = {}
        if unknown is Unknown.SHARED:
            changed[len(vectors.table)] = vectors.mean
        embedding = Embedding.of(vectors.table, changed)
        return cls(vectors.name, vectors.word_to_index, embedding, unknown)

    @property
    def unknown_index(self) -> int:
        """The row of words without a vector."""
        return 0 if self.unknown is Unknown.ZERO else self.embedding.n_rows - 1

    def encode(self, sentence: str | Iterable[str], maxlen: int) -> Encoded:
        """Look up the rows of a sentence's words, at most ``maxlen``."""
        return encode(sentence, self.word_to_index, maxlen, self.unknown_index)

    def indices(self, sentences: Iterable[str | Iterable[str]], maxlen: int) -> np.ndarray:
        """Look up the rows of all sentences, int32 (m, maxlen)."""
        return sentences_to_indices(sentences, self.word_to_index, maxlen, self.unknown_index)

    def coverage(self, sentences: Iterable[Sequence[str]]) -> float:
        """Return the share of the words, each as often as it occurs, that have a vector."""
        times = Counter(chain.from_iterable(sentences))
        known = self.encode(times, len(times)).known
        return float(np.average(known, weights=[*times.values()])) if times else 0.0


@dataclass(frozen=True)
class Reading:
    """A model's answer to one sentence, with all states and gates."""

    encoded: Encoded
    trace: EmojifyTrace
    classes: tuple[EmojiClass, ...]

    @property
    def probabilities(self) -> np.ndarray:
        """Probabilities of the classes, (n_classes,)."""
        return self.trace.output

    @property
    def label(self) -> int:
        """Index of the most probable class."""
        return int(self.probabilities.argmax())

    @property
    def emoji(self) -> str:
        """Emoji of the most probable class; a dash where no word is known."""
        return self.classes[self.label].emoji if self.heard else "–"

    @property
    def heard(self) -> bool:
        """Whether any word has a vector; without one the answer says nothing."""
        return self.encoded.heard

    @property
    def sure(self) -> bool:
        """Whether the best class is at least ``CLOSE`` ahead of the second."""
        return bool(sure(self.probabilities))

    @property
    def after_each_word(self) -> np.ndarray:
        """Probabilities after each word read, (words, n_classes)."""
        return self.trace.probabilities[: len(self.encoded.words)]


@dataclass(frozen=True, eq=False)
class EmojiModel:
    """``Emojify_V2`` with a lexicon and classes, so that it can read text.

    Raises ``ValueError`` if the number of classes is not the number of outputs.

    Attributes
    ----------
    lexicon : Lexicon
        With the weights' embedding, whichever it was given with.
    maxlen : int
        In words.
    notes : tuple of Later
        Sentences on the model's origin for the reader.
    """

    lexicon: Lexicon
    weights: EmojifyWeights
    classes: tuple[EmojiClass, ...] = DEFAULT_CLASSES
    maxlen: int = 10
    notes: tuple[Later, ...] = ()

    def __post_init__(self) -> None:
        if len(self.classes) != self.weights.n_classes:
            raise InputError(
                "The model has {outputs} outputs and there are {classes} classes; give one "
                "class for each output.",
                outputs=self.weights.n_classes,
                classes=len(self.classes),
            )
        if self.lexicon.embedding is not self.weights.embedding:
            lexicon = replace(self.lexicon, embedding=self.weights.embedding)
            object.__setattr__(self, "lexicon", lexicon)

    def encode(self, sentence: str | Iterable[str]) -> Encoded:
        """Look up the rows of a sentence's words."""
        return self.lexicon.encode(sentence, self.maxlen)

    def read(self, sentence: str | Iterable[str], dropout: DropoutMasks | None = None) -> Reading:
        """Read one sentence, a text or already split into words, and keep every gate."""
        encoded = self.encode(sentence)
        return Reading(encoded, self.weights.trace(encoded.indices, dropout), self.classes)

    def heard(self, sentences: Iterable[str | Iterable[str]]) -> np.ndarray:
        """Tell of each sentence whether any of its words has a vector, (m,)."""
        return np.array([self.encode(one).heard for one in sentences], bool)

    def predict(self, sentences: Iterable[str | Iterable[str]]) -> np.ndarray:
        """Compute the probabilities of the classes for all sentences, (m, n_classes)."""
        return self.weights.probabilities(self.lexicon.indices(sentences, self.maxlen))


def sure(p: np.ndarray) -> np.ndarray:
    """Tell of probabilities (..., n_classes) whether the best is ``CLOSE`` ahead, (...)."""
    second, best = np.moveaxis(np.sort(p, axis=-1)[..., -2:], -1, 0)
    return best - second >= CLOSE


class Judgement(NamedTuple):
    """A model's accuracy, loss and confusion matrix on labelled sentences.

    Attributes
    ----------
    probabilities : array (m, n_classes)
    accuracy : float
        Share of sentences whose most probable class is the true one, 0 to 1.
    negated_accuracy : float
        Accuracy on sentences with a negation; NaN if there are none.
    loss : float
        Mean cross-entropy, in nats.
    confusion : int array (n_classes, n_classes)
        Rows are true classes, columns the model's choices.
    """

    probabilities: np.ndarray
    accuracy: float
    negated_accuracy: float
    loss: float
    confusion: np.ndarray


class Classifier(Protocol):
    """A model that computes class probabilities, (m, n_classes), for sentences."""

    def predict(self, sentences: Iterable[str | Iterable[str]], /) -> np.ndarray: ...


def judge(model: Classifier, labelled: LabelledSentences) -> Judgement:
    """Compare a model's choices with the labels."""
    p = model.predict(labelled.tokens)
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
    """A sentence to which a model gave a wrong class, and how much each word contributed.

    Attributes
    ----------
    index : int
        Index of the sentence in the labelled sentences.
    true, chosen : int
        Indices of the true class and of the model's choice.
    confidence : float
        Probability of the choice.
    words : tuple of str
        The words read.
    by_gradient, by_leaving_out : array (words,)
        How much each word adds to the choice over the true class, in nats: gradient times
        embedding, and the change when the word is left out.
    """

    index: int
    sentence: str
    true: int
    chosen: int
    confidence: float
    words: tuple[str, ...]
    by_gradient: np.ndarray
    by_leaving_out: np.ndarray

    @property
    def tipped_by_gradient(self) -> str:
        """The word with the largest ``by_gradient``."""
        return self.words[int(self.by_gradient.argmax())] if self.words else ""

    @property
    def tipped_by_leaving_out(self) -> str:
        """The word with the largest ``by_leaving_out``."""
        return self.words[int(self.by_leaving_out.argmax())] if self.words else ""


def mistakes(
    model: EmojiModel, labelled: LabelledSentences, limit: int = 200, p: np.ndarray | None = None
) -> tuple[Mistake, ...]:
    """List at most ``limit`` sentences with a wrong choice, the most confident first.

    ``p`` (m, n_classes) are the model's probabilities where they are known.
    """
    p = model.predict(labelled.tokens) if p is None else p
    chosen = p.argmax(axis=1)
    wrong = np.flatnonzero(chosen != labelled.labels)
    wrong = wrong[np.argsort(-p[wrong].max(axis=1), kind="stable")][:limit]
    return tuple(_mistake(model, labelled, int(index), p[index]) for index in wrong)


def _mistake(model: EmojiModel, labelled: LabelledSentences, index: int, p: np.ndarray) -> Mistake:
    true, chosen = int(labelled.labels[index]), int(p.argmax())
    score = Score(chosen, against=true)
    encoded = model.encode(labelled.sentences[index])
    n = len(encoded.words)
    (follows,) = model.lexicon.encode(encoded.cut[:1], 1).indices
    trace = model.weights.trace(encoded.indices)
    return Mistake(
        index,
        labelled.sentences[index],
        true,
        chosen,
        float(p[chosen]),
        encoded.words,
        input_gradient(model.weights, trace, score).signed[:n],
        leave_one_out(model.weights, encoded.indices, n, score, int(follows)),
    )


def shuffled(words: Sequence[str], seed: int) -> tuple[str, ...]:
    """Shuffle the words: V1's answer stays the same, V2's may change."""
    return tuple(words[i] for i in np.random.default_rng(seed).permutation(len(words)))
