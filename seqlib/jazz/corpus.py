"""Hold the melodies that a model is trained on, with their vocabulary and encoding."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from seqlib.assets import ASSETS
from seqlib.i18n import InputError, _
from seqlib.music import Chord, Melody, Song, Vocabulary

CORPUS_FOLDER = ASSETS / "corpus"
INDEX_NAME = "corpus.json"
_PIECE = re.compile(r"(\d+) (blues|tune|song) in (.+)")


@dataclass(frozen=True)
class Corpus:
    """Melodies to train on, and held-out melodies to test with.

    Attributes
    ----------
    name : str
    melodies, held_out : tuple of Melody
        Melodies to train on, and melodies never trained on.
    vocabulary : Vocabulary
        Every token of both.
    chords, held_out_chords : tuple
        The form of each melody, a tuple of Chord, or None where it is not known.
    """

    name: str
    melodies: tuple[Melody, ...]
    vocabulary: Vocabulary
    chords: tuple[tuple[Chord, ...] | None, ...]
    held_out: tuple[Melody, ...] = ()
    held_out_chords: tuple[tuple[Chord, ...] | None, ...] = ()

    @classmethod
    def of(
        cls,
        melodies: Iterable[Melody],
        name: str,
        *,
        chords: Sequence[tuple[Chord, ...] | None] | None = None,
        held_out: Iterable[Melody] = (),
        held_out_chords: Sequence[tuple[Chord, ...] | None] | None = None,
    ) -> Corpus:
        """Make a corpus with the vocabulary of its melodies.

        Raises ``ValueError`` if there is no melody, or if a held-out melody has a token that
        no melody has, as a model has no output for such a token.
        """
        melodies, held_out = tuple(melodies), tuple(held_out)
        if not any(len(melody) for melody in melodies):
            raise InputError("A corpus needs at least one melody with notes in it: add one.")
        vocabulary = Vocabulary.of(melodies)
        for melody in held_out:
            vocabulary.encode(melody)
        return cls(
            name,
            melodies,
            vocabulary,
            tuple(chords) if chords is not None else (None,) * len(melodies),
            held_out,
            tuple(held_out_chords) if held_out_chords is not None else (None,) * len(held_out),
        )

    def __post_init__(self) -> None:
        if len(self.chords) != len(self.melodies) or len(self.held_out_chords) != len(
            self.held_out
        ):
            raise ValueError("Give one form, or None, for each melody.")

    @cached_property
    def sequences(self) -> tuple[np.ndarray, ...]:
        """Encoded melodies: an int array (Tx,) of vocabulary indices for each melody."""
        return tuple(_frozen(self.vocabulary.encode(melody)) for melody in self.melodies)

    @cached_property
    def held_out_sequences(self) -> tuple[np.ndarray, ...]:
        """Encoded held-out melodies, as ``sequences``."""
        return tuple(_frozen(self.vocabulary.encode(melody)) for melody in self.held_out)

    @property
    def n_values(self) -> int:
        return self.vocabulary.n_values

    @property
    def n_notes(self) -> int:
        """Number of notes to train on; rests are not counted."""
        return sum(melody.n_notes for melody in self.melodies)

    def subset(self, indices: Sequence[int], name: str = "") -> Corpus:
        """Select some melodies to train on, with the same vocabulary and held-out melodies.

        Weights trained on the whole corpus then fit the part, and are tested on the same notes.
        """
        return replace(
            self,
            name=name or self.name,
            melodies=tuple(self.melodies[index] for index in indices),
            chords=tuple(self.chords[index] for index in indices),
        )


@lru_cache(maxsize=1)
def default_corpus() -> Corpus:
    """Read the corpus composed for this project from ``assets/corpus``.

    Its JSON index has the same melodies as the MIDI files beside it, which a test holds equal;
    parsing the MIDI files would take too long for a page's first picture.
    """
    index = json.loads((CORPUS_FOLDER / INDEX_NAME).read_text(encoding="utf-8"))
    vocabulary = Vocabulary.from_json(index["vocabulary"])

    def part(*, held_out: bool) -> tuple[tuple[Melody, ...], tuple[tuple[Chord, ...], ...]]:
        pieces = [piece for piece in index["pieces"] if piece["held_out"] == held_out]
        return (
            tuple(
                Melody(vocabulary.decode(one["tokens"]), one["tempo"], one["name"])
                for one in pieces
            ),
            tuple(tuple(Chord(*chord) for chord in one["chords"]) for one in pieces),
        )

    melodies, chords = part(held_out=False)
    return Corpus(index["name"], melodies, vocabulary, chords, *part(held_out=True))


@lru_cache(maxsize=1)
def small_corpus() -> Corpus:
    """Select one tune of the default corpus: a few hundred notes, as many as the exercise has."""
    whole = default_corpus()
    return whole.subset((0,), whole.melodies[0].name)


def piece_name(name: str) -> str:
    """Translate the name of a piece of the default corpus; return other names unchanged."""
    if not (found := _PIECE.fullmatch(name)):
        return name
    number, key = found[1], found[3].replace("-flat", "♭")
    names = {
        "blues": _("{number} blues in {key}", number=number, key=key),
        "tune": _("{number} tune in {key}", number=number, key=key),
        "song": _("{number} song in {key}", number=number, key=key),
    }
    return names[found[2]]


def corpus_of(song: Song) -> Corpus:
    """Make a corpus of the melody of a MIDI file.

    Raises ``ValueError``, one sentence, if all its notes are alike.
    """
    if len(set(song.melody.tokens)) < 2:
        raise InputError(
            "The melody “{melody}” repeats one note of one length, so there is nothing to "
            "predict: choose another track or file.",
            melody=song.melody.name or _("Your melody"),
        )
    return Corpus.of([song.melody], song.title or song.melody.name or _("Your melody"))


def index_of(corpus: Corpus, files: Sequence[str]) -> str:
    """Write the JSON that ``default_corpus`` reads.

    ``files`` are the names of the training files, then those of the held-out files.
    """
    pieces = zip(
        files,
        (*corpus.melodies, *corpus.held_out),
        (*corpus.sequences, *corpus.held_out_sequences),
        (*corpus.chords, *corpus.held_out_chords),
        strict=True,
    )
    rows = [
        {
            "file": file,
            "name": melody.name,
            "held_out": place >= len(corpus.melodies),
            "tempo": melody.tempo,
            "tokens": sequence.tolist(),
            "chords": [list(chord) for chord in chords or ()],
        }
        for place, (file, melody, sequence, chords) in enumerate(pieces)
    ]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return (
        f'{{"name": {json.dumps(corpus.name)},\n'
        f'"vocabulary": {json.dumps(corpus.vocabulary.to_json())},\n'
        f'"pieces": [\n{lines}\n]}}\n'
    )


def _frozen(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array
