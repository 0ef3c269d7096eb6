"""Visits held in the process, and visits as files."""

from __future__ import annotations

import io
import json
import struct
import threading
import tracemalloc
import zipfile
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pandas as pd
import pretty_midi
import pytest

from seqlib import archive, limits
from seqlib.archive import array_bytes
from seqlib.emojify import (
    EmojifyRun,
    EmojifySettings,
    EmojifyWeights,
    Lexicon,
    Unknown,
)
from seqlib.i18n import speaking
from seqlib.jazz import JazzWeights, shifted_one_hot
from seqlib.jazz.corpus import default_corpus
from seqlib.jazz.training import RunSettings, TrainingRun
from seqlib.text import DataSet, shipped
from seqlib.training.copy_task import CopyRun, CopySettings, CopyTask
from seqlib.training.run import Record, State
from seqlib.vectors import WordVectors, load
from ui.visit import memory, session
from ui.visit.format import EMOJI_NUMBERS
from ui.visit.memory import Visit, Visits, held_bytes
from ui.visit.reading import open_visit, song_of
from ui.visit.records import EmojiRecord, PairRecord
from ui.visit.writing import save_visit

EPOCHS, Tx, N_A, UNITS = 3, 5, 4, 6


def a_song() -> tuple[str, bytes]:
    song = pretty_midi.PrettyMIDI(initial_tempo=120)
    for name, low in (("Whistle", 60), ("Tuba", 36)):
        lead = pretty_midi.Instrument(73, name=name)
        for note, pitch in enumerate(np.random.default_rng(low).integers(low, low + 12, 40)):
            lead.notes.append(pretty_midi.Note(90, int(pitch), note * 0.25, note * 0.25 + 0.25))
        song.instruments.append(lead)
    held = io.BytesIO()
    song.write(held)
    return "my tune", held.getvalue()


def a_jazz_run(state: State = State.STOPPED, error: str = "") -> TrainingRun:
    rng, corpus = np.random.default_rng(3), default_corpus()
    measured = {
        "loss": rng.random((EPOCHS, Tx), np.float32),
        "accuracy": rng.random((EPOCHS, Tx), np.float32),
        "seconds": np.array([0.5, 0.75, 1.25]),
        "spent": rng.random((EPOCHS, 3), np.float32),
        "held_out": np.array([[2.5, 0.25], [-1, -1], [2, 0.5]], np.float32),
        "gradient": rng.random((EPOCHS, 5), np.float32),
        "rate": np.full(EPOCHS, 0.03, np.float32),
    }
    settings = RunSettings(epochs=10, m=7, Tx=Tx, n_a=N_A, seed=4, learning_rate=0.03, pace=5)
    weights, *stages = (JazzWeights.initial(N_A, corpus.n_values, 9 + n) for n in range(3))
    record = Record(
        settings, state, measured, weights, None, error, 0.75, {0: stages[0], 2: stages[1]}
    )
    return TrainingRun.from_record(
        record,
        probe=shifted_one_hot(corpus.sequences[0][:Tx], corpus.n_values),
        engine="djmodel",
    )


def an_emoji_run(
    data: DataSet,
    vectors: WordVectors,
    unknown: Unknown = Unknown.ZERO,
    trainable: bool = True,
    seed: int = 0,
    engine: str = "numpy",
) -> EmojifyRun:
    rng, k = np.random.default_rng(seed), data.train.n_classes
    settings = EmojifySettings(
        epochs=10, units=UNITS, maxlen=7, trainable=trainable, unknown=unknown, seed=seed
    )
    lexicon = Lexicon.of(vectors, unknown)
    last, best = (
        EmojifyWeights.initial(lexicon.embedding, k, UNITS, mask=True, seed=seed + place)
        for place in range(2)
    )
    if trainable:
        rows = np.unique(lexicon.indices(data.train.sentences, 7))
        moved = last.embedding[rows] + rng.normal(0, 0.1, (len(rows), vectors.dim)).astype("f4")
        last = replace(last, embedding=last.embedding.changed(rows, moved))
    confusion = np.zeros((EPOCHS, k, k), np.int32)
    confusion[:, 0, 0] = len(data.test)
    measured = dict(zip(EMOJI_NUMBERS, rng.random((4, EPOCHS), np.float32), strict=True))
    measured |= {"confusion": confusion, "seconds": np.array([1.0, 2.0, 2.5])}
    if engine != "numpy":
        measured["spent"] = rng.random((EPOCHS, 3), np.float32)
    record = Record(settings, State.DONE, measured, last, (2, best), "", 1.5)
    parts = {"train": data.train, "test": data.test, "lexicon": lexicon}
    return EmojifyRun.from_record(record, **parts, engine=engine)


