"""Compose the default corpus: ``python -m scripts.make_corpus``.

Writes ``assets/corpus``: a MIDI file a solo, the band on tracks of its own, and the JSON
index that the app reads. The same seed gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from scripts.composer import solo
from seqlib.jazz.corpus import CORPUS_FOLDER, INDEX_NAME, Corpus, index_of
from seqlib.music import BAR, PITCH_NAMES, Chord, Melody, arrange, write_midi

SEED = 1963
NAME = "SeqScope swing"

# Forms in C, one word a bar, a comma between the halves of a bar.
FORMS: dict[str, str] = {
    "blues": "C7 F7 C7 C7 F7 F7 C7 A7 Dm7 G7 C7 Dm7,G7",
    "tune": "Dm7 G7 C6 C6 Dm7 G7 C6 A7 Gm7 C7 F6 F6 Dm7 G7 C6 C6",
    "song": (
        "C6 A7 Dm7 G7 C6 A7 Dm7 G7 Gm7 C7 F6 F6 Dm7 G7 C6 C6 "
        "Gm7 C7 F6 F6 Am7 D7 Dm7 G7 C6 A7 Dm7 G7 Dm7 G7 C6 C6"
    ),
}


class Piece(NamedTuple):
    form: str
    key: str
    choruses: int
    tempo: int
    held_out: bool = False
    head: bool = False  # the first chorus is a tune, repeated as players do


KEYS = ("F", "C", "B♭")
PIECES: tuple[Piece, ...] = (
    Piece("blues", "F", 4, 138, head=True),
    *(Piece("blues", key, 6, tempo) for key in KEYS for tempo in (126, 138, 150, 162, 174, 186)),
    *(Piece("tune", key, 4, tempo) for key in KEYS for tempo in (132, 144, 156, 168, 180)),
    *(Piece("song", key, 2, tempo) for key in KEYS for tempo in (140, 160, 176)),
    *(Piece("blues", key, 3, 152, held_out=True) for key in KEYS),
    *(Piece("tune", key, 2, 160, held_out=True) for key in KEYS),
    Piece("song", "F", 1, 152, held_out=True),
)


def form(name: str, key: str) -> tuple[Chord, ...]:
    """The chords of one chorus."""
    up = PITCH_NAMES.index(key)
    chords = []
    for bar, word in enumerate(FORMS[name].split()):
        symbols = word.split(",")
        ticks = BAR // len(symbols)
        for place, symbol in enumerate(symbols):
            root = symbol[: 2 if symbol[1:2] in ("♯", "♭") else 1]
            pitch = (PITCH_NAMES.index(root) + up) % 12
            chords.append(Chord(bar * BAR + place * ticks, ticks, pitch, symbol[len(root) :]))
    return tuple(chords)


def compose(seed: int = SEED) -> tuple[Corpus, tuple[str, ...]]:
    """The corpus, and a file name for each melody, training ones first."""
    made = list(_pieces(seed))
    train = [piece for piece in made if not piece[0].held_out]
    kept = [piece for piece in made if piece[0].held_out]
    corpus = Corpus.of(
        (melody for _, melody, _ in train),
        NAME,
        chords=[chords for _, _, chords in train],
        held_out=(melody for _, melody, _ in kept),
        held_out_chords=[chords for _, _, chords in kept],
    )
    names = tuple(f"{melody.name}.mid" for _, melody, _ in (*train, *kept))
    return corpus, names


def _pieces(seed: int) -> Iterator[tuple[Piece, Melody, tuple[Chord, ...]]]:
    for number, piece in enumerate(PIECES):
        chords = form(piece.form, piece.key)
        rng = Random(f"{seed} {number}")
        tonic = PITCH_NAMES.index(piece.key)
        tokens = solo(chords, tonic, piece.choruses, rng, head=piece.head)
        key = piece.key.replace("♭", "-flat")
        name = f"{number + 1:02d} {piece.form} in {key}"
        yield piece, Melody(tokens, float(piece.tempo), name), chords


def write(folder: Path, seed: int = SEED) -> Corpus:
    """Compose and write everything into ``folder``."""
    corpus, files = compose(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.mid"):
        old.unlink()
    melodies = (*corpus.melodies, *corpus.held_out)
    for file, melody, chords in zip(
        files, melodies, (*corpus.chords, *corpus.held_out_chords), strict=True
    ):
        (folder / file).write_bytes(write_midi(melody, arrange(melody, chords, seed=seed)))
    (folder / INDEX_NAME).write_text(index_of(corpus, files), encoding="utf-8")
    return corpus


def main() -> None:
    corpus = write(CORPUS_FOLDER)
    choruses = sum(piece.choruses for piece in PIECES if not piece.held_out)
    print(
        f"{len(corpus.melodies)} solos, {choruses} choruses, {corpus.n_notes} notes to train on; "
        f"{len(corpus.held_out)} held out; n_values = {corpus.n_values}"
    )


if __name__ == "__main__":
    main()
