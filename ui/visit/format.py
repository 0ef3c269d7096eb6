"""What stands in ``visit.json``, with every limit: writer and reader share these types."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from seqlib import limits
from seqlib.emojify.training import Engine as EmojiEngine
from seqlib.jazz.training import BOUNDS
from seqlib.jazz.training import Engine as JazzEngine
from seqlib.lstm.others import Kind
from seqlib.text import MAX_CLASSES, MIN_CLASSES, DataSet
from seqlib.training.run import State
from ui.state import MOST_OPTIONS, TABLE, Text
from ui.visit import SUFFIX

FORMAT, VERSION = "SeqScope visit", 1
MAX_RUNS = 16
MAX_STAGES = 40  # kept weights of a run
MAX_WORDS = 200_000
MAX_LEFT_OUT = 50
# How a file names the two ways of bringing vectors.
VECTORS = {"file": "my file", "pair": "projector pair"}
JSON_NAME, SONG_NAME, MODEL_NAME = "visit.json", "song.mid", f"emoji-file{SUFFIX}"
EMOJI_NUMBERS = ("loss", "accuracy", "test_loss", "test_accuracy")
COLUMNS = ("sentence", "label", "part")  # of a table being edited
LONGEST = max(row.most for row in TABLE.values() if isinstance(row, Text))

Name = Annotated[str, Meta(max_length=200)]
Sentence = Annotated[str, Meta(max_length=limits.SENTENCE)]
Word = Annotated[str, Meta(min_length=1, max_length=1000)]
Typed = Annotated[str, Meta(max_length=LONGEST)]
Count = Annotated[int, Meta(ge=0, le=10**9)]
Number = Annotated[float, Meta(ge=-1e12, le=1e12)]
Positive = Annotated[float, Meta(ge=0, le=1e12)]
Share = Annotated[float, Meta(ge=0, le=1)]
Pitch = Annotated[int, Meta(ge=0, le=127)]
Ticks = Annotated[int, Meta(ge=1, le=100_000)]
Tokens = Annotated[list[tuple[Pitch | None, Ticks]], Meta(max_length=int(BOUNDS["n_values"].high))]
Rows = Annotated[list[tuple[Sentence, Sentence, Sentence]], Meta(max_length=limits.ROWS)]
Values = Annotated[list[Typed], Meta(max_length=MOST_OPTIONS)]


class Head(Struct):
    """What tells a visit from other files."""

    format: str = ""
    version: Any = None


class Run(Struct, kw_only=True):
    settings: dict[str, bool | int | float | str]
    state: State
    error: Sentence
    epochs: Count
    trained_for: Positive = 0.0  # seconds


class JazzRun(Run, kw_only=True):
    engine: JazzEngine = "numpy"
    vocabulary: Tokens
    probe: Annotated[int, Meta(ge=0, le=1000)]  # its length
    watched: bool = False  # with held-out losses, gradients and learning rates
    # After which epochs before the last there are weights too.
    stages: Annotated[list[Count], Meta(max_length=MAX_STAGES)] = []


class EmojiRun(Run, kw_only=True):
    engine: EmojiEngine = "numpy"
    number: Annotated[int, Meta(ge=1, le=10**6)]
    name: Name
    data: Count  # its place in ``Visit.data``
    vectors: Annotated[str, Meta(max_length=100)]  # their fingerprint
    best_epoch: Count


class CopyRun(Run):
    curves: dict[Kind, list[tuple[Count, Positive, Share]]]
    seconds: list[Number]
    weights: bool = False  # whether they are there, end to end


class Vectors(Struct):
    name: Name
    dtype: Literal["<f2", "<f4"]
    dim: Annotated[int, Meta(ge=1, le=4096)]
    words: Annotated[list[Word], Meta(min_length=1, max_length=MAX_WORDS)]


class Part(Struct):
    sentences: Annotated[list[Sentence], Meta(min_length=1, max_length=limits.ROWS)]
    labels: Annotated[list[Count], Meta(max_length=limits.ROWS)]


class Data(Struct):
    classes: Annotated[
        list[tuple[Annotated[str, Meta(min_length=1, max_length=100)], Name]],
        Meta(min_length=MIN_CLASSES, max_length=MAX_CLASSES),
    ]
    train: Part
    test: Part


class Song(Struct):
    title: Sentence
    track: Annotated[int, Meta(ge=0, le=4096)]


class Visit(Struct, kw_only=True):
    """All of ``visit.json``; arrays stand beside it in the archive."""

    format: str = FORMAT
    version: int = VERSION
    settings: Annotated[dict[Name, dict[Name, Values]], Meta(max_length=20)] = {}
    texts: Annotated[dict[Name, bool | int | Typed], Meta(max_length=50)] = {}
    quiz: tuple[Count, Count, Count] = (0, 0, 0)
    draft: tuple[Name, Rows] | None = None
    song: Song | None = None
    jazz_runs: Annotated[list[JazzRun], Meta(max_length=MAX_RUNS)] = []
    vectors: dict[Literal["file", "pair"], Vectors] = {}
    sentences: Count | None = None  # their place in ``data``
    emoji_file: bool | None = None
    pair: tuple[EmojiRun, EmojiRun] | None = None
    copy_run: CopyRun | None = None
    emoji_runs: Annotated[list[EmojiRun], Meta(max_length=MAX_RUNS)] = []
    data: Annotated[list[Data], Meta(max_length=MAX_RUNS + 3)] = []
    left_out: Annotated[list[Name], Meta(max_length=MAX_LEFT_OUT)] = []


def same(one: DataSet, other: DataSet) -> bool:
    """Return whether two sets hold the same sentences."""
    return all(
        a is b
        or (a.sentences == b.sentences and a.classes == b.classes and (a.labels == b.labels).all())
        for a, b in zip(one, other, strict=True)
    )