def a_few() -> DataSet:
    return DataSet(shipped().train.covering(30), shipped().test.covering(20))


def own_vectors(n: int = 50) -> WordVectors:
    rng = np.random.default_rng(1)
    words = [*a_few().train.words[: n - 1], "Zauberflöte"]
    return WordVectors.of(words, rng.normal(size=(len(words), 8)).astype("f4"), "mine.txt")


def a_copy_run() -> CopyRun:
    measured = {
        "loss": np.array([[0.1] * 3, [0.05] * 3]),
        "accuracy": np.full((2, 3), 0.25),
        "seconds": np.array([1.0, 2.0]),
    }
    settings = CopySettings(delay=5, n_a=8)
    models = CopyTask(settings).model(CopyTask(settings).begin())
    return CopyRun.from_record(Record(settings, State.STOPPED, measured, models))


def a_visit(**work) -> Visit:
    return Visit(work=work)


@pytest.fixture(scope="module")
def contents() -> Visit:
    title, data = a_song()
    vectors, few = load(), a_few()
    own = own_vectors()
    by_keras = an_emoji_run(few, vectors, Unknown.SHARED, seed=5, engine="keras")
    visit = a_visit(
        song=song_of(title, data, 1),
        song_file=(title, data),
        jazz_runs={default_corpus().vocabulary: a_jazz_run()},
        emoji_mine=few,
        emoji_draft=("our sentences", a_table(("a new one", "love", "train"), ("", "", ""))),
        emoji_runs=[
            EmojiRecord(1, an_emoji_run(shipped(), vectors, trainable=False), "ours", vectors),
            EmojiRecord(4, by_keras, "few", vectors),
            EmojiRecord(5, an_emoji_run(few, own, seed=6), "few", own),
        ],
        embedding_runs=PairRecord(
            vectors,
            an_emoji_run(shipped(), vectors, trainable=False),
            an_emoji_run(shipped(), vectors),
        ),
        copy_run=a_copy_run(),
        quiz={"number": 5, "right": 3, "asked": 4, "tried": {1}, "shown": {}},
        **{"own_vectors:my file": own},
    )
    visit.links = {
        "jazz": {"Tx": ("12",), "lanes": ("notes", "h"), "seed": ("7",)},
        "emojify": {"say": ("I am “not” happy 😀 我",)},
        "shapes": {"paste_text": ("LSTM(3)",), "paste_Tx": ("9",)},
    }
    visit.loose = {"jump": "happy", "emoji_edit": True, "midi_track": 1}
    return visit


