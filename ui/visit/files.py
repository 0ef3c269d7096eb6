"""A visit as one file, and back, giving the same numbers.

A zip of ``visit.json`` and plain arrays (see ``seqlib.archive``). Emoji models inside are
the files that ``seqlib.emojify.save_model`` makes, an uploaded MIDI file is as it came. A
file may come from anybody: every number is checked, and what does not fit is told of in one
sentence.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, TypeVar

import msgspec
import numpy as np

from seqlib import archive
from seqlib.archive import ArchiveError, Reader, array_bytes
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
from seqlib.i18n import N_, _
from seqlib.jazz import JazzWeights
from seqlib.jazz.training import Metrics, RunSettings, TrainingRun
from seqlib.music import MAX_BYTES as MAX_MIDI
from seqlib.music import Song, Token, Vocabulary, read_midi
from seqlib.text import DataSet, EmojiClass, LabelledSentences, shipped
from seqlib.text.files import MAX_CHARACTERS
from seqlib.training.copy_task import KINDS, CopyRun, CopySettings, Point
from seqlib.vectors import WordVectors
from seqlib.vectors.words import Words
from ui.visit import MAX_BYTES, MAX_VECTORS, SUFFIX, format
from ui.visit.format import MAX_LEFT_OUT, MAX_RUNS
from ui.visit.records import EmojiRecord, PairRecord
from ui.visit.runs import (
    KeptCopyRun,
    KeptEmojifyRun,
    KeptTrainingRun,
    kept_copy,
    kept_emojify,
    kept_training,
)

MAX_UNPACKED = 150_000_000
MAX_JSON = 64_000_000
JSON_NAME, SONG_NAME, MODEL_NAME = "visit.json", "song.mid", f"emoji-file{SUFFIX}"
JAZZ_ARRAYS = ("kernel", "recurrent_kernel", "bias", "densor_kernel", "densor_bias")

Link = dict[str, tuple[str, ...]]
Settings = TypeVar("Settings", RunSettings, EmojifySettings, CopySettings)


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
    """Return the file of a visit. Runs that move are in it as they are now.

    The file is opened again before it is given out. What does not come back, because it is
    beyond a limit or makes the whole too large, is left out, oldest emoji runs first, and named.
    """
    data, kept = _packed(contents)
    if _comes_back(data, kept):
        return data
    left_out = list(kept.left_out)
    parts = []
    for name, part in _parts(kept):
        if _comes_back(*_packed(part)):
            parts.append((name, part))
        else:
            left_out.append(name)
    while True:
        data, kept = _packed(_joined([part for _name, part in parts], left_out))
        if not parts or _comes_back(data, kept):
            return data
        left_out.append(parts.pop()[0])


def _parts(contents: Contents) -> Iterator[tuple[str, Contents]]:
    """Yield what may be left out, each alone, the dearest first."""
    yield (
        N_("settings"),
        Contents(settings=contents.settings, texts=contents.texts, quiz=contents.quiz),
    )
    alone = {
        N_("your sentences"): {"sentences": contents.sentences},
        N_("the table being edited"): {"draft": contents.draft},
        N_("the MIDI file"): {"midi": contents.midi, "song": contents.song},
        N_("the opened model"): {"emoji_file": contents.emoji_file},
        N_("the copy-memory run"): {"copy_run": contents.copy_run},
    }
    for name, part in alone.items():
        if all(part.values()):
            yield name, Contents(**part)
    for one in reversed(contents.jazz_runs):
        yield N_("a jazz run"), Contents(jazz_runs=(one,))
    for key, found in contents.vectors.items():
        yield found.name, Contents(vectors={key: found})
    if contents.pair is not None:
        yield N_("the runs with and without a frozen embedding"), Contents(pair=contents.pair)
    for record in reversed(contents.emoji_runs):
        yield record.name, Contents(emoji_runs=(record,))


def _joined(parts: Iterable[Contents], left_out: Iterable[str]) -> Contents:
    """Put ``_parts`` together again."""
    whole = Contents(left_out=tuple(left_out))
    for part in parts:
        changed = {
            one.name: value
            for one in fields(Contents)
            if (value := getattr(part, one.name)) != one.default and value
        }
        for name in ("jazz_runs", "emoji_runs"):
            if name in changed:  # they come newest first
                changed[name] = (*changed[name], *getattr(whole, name))
        if "vectors" in changed:
            changed["vectors"] = {**whole.vectors, **changed["vectors"]}
        whole = replace(whole, **changed)
    return whole


def _comes_back(data: bytes, contents: Contents) -> bool:
    """Whether a file opens and holds as much as was put in."""
    records = [*contents.emoji_runs, *([contents.pair] if contents.pair else [])]
    try:
        found = open_visit(data, lambda: [record.vectors for record in records])
    except ValueError:
        return False
    return _outline(found) == _outline(contents)


def _outline(contents: Contents) -> tuple:
    runs = [one.number for one in contents.emoji_runs]
    single = (contents.midi, contents.sentences, contents.draft, contents.pair, contents.copy_run)
    return (
        *({page: dict(link) for page, link in contents.settings.items()}, contents.texts),
        *(contents.quiz, contents.draft, contents.emoji_file, runs, len(contents.jazz_runs)),
        *(list(contents.vectors), [one is not None for one in single]),
    )


def _packed(contents: Contents) -> tuple[bytes, Contents]:
    """Return a file and what is in it; an empty one where something cannot be written."""
    parts: dict[str, bytes] = {}
    data: list[DataSet] = []
    left_out = [*contents.left_out, *(["a jazz run"] * (len(contents.jazz_runs) > MAX_RUNS))]
    runs, records = contents.jazz_runs[-MAX_RUNS:], []
    try:
        if contents.midi is not None:
            parts[SONG_NAME] = contents.midi[1]
        if contents.emoji_file:
            parts[MODEL_NAME] = contents.emoji_file
        if contents.sentences is not None:
            data.append(contents.sentences)
        about = format.Visit(
            settings={
                page: {key: list(words) for key, words in link.items()}
                for page, link in contents.settings.items()
            },
            texts=contents.texts,
            quiz=contents.quiz,
            draft=contents.draft,
            song=_put_song(contents),
            jazz_runs=[_put_jazz(parts, f"jazz-{place}", *one) for place, one in enumerate(runs)],
            vectors={
                key: _put_vectors(parts, f"vectors-{key}", found)
                for key, found in contents.vectors.items()
            },
            sentences=None if contents.sentences is None else 0,
            emoji_file=bool(contents.emoji_file),
            pair=None if contents.pair is None else _put_pair(parts, contents.pair, data),
            copy_run=_put_copy(contents.copy_run),
            emoji_runs=[],
            data=[],
            left_out=[],
        )
        for record in reversed(contents.emoji_runs):
            mine: dict[str, bytes] = {}
            put = _put_emoji(mine, f"emoji-{record.number}", record, data)
            # Weights hardly shrink in a zip, so half of what may unpack is what may be packed.
            size = sum(map(len, (*parts.values(), *mine.values())))
            if size > MAX_BYTES * 0.8 or len(records) == MAX_RUNS:
                left_out.append(record.name)
                continue
            parts |= mine
            about.emoji_runs.insert(0, put)
            records.insert(0, record)
        about.data = [_put_data(one) for one in data]
        about.left_out = [name[:200] for name in dict.fromkeys(left_out)][:MAX_LEFT_OUT]
        made = archive.write({JSON_NAME: msgspec.json.encode(about), **parts})
    except ValueError:
        return b"", contents
    kept = {"jazz_runs": runs, "emoji_runs": tuple(records), "left_out": tuple(left_out)}
    return made, replace(contents, **kept)


def _run(run: Any) -> dict[str, Any]:
    settings = asdict(run.settings)
    if "unknown" in settings:
        settings["unknown"] = run.settings.unknown.name
    error = run.error[:MAX_CHARACTERS]
    return {"settings": settings, "state": run.state, "error": error, "epochs": run.epoch}


def _put_song(contents: Contents) -> format.Song | None:
    if contents.midi is None or contents.song is None:
        return None
    return format.Song(contents.midi[0][:MAX_CHARACTERS], contents.song.track)


def _put_arrays(parts: dict[str, bytes], name: str, arrays: Mapping[str, np.ndarray]) -> None:
    for what, array in arrays.items():
        parts[f"{name}-{what}.npy"] = array_bytes(array, _dtype(what))


def _dtype(what: str) -> str:
    """Seconds are float64, counts int32, everything else float32."""
    return {"seconds": "<f8", "confusion": "<i4"}.get(what, "<f4")


def _put_jazz(
    parts: dict[str, bytes], name: str, vocabulary: Vocabulary, run: TrainingRun
) -> format.JazzRun:
    kept = kept_training(run)
    metrics, probe = kept.metrics, kept.probe
    arrays = dict(zip(JAZZ_ARRAYS, kept.snapshot().weights.arrays, strict=True))
    curves = {"loss": metrics.loss, "accuracy": metrics.accuracy, "seconds": metrics.seconds}
    probed = {} if probe is None else {"probe": probe}
    _put_arrays(parts, name, {**arrays, **curves, **probed})
    return format.JazzRun(
        **_run(kept), vocabulary=vocabulary.to_json(), probe=0 if probe is None else len(probe)
    )


def _put_vectors(parts: dict[str, bytes], name: str, found: WordVectors) -> format.Vectors:
    dtype = "<f2" if found.matrix.dtype == np.float16 else "<f4"
    if found.matrix.nbytes > MAX_VECTORS:
        raise ValueError(f"{found.name} is too large")
    parts[f"{name}.npy"] = array_bytes(np.asarray(found.matrix), dtype)
    return format.Vectors(found.name[:200], dtype, found.dim, list(found.words))


def _put_emoji(
    parts: dict[str, bytes], name: str, record: EmojiRecord, data: list[DataSet]
) -> format.EmojiRun:
    run = kept_emojify(record.run)
    metrics, words = run.metrics, {*run.train.words, *run.test.words}
    for which, snapshot in (("last", run.snapshot()), ("best", run.best())):
        parts[f"{name}-{which}{SUFFIX}"] = save_model(snapshot.model, words, vectors=record.vectors)
    numbers = np.array([metrics.loss, metrics.accuracy, metrics.test_loss, metrics.test_accuracy])
    curves = {"numbers": numbers, "confusion": metrics.confusion, "seconds": metrics.seconds}
    _put_arrays(parts, name, curves)
    mine = DataSet(run.train, run.test)
    place = next((at for at, one in enumerate(data) if _same(one, mine)), len(data))
    if place == len(data):
        data.append(mine)
    return format.EmojiRun(
        **_run(run),
        number=record.number,
        name=record.data[:200],
        data=place,
        vectors=fingerprint(record.vectors),
        best_epoch=run.best().epoch,
    )


def _put_pair(
    parts: dict[str, bytes], pair: PairRecord, data: list[DataSet]
) -> tuple[format.EmojiRun, format.EmojiRun]:
    frozen, trainable = (
        _put_emoji(parts, f"pair-{place}", EmojiRecord(1, run, "", pair.vectors), data)
        for place, run in enumerate((pair.frozen, pair.trainable))
    )
    return frozen, trainable


def _same(one: DataSet, other: DataSet) -> bool:
    return all(
        a is b
        or (a.sentences == b.sentences and a.classes == b.classes and (a.labels == b.labels).all())
        for a, b in zip(one, other, strict=True)
    )


def _put_data(data: DataSet) -> format.Data:
    train, test = (format.Part(list(part.sentences), part.labels.tolist()) for part in data)
    return format.Data([(one.name, one.emoji) for one in data.train.classes], train, test)


def _put_copy(run: CopyRun | None) -> format.CopyRun | None:
    kept = None if run is None else kept_copy(run)
    if kept is None or not kept.epoch:
        return None
    curves = {
        kind: [(one.step, one.loss, one.accuracy) for one in kept.curves[kind]] for kind in KINDS
    }
    return format.CopyRun(
        **_run(kept),
        parameters=dict(kept.parameters),
        curves=curves,
        seconds=kept.seconds.tolist(),
    )


# Reading.


def open_visit(data: bytes, known: Callable[[], Iterable[WordVectors]] = tuple) -> Contents:
    """Return what ``save_visit`` wrote.

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
    head, text = format.Head(), b""
    with suppress(ValueError, RecursionError):
        reader = Reader(data, MAX_UNPACKED)
        text = reader.bytes(JSON_NAME, MAX_JSON)
        head = msgspec.json.decode(text, type=format.Head)
    if head.format != format.FORMAT:
        raise ValueError(
            _(
                "This is not a saved visit; choose a file that “Save” in this menu made (its "
                "name ends in {suffix}).",
                suffix=SUFFIX,
            )
        )
    if head.version != format.VERSION:
        raise ValueError(_("This visit was saved by another version of SeqScope; open it there."))
    try:
        return _contents(reader, msgspec.json.decode(text, type=format.Visit), known)
    except msgspec.ValidationError as problem:
        said = _entry(problem)
    except ValueError as problem:
        said = str(problem)
    raise ValueError(
        _("This saved visit is damaged, so nothing was changed: {problem}", problem=said)
    )


