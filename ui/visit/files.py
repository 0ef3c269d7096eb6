"""A visit as one file, and back, giving the same numbers.

A zip of ``visit.json`` and plain arrays (see ``seqlib.archive``). Emoji models inside are
the files that ``seqlib.emojify.save_model`` makes, an uploaded MIDI file is as it came. A
file may come from anybody: every number is checked, and what does not fit is told of in one
sentence.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np

from seqlib import archive
from seqlib.archive import ArchiveError, Reader, array_bytes, json_bytes
from seqlib.emojify import (
    EmojifyMetrics,
    EmojifySettings,
    EmojiModel,
    Lexicon,
    Unknown,
    open_model,
    save_model,
)
from seqlib.emojify.files import fingerprint
from seqlib.i18n import _
from seqlib.jazz import JazzWeights
from seqlib.jazz.training import BOUNDS, Metrics, RunSettings, TrainingRun
from seqlib.music import MAX_BYTES as MAX_MIDI
from seqlib.music import Song, Token, Vocabulary, read_midi
from seqlib.text import MAX_CLASSES, MIN_CLASSES, DataSet, EmojiClass, LabelledSentences, shipped
from seqlib.text.files import MAX_CHARACTERS, MAX_ROWS
from seqlib.training.copy_task import KINDS, CopyRun, CopySettings, Point
from seqlib.training.run import State
from seqlib.vectors import WordVectors
from seqlib.vectors.words import Words
from ui.visit import MAX_BYTES, MAX_VECTORS, SUFFIX
from ui.visit.records import EmojiRecord, PairRecord
from ui.visit.runs import (
    KeptCopyRun,
    KeptEmojifyRun,
    KeptTrainingRun,
    kept_copy,
    kept_emojify,
    kept_training,
)

FORMAT, VERSION = "SeqScope visit", 1
MAX_UNPACKED = 150_000_000
MAX_JSON = 40_000_000
MAX_RUNS = 16
MAX_WORDS = 200_000
MAX_TEXT = 100_000
MAX_SETTINGS, MAX_VALUES = 200, 64  # of a page; of one setting
MAX_TICKS = 100_000
VECTORS = ("file", "pair")
JSON_NAME, SONG_NAME, MODEL_NAME = "visit.json", "song.mid", f"emoji-file{SUFFIX}"
JAZZ_ARRAYS = ("kernel", "recurrent_kernel", "bias", "densor_kernel", "densor_bias")

Link = dict[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Contents:
    """What a visit's file holds.

    Attributes
    ----------
    settings : dict
        For each page what its link would say, ``{page: {name: values}}``.
    texts : dict of str to str or int
        What was typed that no link holds.
    midi : (str, bytes) or None
        An uploaded file's title and content.
    song : Song or None
        What is read from ``midi``; with the track that was chosen.
    jazz_runs : tuple of (Vocabulary, TrainingRun)
    sentences : DataSet or None
        Brought or edited ones.
    draft : (str, rows) or None
        Rows (sentence, label, part) of the table editor that are not in use yet, and the
        name of the sentences they were.
    emoji_runs : tuple of EmojiRecord
    emoji_file : bytes
        An emoji model's file that was opened.
    vectors : dict of WordVectors
        Uploaded ones by ``VECTORS``.
    pair : PairRecord or None
    copy_run : CopyRun or None
    quiz : (number, right, asked)
    left_out : tuple of str
        Names of vectors that were too large for the file, and of runs.
    """

    settings: dict[str, Link] = field(default_factory=dict)
    texts: dict[str, str | int] = field(default_factory=dict)
    midi: tuple[str, bytes] | None = None
    song: Song | None = None
    jazz_runs: tuple[tuple[Vocabulary, TrainingRun], ...] = ()
    sentences: DataSet | None = None
    draft: tuple[str, tuple[tuple[str, str, str], ...]] | None = None
    emoji_runs: tuple[EmojiRecord, ...] = ()
    emoji_file: bytes = b""
    vectors: dict[str, WordVectors] = field(default_factory=dict)
    pair: PairRecord | None = None
    copy_run: CopyRun | None = None
    quiz: tuple[int, int, int] = (0, 0, 0)
    left_out: tuple[str, ...] = ()


# Writing.


def save_visit(contents: Contents) -> bytes:
    """The file of a visit. Runs that move are in it as they are now.

    What makes it larger than ``MAX_UNPACKED`` is left out, oldest emoji runs first, and
    named in it.
    """
    parts: dict[str, bytes] = {}
    data: list[DataSet] = []
    left_out = list(contents.left_out)
    about: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "settings": {page: dict(link) for page, link in contents.settings.items()},
        "texts": contents.texts,
        "quiz": contents.quiz,
        "draft": contents.draft,
        "song": None,
    }
    if contents.midi is not None and contents.song is not None:
        title, parts[SONG_NAME] = contents.midi
        about["song"] = {"title": title[:MAX_CHARACTERS], "track": contents.song.track}
    about["jazz_runs"] = [
        _put_jazz(parts, f"jazz-{place}", vocabulary, kept_training(run))
        for place, (vocabulary, run) in enumerate(contents.jazz_runs[-MAX_RUNS:])
    ]
    about["vectors"] = {}
    for key, found in contents.vectors.items():
        if found.matrix.nbytes > MAX_VECTORS or len(found) > MAX_WORDS:
            left_out.append(found.name)
        else:
            about["vectors"][key] = _put_vectors(parts, f"vectors-{key}", found)
    if contents.sentences is not None:
        data.append(contents.sentences)
    about["sentences"] = 0 if contents.sentences is not None else None
    if contents.emoji_file:
        parts[MODEL_NAME] = contents.emoji_file
    about["emoji_file"] = bool(contents.emoji_file)
    about["pair"] = None
    if contents.pair is not None:
        about["pair"] = [
            _put_emoji(parts, f"pair-{place}", EmojiRecord(1, run, "", contents.pair.vectors), data)
            for place, run in enumerate((contents.pair.frozen, contents.pair.trainable))
        ]
    about["copy_run"] = _put_copy(contents.copy_run)
    about["emoji_runs"] = []
    for record in reversed(contents.emoji_runs[-MAX_RUNS:]):
        mine: dict[str, bytes] = {}
        put = _put_emoji(mine, f"emoji-{record.number}", record, data)
        # Weights hardly shrink in a zip, so half of what may unpack is about what may be packed.
        if sum(map(len, (*parts.values(), *mine.values()))) > MAX_BYTES * 0.8:
            left_out.append(f"run {record.number}")
            continue
        parts |= mine
        about["emoji_runs"].insert(0, put)
    about["data"] = [_data_json(one) for one in data]
    about["left_out"] = [name[:200] for name in left_out]
    return archive.write({JSON_NAME: json_bytes(about), **parts})


def _run_json(run: Any) -> dict[str, Any]:
    settings = asdict(run.settings)
    if "unknown" in settings:
        settings["unknown"] = run.settings.unknown.name
    return {
        "settings": settings,
        "state": run.state.value,
        "error": run.error[:MAX_CHARACTERS],
        "epochs": run.epoch,
    }


def _put_jazz(
    parts: dict[str, bytes], name: str, vocabulary: Vocabulary, run: KeptTrainingRun
) -> dict[str, Any]:
    metrics, snapshot = run.metrics, run.snapshot()
    probe = run.probe
    arrays = {
        **dict(zip(JAZZ_ARRAYS, snapshot.weights.arrays, strict=True)),
        "loss": metrics.loss,
        "accuracy": metrics.accuracy,
        "seconds": metrics.seconds,
        **({} if probe is None else {"probe": probe}),
    }
    for what, array in arrays.items():
        parts[f"{name}-{what}.npy"] = array_bytes(array, _dtype(what))
    return {
        **_run_json(run),
        "vocabulary": vocabulary.to_json(),
        "probe": 0 if probe is None else len(probe),
    }


def _dtype(what: str) -> str:
    """Seconds are float64, counts int32, everything else float32."""
    return {"seconds": "<f8", "confusion": "<i4"}.get(what, "<f4")


def _put_vectors(parts: dict[str, bytes], name: str, found: WordVectors) -> dict[str, Any]:
    dtype = "<f2" if found.matrix.dtype == np.float16 else "<f4"
    parts[f"{name}.npy"] = array_bytes(np.asarray(found.matrix), dtype)
    return {
        "name": found.name[:200],
        "dtype": dtype,
        "dim": found.dim,
        "words": list(found.words),
    }


def _put_emoji(
    parts: dict[str, bytes], name: str, record: EmojiRecord, data: list[DataSet]
) -> dict[str, Any]:
    run = kept_emojify(record.run)
    metrics, words = run.metrics, {*run.train.words, *run.test.words}
    for which, snapshot in (("last", run.snapshot()), ("best", run.best())):
        parts[f"{name}-{which}{SUFFIX}"] = save_model(snapshot.model, words, vectors=record.vectors)
    numbers = np.array([metrics.loss, metrics.accuracy, metrics.test_loss, metrics.test_accuracy])
    for what, array in (
        ("numbers", numbers),
        ("confusion", metrics.confusion),
        ("seconds", metrics.seconds),
    ):
        parts[f"{name}-{what}.npy"] = array_bytes(array, _dtype(what))
    mine = DataSet(run.train, run.test)
    place = next((at for at, one in enumerate(data) if _same(one, mine)), len(data))
    if place == len(data):
        data.append(mine)
    return {
        **_run_json(run),
        "number": record.number,
        "name": record.data[:200],
        "data": place,
        "vectors": fingerprint(record.vectors),
        "best_epoch": run.best().epoch,
    }


def _same(one: DataSet, other: DataSet) -> bool:
    return all(
        a is b
        or (a.sentences == b.sentences and a.classes == b.classes and (a.labels == b.labels).all())
        for a, b in zip(one, other, strict=True)
    )


def _data_json(data: DataSet) -> dict[str, Any]:
    return {
        "classes": [list(one) for one in data.train.classes],
        **{
            name: {"sentences": list(part.sentences), "labels": np.asarray(part.labels).tolist()}
            for name, part in (("train", data.train), ("test", data.test))
        },
    }


def _put_copy(run: CopyRun | None) -> dict[str, Any] | None:
    if run is None:
        return None
    kept = kept_copy(run)
    if not kept.epoch:
        return None
    return {
        **_run_json(kept),
        "parameters": dict(kept.parameters),
        "curves": {
            kind: [[one.step, one.loss, one.accuracy] for one in kept.curves[kind]]
            for kind in KINDS
        },
        "seconds": kept.seconds.tolist(),
    }


# Reading.


def open_visit(data: bytes, known: Callable[[], Iterable[WordVectors]] = tuple) -> Contents:
    """What ``save_visit`` wrote.

    Parameters
    ----------
    data : bytes
    known : function -> vectors at hand
        Those that runs may have been trained with; asked only if there are such runs.

    Raises
    ------
    ValueError
        One sentence, if the file is not a visit's, or damaged.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(
            _(
                "This file is over {limit} MB, too large for a visit.",
                limit=MAX_BYTES // 1_000_000,
            )
        )
    try:
        reader = Reader(data, MAX_UNPACKED)
        about = reader.json(JSON_NAME, MAX_JSON) if JSON_NAME in reader.names else None
    except ArchiveError:
        about = None
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise ValueError(
            _(
                "This is not a saved visit; choose a file that “Save” in this menu made (its "
                "name ends in {suffix}).",
                suffix=SUFFIX,
            )
        )
    if about.get("version") != VERSION:
        raise ValueError(_("This visit was saved by another version of SeqScope; open it there."))
    try:
        return _contents(reader, about, known)
    except ValueError as problem:
        raise ValueError(
            _(
                "This saved visit is damaged, so nothing was changed: {problem}",
                problem=str(problem),
            )
        ) from problem