def a_table(*rows: tuple[str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["sentence", "label", "part"])


@pytest.fixture(scope="module")
def saved(contents) -> bytes:
    return save_visit(contents)


@pytest.fixture(scope="module")
def opened(saved) -> Visit:
    return open_visit(saved, lambda: [load()])


def same_run(one, other) -> None:
    assert one.settings == other.settings
    assert (one.state, one.error, one.epoch) == (other.state, other.error, other.epoch)
    assert (one.engine, one.trained_for) == (other.engine, other.trained_for)
    for name, array in vars(one.metrics).items():
        assert np.array_equal(array, getattr(other.metrics, name)), name


def test_a_jazz_run_comes_back_number_by_number(contents, opened):
    (vocabulary, run), (known, before) = (
        next(iter(each.work["jazz_runs"].items())) for each in (opened, contents)
    )
    assert vocabulary == known
    same_run(run, before)
    now, then = run.snapshot(), before.snapshot()
    assert list(run.checkpoints) == [0, 2, EPOCHS]
    for kept, known in zip(run.checkpoints.values(), before.checkpoints.values(), strict=True):
        for one, other in zip(kept.arrays, known.arrays, strict=True):
            assert one.dtype == other.dtype
            assert np.array_equal(one, other)
    # Not to the last bit: how an array lies in memory decides the order of its sums.
    assert np.allclose(now.trace.h, then.trace.h, rtol=0, atol=1e-6)


@pytest.mark.parametrize("kind", ["GRU", "SimpleRNN"])
def test_a_run_of_another_cell_comes_back(kind):
    run, corpus = a_jazz_run(), default_corpus()
    weights = JazzWeights.initial(N_A, corpus.n_values, 9, kind)
    record = replace(run.to_record(), settings=replace(run.settings, cell=kind), model=weights)
    run = TrainingRun.from_record(record, probe=run.probe, engine="twin")
    visit = open_visit(save_visit(a_visit(jazz_runs={corpus.vocabulary: run})))
    ((_vocabulary, found),) = visit.work["jazz_runs"].items()
    same_run(found, run)
    assert found.snapshot().weights.cell.kind == kind
    np.testing.assert_allclose(found.snapshot().trace.h, run.snapshot().trace.h, atol=1e-6)


def test_what_a_run_samples_is_what_it_sampled(contents, opened):
    from seqlib.jazz.sampling import sample

    one, other = (
        sample(
            next(iter(each.work["jazz_runs"].values())).snapshot().weights,
            40,
            temperature=0.7,
            seed=3,
        )
        for each in (contents, opened)
    )
    assert np.array_equal(one.indices, other.indices)


@pytest.mark.parametrize("place", range(3))
def test_an_emoji_run_comes_back_number_by_number(contents, opened, place):
    now, then = (each.work["emoji_runs"][place] for each in (opened, contents))
    assert (now.number, now.data) == (then.number, then.data)
    same_run(now.run, then.run)
    sentences = [*then.run.test.sentences, "Zauberflöte xyzzy", ""]
    for which in ("snapshot", "best"):
        one, other = getattr(now.run, which)(), getattr(then.run, which)()
        assert one.epoch == other.epoch
        assert np.array_equal(one.model.predict(sentences), other.model.predict(sentences))
    assert now.run.train.sentences == then.run.train.sentences
    assert np.array_equal(now.run.test.labels, then.run.test.labels)


def test_shipped_sentences_and_vectors_are_the_same_objects_again(opened):
    assert opened.work["emoji_runs"][0].run.train is shipped().train
    assert opened.work["emoji_runs"][0].vectors is load()
    assert opened.work["emoji_runs"][1].run.train is opened.work["emoji_mine"].train


def test_without_its_vectors_a_model_reads_the_sentences_it_knew_alike(contents, saved):
    found = open_visit(saved)
    before, after = contents.work["emoji_runs"][1].run, found.work["emoji_runs"][1].run
    assert np.array_equal(
        after.snapshot().model.predict(before.test.sentences),
        before.snapshot().model.predict(before.test.sentences),
    )
    assert "embedding_runs" not in found.work


def test_a_run_none_of_whose_words_has_a_vector_opens_without_them():
    few = a_few()
    foreign = WordVectors.of(["Zauber", "Flöte"], np.ones((2, 8), "f4"), "mine.txt")
    run = EmojiRecord(1, an_emoji_run(few, foreign, trainable=False), "few", foreign)
    found = open_visit(save_visit(a_visit(emoji_runs=[run])))
    (after,) = found.work["emoji_runs"]
    assert np.array_equal(
        after.run.snapshot().model.predict(few.test.sentences),
        run.run.snapshot().model.predict(few.test.sentences),
    )


def test_which_rows_training_moved_is_known_again(contents, opened):
    from seqlib.emojify.changes import moved

    for which in ("frozen", "trainable"):
        one, other = (
            moved(getattr(each.work["embedding_runs"], which).snapshot().model.weights.embedding)
            for each in (contents, opened)
        )
        assert len(one) == len(other)
    assert len(other) > 0


def test_everything_else_comes_back_as_it_was(contents, opened):
    now, then = opened.work, contents.work
    assert now.keys() - then.keys() == {"song_corpus", "emoji_run_number"}
    assert opened.links == contents.links
    assert opened.loose == contents.loose
    name, table = now["emoji_draft"]
    assert name == "our sentences"
    assert table.equals(then["emoji_draft"][1])
    assert now["quiz"] == {**then["quiz"], "tried": {}}
    assert now["song_file"] == then["song_file"]
    assert now["song"] == then["song"]
    assert now["song"].track == 1
    assert now["song"].title == "my tune"
    assert now["emoji_mine"].train.sentences == then["emoji_mine"].train.sentences
    own, before = (each["own_vectors:my file"] for each in (now, then))
    assert list(own.words) == list(before.words)
    assert np.array_equal(own.matrix, before.matrix)
    run = now["copy_run"]
    for name, array in run.rows().items():
        assert np.array_equal(array, then["copy_run"].rows()[name]), name
    assert run.settings == then["copy_run"].settings
    for kind, arrays in run.at_epoch()[1].items():
        for one, other in zip(arrays, then["copy_run"].at_epoch()[1][kind], strict=True):
            np.testing.assert_array_equal(one, other)
    assert run.state is State.STOPPED
    assert opened.note == ""


def test_saving_what_was_opened_gives_the_same_file(opened, saved):
    again = save_visit(opened)
    assert about(again) == about(saved)  # but that 0 may be 0.0
    with zipfile.ZipFile(io.BytesIO(saved)) as one, zipfile.ZipFile(io.BytesIO(again)) as other:
        names = one.namelist()
        assert other.namelist() == names
        assert all(one.read(name) == other.read(name) for name in names if name != "visit.json")
    assert save_visit(open_visit(again, lambda: [load()])) == again


def test_an_empty_visit_is_a_file_too():
    found = open_visit(save_visit(Visit()))
    assert found.work == found.links == found.loose == {}


def test_vectors_too_large_are_named_instead():
    n = limits.VISIT_VECTORS // (4 * 300) + 1
    large = WordVectors.of(
        [f"w{place}" for place in range(n)], np.zeros((n, 300), "f4"), "glove.6B"
    )
    data = save_visit(a_visit(**{"own_vectors:my file": large}))
    assert open_visit(data).work == {}
    assert about(data)["left_out"] == ["glove.6B"]


def test_a_run_that_moves_is_in_the_file_as_stopped(monkeypatch):
    run = a_jazz_run()
    run._state = State.RUNNING
    visit = a_visit(jazz_runs={default_corpus().vocabulary: run})
    (found,) = open_visit(save_visit(visit)).work["jazz_runs"].values()
    assert found.state is State.STOPPED
    assert found.epoch == run.epoch


def test_nothing_in_the_file_can_run_and_names_are_ours(saved):
    with zipfile.ZipFile(io.BytesIO(saved)) as held:
        for name in held.namelist():
            assert name.endswith((".json", ".npy", ".mid", ".seqscope"))
            assert "/" not in name
            if name.endswith(".npy"):
                np.load(io.BytesIO(held.read(name)), allow_pickle=False)


# Malformed files: each a change to a good one.


def changed(saved: bytes, **parts: bytes | None) -> bytes:
    """The archive with other parts; None leaves one out. ``_`` in names stands for what it is."""
    with zipfile.ZipFile(io.BytesIO(saved)) as held:
        all_parts = {name: held.read(name) for name in held.namelist()}
    for name, data in parts.items():
        if data is None:
            del all_parts[name]
        else:
            all_parts[name] = data
    return archive.write(all_parts)


def about(saved: bytes) -> dict:
    with zipfile.ZipFile(io.BytesIO(saved)) as held:
        return json.loads(held.read("visit.json"))


def edited(change) -> callable:
    def make(saved: bytes) -> bytes:
        held = about(saved)
        change(held)
        return changed(saved, **{"visit.json": json.dumps(held).encode()})

    return make


def put(*path, value) -> callable:
    def change(held):
        for step in path[:-1]:
            held = held[step]
        held[path[-1]] = value

    return edited(change)


def npy(name: str, array: np.ndarray, dtype: str = "<f4") -> callable:
    return lambda saved: changed(saved, **{name: array_bytes(np.asarray(array), dtype)})


def pickled(saved: bytes) -> bytes:
    held = io.BytesIO()
    np.save(held, np.array([print], object), allow_pickle=True)
    return changed(saved, **{"jazz-0-kernel.npy": held.getvalue()})


def huge_header(saved: bytes) -> bytes:
    held = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        held, {"descr": "<f4", "fortran_order": False, "shape": (10**9, 10**9)}
    )
    return changed(saved, **{"jazz-0-loss.npy": held.getvalue()})