def _entry(problem: msgspec.ValidationError) -> str:
    """Name the entry of ``visit.json`` that is not as it should be."""
    return str(_Wrong(str(problem).rpartition("`$.")[2].rstrip("`")[:100] or JSON_NAME))


class _Wrong(ValueError):
    """An entry of ``visit.json`` that is not as it should be."""

    def __init__(self, name: str) -> None:
        super().__init__(_("The entry “{name}” is not as it should be.", name=name))


def _contents(
    reader: Reader, about: format.Visit, known: Callable[[], Iterable[WordVectors]]
) -> Contents:
    sets = [_data_set(one) for one in about.data]
    vectors = {key: _vectors(reader, f"vectors-{key}", one) for key, one in about.vectors.items()}
    shelf = _Shelf(vectors.values(), known)
    emoji = [_emoji(reader, f"emoji-{one.number}", one, sets, shelf) for one in about.emoji_runs]
    numbers = [one.number for one in emoji]
    if sorted(set(numbers)) != numbers:
        raise _Wrong("emoji_runs")
    midi, song = _song(reader, about.song)
    return Contents(
        settings={
            page: {key: tuple(words) for key, words in link.items()}
            for page, link in about.settings.items()
        },
        texts=about.texts,
        midi=midi,
        song=song,
        jazz_runs=tuple(
            _jazz(reader, f"jazz-{place}", one) for place, one in enumerate(about.jazz_runs)
        ),
        sentences=None if about.sentences is None else _set(sets, about.sentences),
        draft=None if about.draft is None else (about.draft[0], tuple(about.draft[1])),
        emoji_runs=tuple(emoji),
        emoji_file=_emoji_file(reader) if about.emoji_file else b"",
        vectors=vectors,
        pair=None if about.pair is None else _pair(reader, about.pair, sets, shelf),
        copy_run=None if about.copy_run is None else _copy(about.copy_run),
        quiz=about.quiz,
        left_out=tuple(about.left_out),
    )