class _Wrong(ValueError):
    """An entry of ``visit.json`` that is not as it should be."""

    def __init__(self, name: str) -> None:
        super().__init__(_("The entry “{name}” is not as it should be.", name=name))


def _contents(
    reader: Reader, about: dict[str, Any], known: Callable[[], Iterable[WordVectors]]
) -> Contents:
    midi, song = _song(reader, about.get("song"))
    sets = [_data_set(one) for one in _list(about.get("data"), "data", MAX_RUNS + 3)]
    vectors = {
        key: _vectors(reader, f"vectors-{key}", one)
        for key, one in _dict(about.get("vectors"), "vectors", len(VECTORS)).items()
        if _one_of(key, VECTORS, "vectors")
    }
    shelf = _Shelf(vectors.values(), known)
    mine = about.get("sentences")
    if mine is not None:
        mine = sets[_whole(mine, "sentences", 0, len(sets) - 1)]
    emoji = [
        _emoji(reader, "emoji", one, sets, shelf)
        for one in _list(about.get("emoji_runs"), "emoji_runs", MAX_RUNS)
    ]
    numbers = [one.number for one in emoji]
    if sorted(set(numbers)) != numbers:
        raise _Wrong("emoji_runs")
    jazz = [
        _jazz(reader, f"jazz-{place}", one)
        for place, one in enumerate(_list(about.get("jazz_runs"), "jazz_runs", MAX_RUNS))
    ]
    quiz = _list(about.get("quiz"), "quiz", 3, least=3)
    return Contents(
        settings=_settings(about.get("settings")),
        texts={
            _text(key, "texts", 100): one if type(one) is int else _text(one, "texts", MAX_TEXT)
            for key, one in _dict(about.get("texts"), "texts", 50).items()
        },
        midi=midi,
        song=song,
        jazz_runs=tuple(jazz),
        sentences=mine,
        draft=_draft(about.get("draft")),
        emoji_runs=tuple(emoji),
        emoji_file=_emoji_file(reader, about.get("emoji_file")),
        vectors=vectors,
        pair=_pair(reader, about.get("pair"), sets, shelf),
        copy_run=_copy(about.get("copy_run")),
        quiz=tuple(_whole(one, "quiz", 0, 1_000_000) for one in quiz),
        left_out=tuple(
            _text(one, "left_out", 200) for one in _list(about.get("left_out"), "left_out", 50)
        ),
    )