def bomb(saved: bytes) -> bytes:
    return changed(saved, **{"visit.json": b" " * (limits.VISIT_JSON + 1)})


def nested_bomb(saved: bytes) -> bytes:
    inner = archive.write({"model.json": bytes(limits.VISIT_UNPACKED)})
    return changed(saved, **{"emoji-1-last.seqscope": inner})


def lying_size(saved: bytes) -> bytes:
    """An entry that says it is small and unpacks to more."""
    data = bytearray(saved)
    place = data.rindex(b"PK\x01\x02" + data[data.rindex(b"PK\x01\x02") + 4 :][:0])
    data[place + 24 : place + 28] = (7).to_bytes(4, "little")
    return bytes(data)


def twice(saved: bytes) -> bytes:
    held = io.BytesIO(saved)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(held, "a") as target:
        target.writestr("visit.json", "{}")
    return held.getvalue()


WEIGHTS = JazzWeights.initial(N_A, 78).arrays
BAD = {
    "stages that do not rise": put("jazz_runs", 0, "stages", value=[2, 0]),
    "a stage after the end": put("jazz_runs", 0, "stages", value=[0, EPOCHS]),
    "a stage that is missing": put("jazz_runs", 0, "stages", value=[0, 1, 2]),
    "stages beyond number": put("jazz_runs", 0, "stages", value=list(range(1000))),
    "nothing": lambda saved: b"",
    "text": lambda saved: b"dear sir or madam",
    "half a file": lambda saved: saved[: len(saved) // 2],
    "another zip": lambda saved: archive.write({"a.txt": b"a"}),
    "an emoji model": lambda saved: zipfile.ZipFile(io.BytesIO(saved)).read(
        "emoji-1-last.seqscope"
    ),
    "too large": lambda saved: bytes(limits.VISIT_BYTES + 1),
    "a part twice": twice,
    "no json": lambda saved: changed(saved, **{"visit.json": b"{"}),
    "json that is a list": lambda saved: changed(saved, **{"visit.json": b"[]"}),
    "json nested too deep": lambda saved: changed(saved, **{"visit.json": b"[" * 100_000}),
    "json with NaN": put("quiz", value=[float("nan"), 0, 0]),
    "json not in UTF-8": lambda saved: changed(saved, **{"visit.json": b"\xff\xfe{}"}),
    "another format": put("format", value="SeqScope emoji model"),
    "a later version": put("version", value=2),
    "a json bomb": bomb,
    "a bomb in a model": nested_bomb,
    "an entry that lies": lying_size,
    "a pickle for an array": pickled,
    "a header of many terabytes": huge_header,
    "an array left out": lambda saved: changed(saved, **{"jazz-0-bias.npy": None}),
    "an array cut short": lambda saved: changed(
        saved, **{"jazz-0-kernel.npy": array_bytes(WEIGHTS[0], "<f4")[:-8]}
    ),
    "an array in other order": lambda saved: changed(
        saved, **{"jazz-0-kernel.npy": _fortran(WEIGHTS[0])}
    ),
    "an array of another type": npy("jazz-0-kernel.npy", WEIGHTS[0], "<f8"),
    "an array of another shape": npy("jazz-0-kernel.npy", WEIGHTS[0].T),
    "weights that are not numbers": npy("jazz-0-densor_bias.npy", np.full(78, np.nan)),
    "losses below zero": npy("jazz-0-loss.npy", np.full((EPOCHS, Tx), -1)),
    "accuracies over one": npy("jazz-0-accuracy.npy", np.full((EPOCHS, Tx), 2)),
    "a held-out loss below zero": npy("jazz-0-held_out.npy", np.full((EPOCHS, 2), -2)),
    "time that runs back": npy("jazz-0-seconds.npy", np.array([3.0, 2, 1]), "<f8"),
    "more epochs than asked for": put("jazz_runs", 0, "epochs", value=11),
    "epochs that are no number": put("jazz_runs", 0, "epochs", value="3"),
    "a cell of another size": put("jazz_runs", 0, "settings", "n_a", value=5),
    "a cell beyond bounds": put("jazz_runs", 0, "settings", "n_a", value=10**6),
    "a size that is true": put("jazz_runs", 0, "settings", "m", value=True),
    "a rate that is text": put("jazz_runs", 0, "settings", "learning_rate", value="fast"),
    "a run that goes on": put("jazz_runs", 0, "state", value="running"),
    "a state that is none": put("jazz_runs", 0, "state", value="happy"),
    "an engine there is not": put("jazz_runs", 0, "engine", value="torch"),
    "Keras without its seconds": put("emoji_runs", 0, "engine", value="keras"),
    "a run of less than no time": put("emoji_runs", 0, "trained_for", value=-1),
    "a token twice": put("jazz_runs", 0, "vocabulary", value=[[60, 3]] * 78),
    "a pitch there is not": put("jazz_runs", 0, "vocabulary", 0, value=[400, 3]),
    "a length below one": put("jazz_runs", 0, "vocabulary", 0, value=[60, -3]),
    "too many runs": edited(lambda held: held.update(jazz_runs=held["jazz_runs"] * 99)),
    "no song": lambda saved: changed(saved, **{"song.mid": None}),
    "a song that is none": lambda saved: changed(saved, **{"song.mid": b"MThd nonsense"}),
    "a track there is not": put("song", "track", value=99),
    "a label there is not": put("data", 0, "train", "labels", 0, value=77),
    "labels left out": edited(lambda held: held["data"][0]["train"]["labels"].pop()),
    "one class": put("data", 0, "classes", value=[["love", "❤"]]),
    "a class twice": put("data", 0, "classes", value=[["love", "❤"]] * 5),
    "sentences of numbers": put("data", 0, "train", "sentences", 0, value=7),
    "a sentence too long": put("data", 0, "train", "sentences", 0, value="a" * 2000),
    "half a character": put("data", 0, "train", "sentences", 0, value="\ud800"),
    "data there is not": put("emoji_runs", 0, "data", value=9),
    "negative data": put("emoji_runs", 0, "data", value=-1),
    "a model of other classes": edited(
        lambda held: (
            held["emoji_runs"][0].update(data=len(held["data"]) - 2)
            or held["data"][-2].update(
                classes=[*held["data"][-2]["classes"][:4], ["other", "X"]],
            )
        )
    ),
    "a model of other units": put("emoji_runs", 0, "settings", "units", value=7),
    "an unknown treatment": put("emoji_runs", 0, "settings", "unknown", value="GUESS"),
    "runs out of order": edited(lambda held: held["emoji_runs"].reverse()),
    "a model that is none": lambda saved: changed(saved, **{"emoji-1-best.seqscope": b"PK"}),
    "counts that do not add up": npy("emoji-1-confusion.npy", np.ones((EPOCHS, 5, 5)), "<i4"),
    "a best epoch there is not": put("emoji_runs", 0, "best_epoch", value=4),
    "words twice": edited(
        lambda held: held["vectors"]["file"].update(
            words=["a"] * len(held["vectors"]["file"]["words"])
        )
    ),
    "a word with a line end": put("vectors", "file", "words", 0, value="a\nb"),
    "vectors of no length": put("vectors", "file", "dim", value=0),
    "vectors of objects": put("vectors", "file", "dtype", value="|O"),
    "vectors by a path": edited(
        lambda held: held.update(vectors={"../../etc/passwd": held["vectors"]["file"]})
    ),
    "settings that are a list": put("settings", value=[1]),
    "settings of numbers": put("settings", "jazz", "Tx", value=[12]),
    "a setting of a million values": put("settings", "jazz", "Tx", value=["1"] * 1_000_000),
    "texts that are lists": put("texts", "jump", value=["a"]),
    "a draft that is text": put("draft", value="draft"),
    "a score below zero": put("quiz", value=[1, -1, 0]),
    "a curve beyond its steps": put("copy_run", "curves", "LSTM", 0, value=[10**9, 1, 0.5]),
    "a curve left out": edited(lambda held: held["copy_run"]["curves"].pop("GRU")),
    "one half of a pair": edited(lambda held: held["pair"].pop()),
}


def _fortran(array: np.ndarray) -> bytes:
    held = io.BytesIO()
    np.save(held, np.asfortranarray(array), allow_pickle=False)
    return held.getvalue()


@pytest.mark.parametrize("make", BAD.values(), ids=BAD)
def test_a_malformed_file_is_refused_in_one_sentence(saved, make):
    with pytest.raises(ValueError, match=r"saved visit|over 50 MB|another version") as caught:
        open_visit(make(saved), lambda: [load()])
    said = str(caught.value)
    assert said.endswith((".", ")."))
    assert "\n" not in said
    assert len(said) < 400


def test_the_good_file_is_refused_by_none_of_these_changes_undone(saved):
    open_visit(edited(lambda held: None)(saved), lambda: [load()])
    strange = edited(lambda held: held.update(texts={"jump": 5, "answer": "x" * 81, "no": "such"}))
    assert open_visit(strange(saved), lambda: [load()]).loose.keys() <= {"midi_track"}


@pytest.mark.parametrize("value", ["[],", "0,", '"ab",'])
def test_few_bytes_do_not_become_much_memory(value, monkeypatch):
    monkeypatch.setattr(limits, "VISIT_VALUES", 1000)
    head = '{"format": "SeqScope visit", "version": 1, "settings": {"jazz": {"n_a": ['
    data = archive.write({"visit.json": f"{head}{value * 300_000}0]}}}}}}".encode()})
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="not a saved visit"):
            open_visit(data)
        assert tracemalloc.get_traced_memory()[1] < 5e6
    finally:
        tracemalloc.stop()