def _set(sets: list[DataSet], place: int) -> DataSet:
    if place >= len(sets):
        raise _Wrong("data")
    return sets[place]


def _song(
    reader: Reader, about: format.Song | None
) -> tuple[tuple[str, bytes] | None, Song | None]:
    if about is None:
        return None, None
    data = reader.bytes(SONG_NAME, MAX_MIDI)
    return (about.title, data), song_of(about.title, data, about.track)


def song_of(title: str, data: bytes, track: int | None = None) -> Song:
    """What is read from an uploaded MIDI file. Raises ``MidiError``, one sentence."""
    held = io.BytesIO(data)
    held.name = f"{title}.mid"
    return read_midi(held, track)


def _emoji_file(reader: Reader) -> bytes:
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


def _jazz(reader: Reader, name: str, about: format.JazzRun) -> tuple[Vocabulary, TrainingRun]:
    vocabulary = Vocabulary(tuple(Token(pitch, ticks) for pitch, ticks in about.vocabulary))
    settings, n = _settings(about, RunSettings), about.epochs
    n_a, n_values, Tx = settings.n_a, vocabulary.n_values, settings.Tx
    shapes = ((n_values, 4 * n_a), (n_a, 4 * n_a), (4 * n_a,), (n_a, n_values), (n_values,))
    weights = JazzWeights.from_arrays(
        [
            reader.array(f"{name}-{what}.npy", "<f4", shape)
            for what, shape in zip(JAZZ_ARRAYS, shapes, strict=True)
        ]
    )
    metrics = Metrics(
        _losses(reader.array(f"{name}-loss.npy", "<f4", (n, Tx)), "loss"),
        _shares(reader.array(f"{name}-accuracy.npy", "<f4", (n, Tx)), "accuracy"),
        _times(reader, f"{name}-seconds.npy", n),
    )
    probe = None
    if about.probe:
        probed = reader.array(f"{name}-probe.npy", "<f4", (about.probe, n_values))
        probe = _shares(probed, "probe")
    run = KeptTrainingRun(settings, metrics, weights, probe, about.state, about.error)
    return vocabulary, run


