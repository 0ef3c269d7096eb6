"""A visit's file, opened.

A file may come from anybody: sizes are checked before anything is unpacked, every number
before it is used, and what does not fit is told of in one sentence. Nothing in it can run.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

import msgspec
import numpy as np
import pandas as pd

from seqlib import archive, limits
from seqlib.archive import Reader
from seqlib.emojify import EmojifyRun, EmojifySettings, EmojiModel, Lexicon, Unknown, open_model
from seqlib.i18n import InputError, _
from seqlib.jazz import JazzWeights
from seqlib.jazz.corpus import corpus_of
from seqlib.jazz.task import ARRAYS, NOT_TESTED
from seqlib.jazz.training import RunSettings, TrainingRun
from seqlib.jazz.weights import NAMES
from seqlib.music import Song, Token, Vocabulary, events, read_midi
from seqlib.text import DataSet, EmojiClass, LabelledSentences, shipped
from seqlib.training.copy_task import KINDS, CopyRun, CopySettings, CopyTask
from seqlib.training.run import Record
from seqlib.vectors import WordVectors, load
from seqlib.vectors.words import Words
from ui.state import TABLE, Switch
from ui.visit import SUFFIX, format
from ui.visit.format import (
    COLUMNS,
    EMOJI_NUMBERS,
    JSON_NAME,
    MODEL_NAME,
    SONG_NAME,
    VECTORS,
    same,
)
from ui.visit.memory import Visit
from ui.visit.records import EmojiRecord, PairRecord, title

Settings = TypeVar("Settings", RunSettings, EmojifySettings, CopySettings)


def open_visit(data: bytes, known: Callable[[], Iterable[WordVectors]] = tuple) -> Visit:
    """Return the visit that ``save_visit`` wrote.

    ``known`` gives the vectors at hand that runs may have been trained with; it is asked only if
    there are such runs. Raises ``ValueError``, one sentence, if the file is not a visit's, or
    damaged.
    """
    if len(data) > limits.VISIT_BYTES:
        most = limits.VISIT_BYTES // 1_000_000
        raise InputError("This file is over {limit} MB, too large for a visit.", limit=most)
    head, text = format.Head(), b""
    with suppress(ValueError, RecursionError):
        reader = Reader(data, limits.VISIT_UNPACKED)
        text = reader.part(JSON_NAME, limits.VISIT_JSON)
        if archive.most_values(text) > limits.VISIT_VALUES:
            raise ValueError
        head = msgspec.json.decode(text, type=format.Head)
    if head.format != format.FORMAT:
        raise InputError(
            "This is not a saved visit; choose a file that “Save” in this menu made (its name ends "
            "in {suffix}).",
            suffix=SUFFIX,
        )
    if head.version != format.VERSION:
        raise InputError("This visit was saved by another version of SeqScope; open it there.")
    try:
        about = msgspec.json.decode(text, type=format.Visit)
        work = _work(reader, about, known)
    except msgspec.ValidationError as problem:
        wrong: Exception = _entry(problem)
    except UnicodeDecodeError:
        wrong = _wrong(JSON_NAME)
    except ValueError as problem:
        wrong = problem
    else:
        visit = Visit(
            work=work, links=fitting_links(about.settings), loose=fitting_loose(about.texts)
        )
        if "song" in work:
            visit.loose["midi_track"] = work["song"].track
        if about.left_out:
            names = [*map(title, about.left_out)]
            visit.note = _("Too large for the file, so not in it: {names}.", names=names)
        return visit
    raise InputError(
        "This saved visit is damaged, so nothing was changed: {problem}", problem=wrong
    )


def _entry(problem: msgspec.ValidationError) -> InputError:
    """Name the entry of ``visit.json`` that is not as it should be."""
    return _wrong(str(problem).rpartition("`$.")[2].rstrip("`")[:100] or JSON_NAME)


def _wrong(name: str) -> InputError:
    return InputError("The entry “{name}” is not as it should be.", name=name)


def fitting_links(settings: Mapping[str, Mapping[str, Iterable[str]]]) -> dict[str, dict[str, Any]]:
    """Keep what the controls of each page take; other values do nothing."""
    return {
        page: {
            key: tuple(words)
            for key, words in link.items()
            if (row := TABLE.get(key)) and row.link and row.page == page and row.fits(tuple(words))
        }
        for page, link in settings.items()
    }


def fitting_loose(texts: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what the controls that no link holds take."""
    found = {}
    for key, value in texts.items():
        row = TABLE.get(key)
        if row is not None and row.kept and not row.link:
            value = bool(value) if isinstance(row, Switch) else value
            if row.takes(value):
                found[key] = value
    return found