def test_the_members_of_a_model_inside_are_not_listed_where_they_are_without_number():
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", *(0,) * 9, 4, *(0,) * 6)
    members = b"".join(entry + f"{n:04x}".encode() for n in range(65_000))
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65_000, 65_000, len(members), 0, 0)
    about = '{"format": "SeqScope visit", "version": 1, "emoji_file": true}'
    data = archive.write({"visit.json": about.encode(), "emoji-file.seqscope": members + end})
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"“emoji-file\.seqscope” cannot be unpacked"):
            open_visit(data)
        assert tracemalloc.get_traced_memory()[1] < 4 * len(members)
    finally:
        tracemalloc.stop()


def test_files_damaged_at_random_end_in_a_sentence_or_a_visit():
    rng = np.random.default_rng(7)
    small = save_visit(a_visit(jazz_runs={default_corpus().vocabulary: a_jazz_run()}))
    for _ in range(300):
        data = bytearray(small)
        for place in rng.integers(0, len(data), rng.integers(1, 8)):
            data[place] = rng.integers(0, 256)
        if rng.random() < 0.3:
            del data[rng.integers(0, len(data)) :]
        with suppress(ValueError):
            open_visit(bytes(data))


# Visits held in the process.


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def some_visits(alive=frozenset(), **bounds) -> tuple[Visits, Clock]:
    clock = Clock()
    return Visits(lambda session: session in alive, clock=clock, **bounds), clock