def _settings(given: Any) -> dict[str, Link]:
    found: dict[str, Link] = {}
    for page, link in _dict(given, "settings", 20).items():
        found[_text(page, "settings", 40)] = {
            _text(name, "settings", 100): tuple(
                _text(one, "settings", MAX_CHARACTERS)
                for one in _list(values, "settings", MAX_VALUES)
            )
            for name, values in _dict(link, "settings", MAX_SETTINGS).items()
        }
    return found


def _draft(given: Any) -> tuple[str, tuple[tuple[str, str, str], ...]] | None:
    if given is None:
        return None
    name, rows = _list(given, "draft", 2, least=2)
    found = []
    for row in _list(rows, "draft", MAX_ROWS):
        sentence, label, part = (
            _text(cell, "draft", MAX_CHARACTERS) for cell in _list(row, "draft", 3, least=3)
        )
        found.append((sentence, label, part))
    return _text(name, "draft", 100), tuple(found)


def _song(reader: Reader, given: Any) -> tuple[tuple[str, bytes] | None, Song | None]:
    if given is None:
        return None, None
    about = _dict(given, "song", 2)
    title = _text(about.get("title"), "song", MAX_CHARACTERS)
    data = reader.bytes(SONG_NAME, MAX_MIDI)
    return (title, data), song_of(title, data, _whole(about.get("track"), "song", 0, 4096))