def _work(
    reader: Reader, about: format.Visit, known: Callable[[], Iterable[WordVectors]]
) -> dict[str, Any]:
    """Return what pages keep; see ``ui.state.WORK``."""
    sets = [_data_set(one) for one in about.data]
    vectors = {key: _vectors(reader, f"vectors-{key}", one) for key, one in about.vectors.items()}
    shelf = _Shelf(vectors.values(), known)
    work: dict[str, Any] = {f"own_vectors:{VECTORS[key]}": one for key, one in vectors.items()}
    if about.song is not None:
        data = reader.part(SONG_NAME, events.MAX_BYTES)
        song = song_of(about.song.title, data, about.song.track)
        work |= {"song": song, "song_corpus": corpus_of(song)}
        work["song_file"] = (about.song.title, data)
    if about.jazz_runs:
        work["jazz_runs"] = dict(
            _jazz(reader, f"jazz-{place}", one) for place, one in enumerate(about.jazz_runs)
        )
    if about.sentences is not None:
        work["emoji_mine"] = _set(sets, about.sentences)
    if about.draft is not None:
        name, rows = about.draft
        work["emoji_draft"] = name, pd.DataFrame(rows, columns=list(COLUMNS))
    if about.emoji_runs:
        runs = [_emoji(reader, f"emoji-{one.number}", one, sets, shelf) for one in about.emoji_runs]
        numbers = [one.number for one in runs]
        if sorted(set(numbers)) != numbers:
            raise _wrong("emoji_runs")
        work |= {"emoji_runs": runs, "emoji_run_number": numbers[-1]}
    if about.emoji_file:
        data = reader.archive(MODEL_NAME)
        model = open_model(data, next(iter(vectors.values()), None) or load())
        work |= {"emoji_file_model": model, "emoji_file_bytes": data}
    if about.pair is not None and (pair := _pair(reader, about.pair, sets, shelf)) is not None:
        work["embedding_runs"] = pair
    if about.copy_run is not None:
        work["copy_run"] = _copy(reader, about.copy_run)
    if any(about.quiz):
        score = dict(zip(("number", "right", "asked"), about.quiz, strict=True))
        work["quiz"] = {**score, "tried": {}, "shown": {}}
    return work


def _set(sets: list[DataSet], place: int) -> DataSet:
    if place >= len(sets):
        raise _wrong("data")
    return sets[place]


def song_of(title: str, data: bytes, track: int | None = None) -> Song:
    """What is read from an uploaded MIDI file. Raises ``MidiError``, one sentence."""
    held = io.BytesIO(data)
    held.name = f"{title}.mid"
    return read_midi(held, track)


def _jazz(reader: Reader, name: str, about: format.JazzRun) -> tuple[Vocabulary, TrainingRun]:
    vocabulary = Vocabulary(tuple(Token(pitch, ticks) for pitch, ticks in about.vocabulary))
    settings, n = _settings(about, RunSettings), about.epochs
    n_a, n_values, Tx = settings.n_a, vocabulary.n_values, settings.Tx
    start = JazzWeights.initial(n_a, n_values, kind=settings.cell)
    shapes = [array.shape for array in start.arrays]
    arrays = list(zip(NAMES, shapes, strict=True))
    weights = JazzWeights.from_arrays(
        [reader.array(f"{name}-{what}.npy", "<f4", shape) for what, shape in arrays]
    )
    checkpoints = {}
    if epochs := about.stages:
        if sorted({*epochs, n}) != [*epochs, n]:
            raise _wrong("stages")
        kept = [
            reader.array(f"{name}-stages-{what}.npy", "<f4", (len(epochs), *shape))
            for what, shape in arrays
        ]
        each = zip(*kept, strict=True)
        made = map(JazzWeights.from_arrays, each)
        checkpoints = dict(zip(epochs, made, strict=True))
    measured = {
        "loss": _losses(reader.array(f"{name}-loss.npy", "<f4", (n, Tx)), "loss"),
        "accuracy": _shares(reader.array(f"{name}-accuracy.npy", "<f4", (n, Tx)), "accuracy"),
        **_times(reader, name, about),
    }
    if about.watched:
        watched = {"held_out": (n, 2), "gradient": (n, len(ARRAYS)), "rate": (n,)}
        for what, shape in watched.items():
            measured[what] = reader.array(f"{name}-{what}.npy", "<f4", shape)
            unmeasured = measured[what] == NOT_TESTED if what == "held_out" else 0
            _losses(measured[what] + unmeasured, what)
    probe = None
    if about.probe:
        probed = reader.array(f"{name}-probe.npy", "<f4", (about.probe, n_values))
        probe = _shares(probed, "probe")
    record = replace(_record(about, settings, measured, weights), checkpoints=checkpoints)
    return vocabulary, TrainingRun.from_record(record, probe=probe, engine=about.engine)


