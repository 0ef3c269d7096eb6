"""A visit as one file: a zip of ``visit.json`` and plain arrays (see ``seqlib.archive``).

Emoji models inside are the files that ``seqlib.emojify.save_model`` makes, an uploaded MIDI
file is as it came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, Literal

import msgspec
import numpy as np
import pandas as pd

from seqlib import archive, limits
from seqlib.archive import array_bytes
from seqlib.emojify import save_model
from seqlib.i18n import N_
from seqlib.jazz.training import TrainingRun
from seqlib.jazz.weights import NAMES
from seqlib.music import Song, Vocabulary
from seqlib.text import DataSet
from seqlib.training.copy_task import EVERY, KINDS, CopyRun
from seqlib.training.stepped import flat
from seqlib.vectors import WordVectors
from ui.visit import SUFFIX, format
from ui.visit.format import (
    EMOJI_NUMBERS,
    JSON_NAME,
    MAX_LEFT_OUT,
    MAX_RUNS,
    MODEL_NAME,
    SONG_NAME,
    VECTORS,
    same,
)
from ui.visit.memory import Visit
from ui.visit.reading import fitting_links, fitting_loose, open_visit
from ui.visit.records import EmojiRecord, PairRecord

# Weights hardly shrink in a zip, so half of what may unpack is what may be packed.
MOST_PARTS = limits.VISIT_BYTES * 0.8
SPARE = N_("weights that a jazz run kept on the way")


@dataclass
class Item:
    """One thing in a file.

    Attributes
    ----------
    name : str
        What a reader is told if it is left out.
    kind : str
        The field of ``format.Visit`` that it fills, or is one of.
    entry
        What stands there.
    parts : dict
        Other parts of the archive, by what follows ``prefix`` in their names.
    data : DataSet
        Sentences that the entry, or each of two, refers to.
    spare : dict
        Further parts, for which there may be no room: the weights of the entry's ``stages``.
    """

    name: str
    kind: str
    entry: Any
    parts: dict[str, bytes] = field(default_factory=dict)
    prefix: str = ""
    data: DataSet | None = None
    spare: dict[str, bytes] = field(default_factory=dict)

    def drop_spare(self) -> str:
        """Leave the spare parts out, and return what a reader is told."""
        self.spare, self.entry.stages = {}, []
        return SPARE


def save_visit(visit: Visit) -> bytes:
    """Return the file of a visit: its ``work``, ``links`` and ``loose``.

    Runs that move are in it as they are now. The file is opened again before it is given out:
    what does not come back, because it is beyond a limit or makes the whole too large, is left
    out, kept weights and oldest emoji runs first, and named.
    """
    links, loose = fitting_links(visit.links), fitting_loose(visit.loose)
    visit = replace(visit, links=links, loose=loose)
    items: list[Item] = []
    left_out: list[str] = []
    size = 0
    for name, kind, make in _things(visit.work):
        try:
            item = make(name)
        except ValueError:
            left_out.append(name)
            continue
        nbytes = sum(map(len, item.parts.values()))
        if size + nbytes > MOST_PARTS or [one.kind for one in items].count(kind) == MAX_RUNS:
            left_out.append(name)
            continue
        items.append(item)
        size += nbytes
    for item in (one for one in items if one.spare):
        size += (nbytes := sum(map(len, item.spare.values())))
        if size > MOST_PARTS:
            size -= nbytes
            left_out.append(item.drop_spare())
    if not _comes_back(visit, items, left_out):
        left_out += [item.drop_spare() for item in items if item.spare]
        if not _comes_back(visit, items, left_out):
            fit = [item for item in items if _comes_back(visit, [item], [])]
            left_out += [item.name for item in items if item not in fit]
            items = fit
        while items and not _comes_back(visit, items, left_out):
            left_out.append(items.pop().name)
    return _packed(visit, items, left_out)


def _things(work: Mapping[str, Any]) -> Iterator[tuple[str, str, Callable[[str], Item]]]:
    """Yield name, kind and maker of all that may be left out, the dearest first."""
    alone: dict[str, tuple[str, str, Callable[..., Item]]] = {
        "emoji_mine": (N_("your sentences"), "sentences", _sentences),
        "emoji_draft": (N_("the table being edited"), "draft", _draft),
        "emoji_file_bytes": (N_("the opened model"), "emoji_file", _model),
        "copy_run": (N_("the copy-memory run"), "copy_run", _copy),
    }
    if (song := work.get("song")) is not None:
        yield N_("the MIDI file"), "song", partial(_song, song, *work["song_file"])
    for key, (name, kind, make) in alone.items():
        if (one := work.get(key)) is not None and (key != "copy_run" or one.epoch):
            yield name, kind, partial(make, one)
    for vocabulary, run in reversed(work.get("jazz_runs", {}).items()):
        yield N_("a jazz run"), "jazz_runs", partial(_jazz, vocabulary, run)
    for key, choice in VECTORS.items():
        if (found := work.get(f"own_vectors:{choice}")) is not None:
            yield found.name, "vectors", partial(_vectors, key, found)
    if (pair := work.get("embedding_runs")) is not None:
        yield N_("the runs with and without a frozen embedding"), "pair", partial(_pair, pair)
    for record in reversed(work.get("emoji_runs", ())):
        yield record.name, "emoji_runs", partial(_emoji, record)


def _comes_back(visit: Visit, items: list[Item], left_out: list[str]) -> bool:
    """Whether a file of these things opens and holds them all."""
    records = [*visit.work.get("emoji_runs", ()), visit.work.get("embedding_runs")]
    vectors = [one.vectors for one in records if one is not None]
    try:
        found = open_visit(_packed(visit, items, left_out), lambda: vectors)
    except ValueError:
        return False
    there = [(name, kind) for name, kind, _make in _things(found.work)]
    settings = (found.links, {**found.loose, "midi_track": None})
    return there == [(item.name[:200], item.kind) for item in items] and settings == (
        visit.links,
        {**visit.loose, "midi_track": None},
    )


def _packed(visit: Visit, items: list[Item], left_out: list[str]) -> bytes:
    quiz = visit.work.get("quiz") or {}
    about = format.Visit(
        settings=visit.links,
        texts=visit.loose,
        quiz=(quiz.get("number", 0), quiz.get("right", 0), quiz.get("asked", 0)),
        left_out=[name[:200] for name in dict.fromkeys(left_out)][:MAX_LEFT_OUT],
    )
    parts: dict[str, bytes] = {}
    sets: list[DataSet] = []
    for item in reversed(items):  # runs stand in their order
        entry, prefix = item.entry, item.prefix
        if item.data is not None:
            place = next((at for at, one in enumerate(sets) if same(one, item.data)), len(sets))
            if place == len(sets):
                sets.append(item.data)
            entry = place if item.kind == "sentences" else entry
            for run in entry if isinstance(entry, tuple) else (entry,):
                if isinstance(run, format.EmojiRun):
                    run.data = place
        if item.kind == "jazz_runs":
            prefix = f"jazz-{len(about.jazz_runs)}-"
        held = getattr(about, item.kind)
        if isinstance(held, list):
            held.append(entry)
        elif isinstance(held, dict):
            held |= entry
        else:
            setattr(about, item.kind, entry)
        parts |= {f"{prefix}{name}": data for name, data in (item.parts | item.spare).items()}
    about.data = [_data(one) for one in sets]
    return archive.write({JSON_NAME: msgspec.json.encode(about), **parts})


def _sentences(data: DataSet, name: str) -> Item:
    return Item(name, "sentences", 0, data=data)


def _model(file: bytes, name: str) -> Item:
    return Item(name, "emoji_file", True, {MODEL_NAME: file})


def _draft(draft: tuple[str, pd.DataFrame], name: str) -> Item:
    of, table = draft
    cells = table.fillna("").astype(str).values.tolist()
    rows = [tuple(cell[: limits.SENTENCE] for cell in row[:3]) for row in cells]
    return Item(name, "draft", (of, rows))


def _song(song: Song, title: str, data: bytes, name: str) -> Item:
    return Item(name, "song", format.Song(title[: limits.SENTENCE], song.track), {SONG_NAME: data})


def _run(run: Any) -> dict[str, Any]:
    settings = asdict(run.settings)
    if "unknown" in settings:
        settings["unknown"] = run.settings.unknown.name
    told = {"state": run.state, "error": run.error[: limits.SENTENCE], "epochs": run.epoch}
    return {"settings": settings, "trained_for": run.trained_for, **told}


def _arrays(arrays: Mapping[str, np.ndarray]) -> dict[str, bytes]:
    """Seconds are float64, counts int32, everything else float32."""
    kinds = {"seconds": "<f8", "confusion": "<i4"}
    return {
        f"{what}.npy": array_bytes(array, kinds.get(what, "<f4")) for what, array in arrays.items()
    }


def _jazz(vocabulary: Vocabulary, run: TrainingRun, name: str) -> Item:
    kept = run.kept()
    probe = kept.probe
    arrays = dict(zip(NAMES, kept.snapshot().weights.arrays, strict=True))
    arrays |= kept.rows()
    if probe is not None:
        arrays["probe"] = probe
    checkpoints = {at: one for at, one in kept.checkpoints.items() if at < kept.epoch}
    entry = format.JazzRun(
        **_run(kept),
        engine=kept.engine,
        vocabulary=[(one.pitch, one.ticks) for one in vocabulary.tokens],
        probe=0 if probe is None else len(probe),
        watched="held_out" in arrays,
        stages=list(checkpoints),
    )
    each = zip(*(one.arrays for one in checkpoints.values()), strict=True)
    kinds = zip(NAMES, each, strict=False)  # none where there are no checkpoints
    spare = _arrays({f"stages-{what}": np.stack(arrays) for what, arrays in kinds})
    return Item(name, "jazz_runs", entry, _arrays(arrays), spare=spare)


def _vectors(key: str, found: WordVectors, name: str) -> Item:
    if found.matrix.nbytes > limits.VISIT_VECTORS:
        raise ValueError(f"{name} is too large")
    dtype: Literal["<f2", "<f4"] = "<f2" if found.matrix.dtype == np.float16 else "<f4"
    parts = {f"{key}.npy": array_bytes(np.asarray(found.matrix), dtype)}
    entry = format.Vectors(found.name[:200], dtype, found.dim, list(found.words))
    return Item(name, "vectors", {key: entry}, parts, "vectors-")


def _emoji(record: EmojiRecord, name: str) -> Item:
    run = record.run.kept()
    curves, words = run.rows(), {*run.train.words, *run.test.words}
    curves["numbers"] = np.array([curves.pop(name) for name in EMOJI_NUMBERS])
    parts = {
        f"{which}{SUFFIX}": save_model(snapshot.model, words, vectors=record.vectors)
        for which, snapshot in (("last", run.snapshot()), ("best", run.best()))
    }
    entry = format.EmojiRun(
        **_run(run),
        engine=run.engine,
        number=record.number,
        name=record.data[:200],
        data=0,
        vectors=record.vectors.fingerprint,
        best_epoch=run.best().epoch,
    )
    data = DataSet(run.train, run.test)
    return Item(name, "emoji_runs", entry, parts | _arrays(curves), f"emoji-{record.number}-", data)


def _pair(pair: PairRecord, name: str) -> Item:
    both = [
        _emoji(EmojiRecord(1, run, "", pair.vectors), name) for run in (pair.frozen, pair.trainable)
    ]
    parts = {
        f"{place}-{part}": data
        for place, one in enumerate(both)
        for part, data in one.parts.items()
    }
    return Item(name, "pair", tuple(one.entry for one in both), parts, "pair-", both[0].data)


def _data(data: DataSet) -> format.Data:
    train, test = (format.Part(list(part.sentences), part.labels.tolist()) for part in data)
    return format.Data([(one.name, one.emoji) for one in data.train.classes], train, test)


def _copy(run: CopyRun, name: str) -> Item:
    kept = run.kept()
    rows = kept.rows()
    steps = EVERY * np.arange(1, kept.epoch + 1)
    curves = {
        kind: list(zip(steps.tolist(), loss.tolist(), accuracy.tolist(), strict=True))
        for kind, loss, accuracy in zip(KINDS, rows["loss"].T, rows["accuracy"].T, strict=True)
    }
    models, parts = kept.at_epoch()[1], {}
    if models is not None:
        arrays = {"weights": flat(array for one in models.values() for array in one)}
        parts = _arrays(arrays)
    entry = format.CopyRun(
        **_run(kept), curves=curves, seconds=rows["seconds"].tolist(), weights=bool(parts)
    )
    return Item(name, "copy_run", entry, parts, "copy-")