def _settings(about: format.Run, kind: type[Settings]) -> Settings:
    """Return a run's settings; those that the file does not name have their defaults."""
    given = dict(about.settings)
    if (unknown := given.get("unknown")) is not None:
        if unknown not in Unknown.__members__:
            raise _Wrong("unknown")
        given["unknown"] = Unknown[unknown].value
    settings = msgspec.convert(given, kind)
    if about.epochs > settings.epochs:
        raise _Wrong("epochs")
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
            self._found = {fingerprint(one): one for one in (*self._known(), *self._own)}
        return self._found.get(code)

    def lexicon(self, vectors: WordVectors, unknown: Unknown) -> Lexicon:
        key = (id(vectors), unknown)
        if key not in self._lexicons:
            self._lexicons[key] = (vectors, Lexicon.of(vectors, unknown))
        return self._lexicons[key][1]


def _emoji(
    reader: Reader, name: str, about: format.EmojiRun, sets: list[DataSet], shelf: _Shelf
) -> EmojiRecord:
    settings, n = _settings(about, EmojifySettings), about.epochs
    data = _set(sets, about.data)
    k = data.train.n_classes
    vectors = shelf.find(about.vectors)
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
    run = KeptEmojifyRun(
        data.train,
        data.test,
        shelf.lexicon(vectors, settings.unknown) if last.notes == () else last.lexicon,
        settings,
        EmojifyMetrics(*numbers, confusion, _times(reader, f"{name}-seconds.npy", n)),
        last.weights,
        best.weights,
        about.best_epoch,
        about.state,
        about.error,
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
        raise ValueError(_("A model in it is not that of its run."))
    return model


def _vectors_of(model: EmojiModel) -> WordVectors:
    """The words a model knows by itself, as vectors."""
    words = list(model.lexicon.word_to_index)
    rows = model.weights.embedding[np.arange(1, len(words) + 1)]
    return WordVectors.of(words, rows.reshape(len(words), -1), model.lexicon.name)


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
        raise _Wrong("pair")
    return PairRecord(vectors, frozen.run, trainable.run)


def _vectors(reader: Reader, name: str, about: format.Vectors) -> WordVectors:
    matrix = reader.array(f"{name}.npy", about.dtype, (len(about.words) + 1, about.dim))
    if len(set(about.words)) != len(about.words) or matrix[0].any():
        raise _Wrong("words")
    return WordVectors(about.name, Words.of(about.words), matrix)


def _data_set(about: format.Data) -> DataSet:
    classes = tuple(EmojiClass(*one) for one in about.classes)
    if len(set(classes)) != len(classes):
        raise _Wrong("classes")
    found = DataSet(
        *(
            LabelledSentences(tuple(part.sentences), np.array(part.labels, int), classes)
            for part in (about.train, about.test)
        )
    )
    return shipped() if _same(found, shipped()) else found


def _copy(about: format.CopyRun) -> CopyRun:
    settings = _settings(about, CopySettings)
    if set(about.parameters) != set(KINDS) or set(about.curves) != set(KINDS):
        raise _Wrong("copy_run")
    curves = {kind: [Point(*point) for point in about.curves[kind]] for kind in KINDS}
    if any(not 1 <= point.step <= settings.steps for kind in KINDS for point in curves[kind]):
        raise _Wrong("curves")
    seconds = _rising(np.array(about.seconds))
    return KeptCopyRun(settings, about.parameters, curves, seconds, about.state, about.error)


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