def _record(
    about: format.Run,
    settings: Any,
    measured: dict[str, np.ndarray],
    model: Any,
    best: tuple[int, Any] | None = None,
) -> Record:
    error, seconds = about.error, about.trained_for
    return Record(settings, about.state, measured, model, best, error, seconds)


def _settings(about: format.Run, kind: type[Settings]) -> Settings:
    """Return a run's settings; those that the file does not name have their defaults."""
    given = dict(about.settings)
    if (unknown := given.get("unknown")) is not None:
        if unknown not in Unknown.__members__:
            raise _wrong("unknown")
        given["unknown"] = Unknown[str(unknown)].value
    settings = msgspec.convert(given, kind)
    if about.epochs > settings.epochs:
        raise _wrong("epochs")
    return settings


class _Shelf:
    """Vectors by what tells them apart, and the lexicons made of them, each once."""

    def __init__(
        self, own: Iterable[WordVectors], known: Callable[[], Iterable[WordVectors]]
    ) -> None:
        self._own, self._known = tuple(own), known
        self._found: dict[str, WordVectors] | None = None
        self._lexicons: dict[tuple[int, Unknown], tuple[WordVectors, Lexicon]] = {}

    def find(self, code: str) -> WordVectors | None:
        if self._found is None:
            self._found = {one.fingerprint: one for one in (*self._known(), *self._own)}
            self._found |= {_first_fingerprint(one): one for one in self._own}
        return self._found.get(code)

    def lexicon(self, vectors: WordVectors, unknown: Unknown) -> Lexicon:
        key = (id(vectors), unknown)
        if key not in self._lexicons:
            self._lexicons[key] = (vectors, Lexicon.of(vectors, unknown))
        return self._lexicons[key][1]


def _first_fingerprint(vectors: WordVectors) -> str:
    """Identify vectors as visits saved by version 0.2 do: by a sample of 256 words and rows."""
    sampled = np.linspace(0, len(vectors) - 1, min(len(vectors), 256)).astype(int)
    words = "\n".join(vectors.words[index] for index in sampled.tolist()).encode()
    rows = np.asarray(vectors.matrix[sampled + 1], np.float32)
    code = zlib.crc32(rows.tobytes(), zlib.crc32(words))
    return f"{len(vectors)}x{vectors.dim}-{code:08x}"


def _emoji(
    reader: Reader, name: str, about: format.EmojiRun, sets: list[DataSet], shelf: _Shelf
) -> EmojiRecord:
    settings, n = _settings(about, EmojifySettings), about.epochs
    data = _set(sets, about.data)
    k = data.train.n_classes
    vectors = shelf.find(about.vectors)
    last, best = (
        _model(open_model(reader.archive(f"{name}-{which}{SUFFIX}"), vectors), data, settings)
        for which in ("last", "best")
    )
    if vectors is None:
        vectors = _vectors_of(last)
    numbers = _losses(reader.array(f"{name}-numbers.npy", "<f4", (4, n)), "numbers")
    _shares(numbers[1::2], "numbers")
    confusion = reader.array(f"{name}-confusion.npy", "<i4", (n, k, k))
    if n and (confusion.min() < 0 or (confusion.sum(axis=(1, 2)) != len(data.test)).any()):
        raise _wrong("confusion")
    shapes, best_shapes = ([one.shape for one in each.weights.arrays] for each in (last, best))
    if shapes != best_shapes:
        raise InputError("The best weights have other shapes than the last.")
    measured = dict(zip(EMOJI_NUMBERS, numbers, strict=True))
    measured |= {"confusion": confusion, **_times(reader, name, about)}
    record = _record(about, settings, measured, last.weights, (about.best_epoch, best.weights))
    run = EmojifyRun.from_record(
        record,
        train=data.train,
        test=data.test,
        lexicon=shelf.lexicon(vectors, settings.unknown) if last.notes == () else last.lexicon,
        engine=about.engine,
    )
    return EmojiRecord(about.number, run, about.name, vectors)