def test_only_its_token_gives_a_visit_back():
    visits, _ = some_visits()
    one, other = visits.add(Visit(holder="a")), visits.add(Visit(holder="b"))
    assert visits.find(one.token) is one
    assert visits.find(other.token) is other
    assert one.token != other.token
    assert len(one.token) >= 40
    for token in ("", one.owner, one.token[:-1], one.token.lower(), None, 3, ["a"]):
        assert visits.find(token) is None


def test_a_visit_nobody_looks_at_is_dropped_after_its_time():
    alive = {"here"}
    visits, clock = some_visits(alive, minutes=20)
    here, gone = visits.add(Visit(holder="here")), visits.add(Visit(holder="gone"))
    clock.now = 19 * 60
    visits.sweep()
    assert visits.find(gone.token) is gone
    clock.now = 21 * 60
    visits.sweep()
    assert visits.find(gone.token) is None
    assert visits.find(here.token) is here
    alive.clear()
    clock.now = 39 * 60
    visits.sweep()
    assert visits.find(here.token) is here, "its time begins when the browser goes"
    clock.now = 60 * 60
    visits.sweep()
    assert len(visits) == 0


def test_number_and_size_of_visits_nobody_looks_at_are_bounded():
    visits, clock = some_visits({"here"}, most_away=3, most_bytes=10_000_000)
    made = []
    for place in range(5):
        clock.now = place
        made.append(visits.add(Visit(holder="gone")))
    visits.sweep()
    assert [visits.find(one.token) is one for one in made] == [False, False, True, True, True]
    made[2].work["big"] = np.zeros(11_000_000, np.uint8)
    made[2].nbytes = None
    visits.sweep()
    assert [visits.find(one.token) is one for one in made[2:]] == [False, True, True]
    big = visits.add(Visit(holder="here", work={"big": np.zeros(11_000_000, np.uint8)}))
    visits.sweep()
    assert visits.find(big.token) is big