def song_of(title: str, data: bytes, track: int | None = None) -> Song:
    """What is read from an uploaded MIDI file. Raises ``MidiError``, one sentence."""
    held = io.BytesIO(data)
    held.name = f"{title}.mid"
    return read_midi(held, track)


def _emoji_file(reader: Reader, given: Any) -> bytes:
    if given is False or given is None:
        return b""
    data = _nested(reader, MODEL_NAME)
    open_model(data)
    return data


def _nested(reader: Reader, name: str) -> bytes:
    """A zip in the zip; what it unpacks to counts too."""
    data = reader.bytes(name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as inner:
            reader.spend(sum(info.file_size for info in inner.infolist()), name)
    except ArchiveError:
        raise
    except (*archive.BROKEN, ValueError) as problem:
        raise ArchiveError(_("The part “{name}” cannot be unpacked.", name=name)) from problem
    return data


def _vocabulary(given: Any) -> Vocabulary:
    tokens = []
    for one in _list(given, "vocabulary", int(BOUNDS["n_values"].high)):
        pitch, ticks = _list(one, "vocabulary", 2, least=2)
        if pitch is not None:
            pitch = _whole(pitch, "vocabulary", 0, 127)
        tokens.append(Token(pitch, _whole(ticks, "vocabulary", 1, MAX_TICKS)))
    return Vocabulary(tuple(tokens))


def _jazz(reader: Reader, name: str, given: Any) -> tuple[Vocabulary, TrainingRun]:
    about = _dict(given, "jazz_runs", 10)
    vocabulary = _vocabulary(about.get("vocabulary"))
    settings, state, error, n = _run(about, RunSettings)
    n_a, n_values, Tx = settings.n_a, vocabulary.n_values, settings.Tx
    shapes = {
        "kernel": (n_values, 4 * n_a),
        "recurrent_kernel": (n_a, 4 * n_a),
        "bias": (4 * n_a,),
        "densor_kernel": (n_a, n_values),
        "densor_bias": (n_values,),
    }
    weights = JazzWeights.from_arrays(
        [reader.array(f"{name}-{what}.npy", "<f4", shape) for what, shape in shapes.items()]
    )
    metrics = Metrics(
        _losses(reader.array(f"{name}-loss.npy", "<f4", (n, Tx)), "loss"),
        _shares(reader.array(f"{name}-accuracy.npy", "<f4", (n, Tx)), "accuracy"),
        _times(reader, f"{name}-seconds.npy", n),
    )
    probe = None
    if length := _whole(about.get("probe"), "probe", 0, 1000):
        probe = _shares(reader.array(f"{name}-probe.npy", "<f4", (length, n_values)), "probe")
    return vocabulary, KeptTrainingRun(settings, metrics, weights, probe, state, error)


def _run(about: dict[str, Any], kind: type) -> tuple[Any, State, str, int]:
    """Settings, state, error and finished epochs of a run."""
    given = _dict(about.get("settings"), "settings", 50)
    values: dict[str, Any] = {}
    for one in fields(kind):
        value, default = given.get(one.name), one.default
        if isinstance(default, Unknown):
            values[one.name] = Unknown[_one_of(value, Unknown.__members__, one.name)]
        elif isinstance(default, bool):
            values[one.name] = _one_of(value, (True, False), one.name)
        elif isinstance(default, int):
            values[one.name] = _whole(value, one.name, 0, 2**31 - 1)
        else:
            values[one.name] = _number(value, one.name)
    settings = kind(**values)
    over = [state.value for state in State if state.over]
    state = State(_one_of(about.get("state"), over, "state"))
    error = _text(about.get("error"), "error", MAX_CHARACTERS)
    return settings, state, error, _whole(about.get("epochs"), "epochs", 0, settings.epochs)


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
            self._found = {fingerprint(one): one for one in (*self._known(), *self._own)}
        return self._found.get(code)

    def lexicon(self, vectors: WordVectors, unknown: Unknown) -> Lexicon:
        key = (id(vectors), unknown)
        if key not in self._lexicons:
            self._lexicons[key] = (vectors, Lexicon.of(vectors, unknown))
        return self._lexicons[key][1]


def _emoji(
    reader: Reader, name: str, given: Any, sets: list[DataSet], shelf: _Shelf
) -> EmojiRecord:
    about = _dict(given, "emoji_runs", 12)
    number = _whole(about.get("number"), "number", 1, 1_000_000)
    name = f"{name}-{number}" if name == "emoji" else name
    settings, state, error, n = _run(about, EmojifySettings)
    data = sets[_whole(about.get("data"), "data", 0, len(sets) - 1)]
    k = data.train.n_classes
    vectors = shelf.find(_text(about.get("vectors"), "vectors", 100))
    last, best = (
        _model(open_model(_nested(reader, f"{name}-{which}{SUFFIX}"), vectors), data, settings)
        for which in ("last", "best")
    )
    if vectors is None:
        vectors = _vectors_of(last)
    numbers = _losses(reader.array(f"{name}-numbers.npy", "<f4", (4, n)), "numbers")
    _shares(numbers[1::2], "numbers")
    confusion = reader.array(f"{name}-confusion.npy", "<i4", (n, k, k))
    if n and (confusion.min() < 0 or (confusion.sum(axis=(1, 2)) != len(data.test)).any()):
        raise _Wrong("confusion")
    metrics = EmojifyMetrics(*numbers, confusion, _times(reader, f"{name}-seconds.npy", n))
    run = KeptEmojifyRun(
        data.train,
        data.test,
        shelf.lexicon(vectors, settings.unknown) if last.notes == () else last.lexicon,
        settings,
        metrics,
        last.weights,
        best.weights,
        _whole(about.get("best_epoch"), "best_epoch", 0, n),
        state,
        error,
    )
    return EmojiRecord(number, run, _text(about.get("name"), "name", 200), vectors)


def _model(model: EmojiModel, data: DataSet, settings: EmojifySettings) -> EmojiModel:
    fits = (
        model.classes == data.train.classes
        and model.maxlen == settings.maxlen
        and model.weights.n_a == model.weights.lstm_1.n_a == settings.units
        and model.weights.mask == settings.mask
        and model.lexicon.unknown is settings.unknown
    )
    if not fits:
        raise ValueError(_("A model in it is not that of its run."))
    return model


def _vectors_of(model: EmojiModel) -> WordVectors:
    """The words a model knows by itself, as vectors."""
    words = list(model.lexicon.word_to_index)
    rows = model.weights.embedding[np.arange(1, len(words) + 1)]
    return WordVectors.of(words, rows.reshape(len(words), -1), model.lexicon.name)


def _pair(reader: Reader, given: Any, sets: list[DataSet], shelf: _Shelf) -> PairRecord | None:
    """None also where its vectors are not at hand: which rows moved cannot be said then."""
    if given is None:
        return None
    about = _list(given, "pair", 2, least=2)
    code = _text(_dict(about[0], "pair", 12).get("vectors"), "pair", 100)
    vectors = shelf.find(code)
    if vectors is None:
        return None
    frozen, trainable = (
        _emoji(reader, f"pair-{place}", one, sets, shelf) for place, one in enumerate(about)
    )
    if not frozen.vectors is trainable.vectors is vectors:
        raise _Wrong("pair")
    return PairRecord(vectors, frozen.run, trainable.run)


def _vectors(reader: Reader, name: str, given: Any) -> WordVectors:
    about = _dict(given, "vectors", 4)
    words = [_text(one, "words", 1000) for one in _list(about.get("words"), "words", MAX_WORDS)]
    if not words or len(set(words)) != len(words) or not all(words):
        raise _Wrong("words")
    dtype = _one_of(about.get("dtype"), ("<f2", "<f4"), "dtype")
    dim = _whole(about.get("dim"), "dim", 1, 4096)
    matrix = reader.array(f"{name}.npy", dtype, (len(words) + 1, dim))
    if matrix[0].any():
        raise _Wrong("vectors")
    return WordVectors(_text(about.get("name"), "name", 200), Words.of(words), matrix)


def _data_set(given: Any) -> DataSet:
    about = _dict(given, "data", 3)
    classes = tuple(
        EmojiClass(*(_text(part, "classes", 100) for part in _list(one, "classes", 2, least=2)))
        for one in _list(about.get("classes"), "classes", MAX_CLASSES, least=MIN_CLASSES)
    )
    if len(set(classes)) != len(classes) or not all(one.name for one in classes):
        raise _Wrong("classes")
    parts = []
    for name in ("train", "test"):
        part = _dict(about.get(name), name, 2)
        sentences = tuple(
            _text(one, name, MAX_CHARACTERS)
            for one in _list(part.get("sentences"), name, MAX_ROWS, least=1)
        )
        labels = [
            _whole(one, name, 0, len(classes) - 1)
            for one in _list(part.get("labels"), name, MAX_ROWS)
        ]
        parts.append(LabelledSentences(sentences, np.array(labels, int), classes))
    found = DataSet(*parts)
    return shipped() if _same(found, shipped()) else found


def _copy(given: Any) -> CopyRun | None:
    if given is None:
        return None
    about = _dict(given, "copy_run", 7)
    settings, state, error, n = _run(about, CopySettings)
    counts = _dict(about.get("parameters"), "parameters", len(KINDS))
    curves = _dict(about.get("curves"), "curves", len(KINDS))
    if set(counts) != set(KINDS) or set(curves) != set(KINDS):
        raise _Wrong("copy_run")
    seconds = [
        _number(one, "seconds") for one in _list(about.get("seconds"), "seconds", n, least=n)
    ]
    return KeptCopyRun(
        settings,
        {kind: _whole(counts[kind], "parameters", 1, 10**9) for kind in KINDS},
        {
            kind: [_point(one, settings.steps) for one in _list(curves[kind], "curves", n)]
            for kind in KINDS
        },
        _rising(np.array(seconds)),
        state,
        error,
    )


def _point(given: Any, steps: int) -> Point:
    step, loss, accuracy = _list(given, "curves", 3, least=3)
    loss, accuracy = _number(loss, "curves"), _number(accuracy, "curves")
    if loss < 0 or not 0 <= accuracy <= 1:
        raise _Wrong("curves")
    return Point(_whole(step, "curves", 1, steps), loss, accuracy)


# Numbers and texts.


def _losses(array: np.ndarray, name: str) -> np.ndarray:
    if array.size and array.min() < 0:
        raise _Wrong(name)
    return array


def _shares(array: np.ndarray, name: str) -> np.ndarray:
    if array.size and not 0 <= array.min() <= array.max() <= 1:
        raise _Wrong(name)
    return array


def _times(reader: Reader, name: str, n: int) -> np.ndarray:
    return _rising(reader.array(name, "<f8", (n,)))


def _rising(seconds: np.ndarray) -> np.ndarray:
    if len(seconds) and (seconds[0] < 0 or (np.diff(seconds) < 0).any()):
        raise _Wrong("seconds")
    return seconds


def _dict(value: Any, name: str, most: int) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > most:
        raise _Wrong(name)
    return value


def _list(value: Any, name: str, most: int, least: int = 0) -> list[Any]:
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise _Wrong(name)
    return value


def _text(value: Any, name: str, most: int) -> str:
    if not isinstance(value, str) or len(value) > most or not _writable(value):
        raise _Wrong(name)
    return value


def _writable(text: str) -> bool:
    """JSON may hold half a surrogate pair, which no page can be sent."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _whole(value: Any, name: str, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise _Wrong(name)
    return value


def _number(value: Any, name: str) -> float:
    if type(value) not in (int, float) or not abs(value) <= 1e12:
        raise _Wrong(name)
    return float(value)


def _one_of(value: Any, among: Iterable[Any], name: str) -> Any:
    if not any(value is one or (type(value) is type(one) and value == one) for one in among):
        raise _Wrong(name)
    return value