def _model(model: EmojiModel, data: DataSet, settings: EmojifySettings) -> EmojiModel:
    fits = (
        model.classes == data.train.classes
        and model.maxlen == settings.maxlen
        and model.weights.n_a == model.weights.lstm_1.n_a == settings.units
        and model.weights.mask == settings.mask
        and model.lexicon.unknown is settings.unknown
    )
    if not fits:
        raise InputError("A model in it is not that of its run.")
    return model


def _vectors_of(model: EmojiModel) -> WordVectors:
    """The words a model knows by itself, as vectors."""
    words = list(model.lexicon.word_to_index)
    rows = model.weights.embedding[np.arange(1, len(words) + 1)]
    return WordVectors.of(words, rows.reshape(len(words), rows.shape[-1]), model.lexicon.name)


def _pair(
    reader: Reader,
    about: tuple[format.EmojiRun, format.EmojiRun],
    sets: list[DataSet],
    shelf: _Shelf,
) -> PairRecord | None:
    """None where its vectors are not at hand: which rows moved cannot be said then."""
    vectors = shelf.find(about[0].vectors)
    if vectors is None:
        return None
    frozen, trainable = (
        _emoji(reader, f"pair-{place}", one, sets, shelf) for place, one in enumerate(about)
    )
    if not frozen.vectors is trainable.vectors is vectors:
        raise _wrong("pair")
    return PairRecord(vectors, frozen.run, trainable.run)


def _vectors(reader: Reader, name: str, about: format.Vectors) -> WordVectors:
    matrix = reader.array(f"{name}.npy", about.dtype, (len(about.words) + 1, about.dim))
    if len(set(about.words)) != len(about.words) or matrix[0].any():
        raise _wrong("words")
    return WordVectors(about.name, Words.of(about.words), matrix)


def _data_set(about: format.Data) -> DataSet:
    classes = tuple(EmojiClass(*one) for one in about.classes)
    if len(set(classes)) != len(classes):
        raise _wrong("classes")
    found = DataSet(
        *(
            LabelledSentences(tuple(part.sentences), np.array(part.labels, int), classes)
            for part in (about.train, about.test)
        )
    )
    return shipped() if same(found, shipped()) else found


def _copy(reader: Reader, about: format.CopyRun) -> CopyRun:
    settings = _settings(about, CopySettings)
    if set(about.curves) != set(KINDS):
        raise _wrong("copy_run")
    seconds = _rising(np.array(about.seconds))
    curves = [about.curves[kind] for kind in KINDS]
    if any(len(curve) != len(seconds) for curve in curves):
        raise InputError("The curves are not of one length.")
    steps, loss, accuracy = np.reshape(curves, (len(KINDS), len(seconds), 3)).transpose(2, 1, 0)
    if ((steps < 1) | (steps > settings.steps)).any():
        raise _wrong("curves")
    measured = {"loss": loss, "accuracy": accuracy, "seconds": seconds}
    models, task = None, CopyTask(settings)
    if about.weights:
        shape = (sum(task.parameters.values()),)
        arrays = task.split(reader.array("copy-weights.npy", "<f4", shape))
        models = dict(zip(KINDS, arrays, strict=True))
    return CopyRun.from_record(_record(about, settings, measured, models))


def _losses(array: np.ndarray, name: str) -> np.ndarray:
    if array.size and array.min() < 0:
        raise _wrong(name)
    return array


def _shares(array: np.ndarray, name: str) -> np.ndarray:
    if array.size and not 0 <= array.min() <= array.max() <= 1:
        raise _wrong(name)
    return array


def _times(
    reader: Reader, name: str, about: format.JazzRun | format.EmojiRun
) -> dict[str, np.ndarray]:
    """Return when each epoch was there and, where Keras trained, what it spent in each."""
    n = about.epochs
    found = {"seconds": _rising(reader.array(f"{name}-seconds.npy", "<f8", (n,)))}
    if about.engine != "numpy":
        found["spent"] = _losses(reader.array(f"{name}-spent.npy", "<f4", (n, 3)), "spent")
    return found


def _rising(seconds: np.ndarray) -> np.ndarray:
    if len(seconds) and (seconds[0] < 0 or (np.diff(seconds) < 0).any()):
        raise _wrong("seconds")
    return seconds