def test_what_visits_share_counts_once():
    """A class that closes its laptops has the teacher's file thirty times."""
    visits, clock = some_visits(most_bytes=10_000_000, minutes=20)
    theirs = np.zeros(6_000_000, np.uint8)
    for place in range(30):
        clock.now = place
        visits.add(Visit(holder="gone", work={"own_layers": theirs}))
    visits.sweep()
    assert len(visits) == 30
    own = visits.add(Visit(holder="gone", work={"own_layers": theirs.copy()}))
    visits.sweep()
    assert len(visits) == 1
    assert visits.find(own.token) is own


def test_room_is_made_by_visits_nobody_looks_at_the_longest_away_first():
    ended: list[str] = []
    visits, clock = some_visits({"here"}, most_held=20_000_000, end=ended.append)

    def holding(place: int, megabytes: int, holder: str) -> Visit:
        clock.now = place
        return visits.add(Visit(holder=holder, work={"x": np.zeros(megabytes * 10**6, np.uint8)}))

    light = holding(0, 0, "light")
    first, second = holding(1, 5, "first"), holding(2, 5, "second")
    here = holding(3, 8, "here")
    assert visits.room(1_000_000)
    assert ended == []
    assert not visits.room(13_000_000)
    assert ended == [], "it would not help"
    assert visits.room(5_000_000)
    assert ended == ["first"]
    assert visits.room(11_000_000)
    assert ended == ["first", "second"]
    assert not visits.room(13_000_000), "who is here loses nothing"
    assert [visits.find(one.token) for one in (first, second)] == [None, None]
    assert [visits.find(one.token) for one in (light, here)] == [light, here]
    assert [visits.crowded_out(one.token) for one in (first, second, here)] == [True, True, False]


def test_who_was_crowded_out_is_told_so_and_who_was_away_too_long_too(monkeypatch):
    visits, clock = some_visits(most_held=0)
    monkeypatch.setattr(session, "visits", visits)
    one = visits.add(Visit(work={"own_layers": np.zeros(200_000, np.uint8)}, holder="gone"))
    asked = {"token": one.token, "boot": session.BOOT, "holds": session.holds(one.work)}
    visits.room(0)
    assert "others needed the room" in session.lost(asked)
    assert "1 opened model" in session.lost(asked)
    with speaking("zh"):
        assert "其他人需要空间" in session.lost(asked)
    late = visits.add(Visit(work=one.work, holder="gone"))
    clock.now = 60 * 60
    visits.sweep()
    assert "away for over 20 minutes" in session.lost({**asked, "token": late.token})


def test_nobody_waits_while_a_large_visit_is_measured(monkeypatch):
    visits, _ = some_visits({"here"})
    here, gone = visits.add(Visit(holder="here")), visits.add(Visit(holder="gone"))
    measuring, looked = threading.Event(), threading.Event()

    def held(work):
        measuring.set()
        assert looked.wait(30)
        return 7

    monkeypatch.setattr(memory, "held_bytes", held)
    sweep = threading.Thread(target=visits.sweep)
    sweep.start()
    assert measuring.wait(30)
    look = threading.Thread(target=visits.look, args=(here,))
    look.start()
    look.join(30)
    waited = look.is_alive()
    looked.set()
    sweep.join(30)
    assert not waited
    assert gone.nbytes == 7


def test_a_visit_that_is_looked_at_while_it_is_measured_is_measured_again(monkeypatch):
    visits, clock = some_visits()
    gone = visits.add(Visit(holder="gone"))

    def held(work):
        clock.now += 1
        visits.look(gone)
        return 7

    monkeypatch.setattr(memory, "held_bytes", held)
    visits.sweep()
    assert gone.nbytes is None


def test_visits_are_swept_by_a_thread_of_their_own(monkeypatch):
    swept = threading.Event()
    monkeypatch.setattr(memory, "SWEEP_SECONDS", 0.01)
    monkeypatch.setattr(Visits, "sweep", lambda self: swept.set())
    visits, _ = some_visits()
    visits.add(Visit(holder="gone"))
    assert swept.wait(30)
    visits._visits.clear()  # so that it ends


def test_what_all_visits_share_is_not_counted():
    vectors = load()
    run = an_emoji_run(shipped(), vectors, trainable=False)
    held = held_bytes({"emoji_runs": [run]})
    assert held < vectors.matrix.nbytes / 2
    assert held > sum(array.nbytes for array in run.snapshot().model.weights.arrays)
    assert held_bytes({"jazz": a_jazz_run()}) < 500_000


def test_a_copy_shares_nothing_that_changes():
    run = a_jazz_run()
    run._state = State.RUNNING
    done = a_jazz_run()
    visit = Visit(work={"jazz_runs": {"a": run, "b": done}}, settings={"jazz": {"Tx": 3}})
    copy = visit.copy()
    assert copy.token != visit.token
    assert copy.owner != visit.owner
    assert copy.work["jazz_runs"]["a"].state is State.STOPPED
    assert copy.work["jazz_runs"]["b"] is done
    copy.work["jazz_runs"]["c"] = run
    copy.settings["jazz"]["Tx"] = 4
    assert list(visit.work["jazz_runs"]) == ["a", "b"]
    assert visit.settings["jazz"]["Tx"] == 3
    assert run.state is State.RUNNING
    same_run(copy.work["jazz_runs"]["a"], run.kept())
