"""Training on a real cluster, its scheduler and workers as processes, some of them killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqlib.emojify import EmojifyRun, EmojifySettings, Lexicon
from seqlib.jazz import JazzWeights
from seqlib.jazz.training import RunSettings, TrainingRun
from seqlib.text import LabelledSentences
from seqlib.training import cluster, scheduler
from seqlib.training.run import State
from seqlib.training.step import FusedTraining, windows_per_call
from seqlib.vectors import WordVectors

ROOT = Path(__file__).parents[3]
N_A, N_VALUES, TX = 4, 7, 5
WAIT = 60  # seconds; a test that needs them has failed


class Machines:
    """A scheduler and its workers, each a process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self._port}"
        self._scheduler: subprocess.Popen | None = None
        self._workers: dict[str, subprocess.Popen] = {}
        self._named = 0

    def _begin(self, name: str, command: str, *options: str) -> subprocess.Popen:
        quiet = {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
        with (self._folder / f"{name}.log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{command}", *options, "--no-dashboard"],
                env={**os.environ, **quiet, "PYTHONPATH": str(ROOT)},
                cwd=self._folder,
                stdout=log,
                stderr=log,
            )

    def have(self, workers: int) -> None:
        """See to a scheduler and so many workers; returns before they are ready."""
        if self._scheduler is None or self._scheduler.poll() is not None:
            place = ("--host", "127.0.0.1", "--port", str(self._port))
            self._scheduler = self._begin("scheduler", "dask_scheduler", *place)
        self._workers = {n: one for n, one in self._workers.items() if one.poll() is None}
        while len(self._workers) < workers:
            self._named += 1
            name = f"worker-{self._named}"
            options = ("--no-nanny", "--nthreads", "1", "--name", name)
            self._workers[name] = self._begin(
                name, "dask_worker", self.address, *options, "--preload", "seqlib.training.cluster"
            )

    def kill_worker_of(self, run: TrainingRun) -> None:
        """SIGKILL, in the middle of whatever it does."""
        address = run._session._worker
        known = cluster._cluster().client.scheduler_info()["workers"]
        self._kill(self._workers.pop(known[address]["name"]))

    def kill_scheduler(self) -> None:
        """Workers without one end by themselves."""
        self._kill(self._scheduler)
        until(lambda: all(one.poll() is not None for one in self._workers.values()))

    def end(self) -> None:
        for one in (self._scheduler, *self._workers.values()):
            if one is not None:
                self._kill(one)

    @staticmethod
    def _kill(process: subprocess.Popen) -> None:
        process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    made = Machines(tmp_path_factory.mktemp("cluster"))
    yield made
    cluster.close()
    made.end()


@pytest.fixture
def machines(processes, monkeypatch):
    """Two workers, and this process told of them."""
    monkeypatch.setenv(cluster.VARIABLE, processes.address)
    processes.have(workers=2)
    until(lambda: cluster.slots() == 2)
    return processes


@pytest.fixture
def begin():
    """Starts a run that a failing test does not leave behind."""
    begun = []

    def start(windows, **options) -> TrainingRun:
        options = {"epochs": 40, "n_a": N_A, **options}
        begun.append(TrainingRun(*windows, RunSettings(**options)))
        return begun[-1].start()

    yield start
    for run in begun:
        run.stop()


@pytest.fixture
def windows(make_windows):
    return make_windows(m=6, Tx=TX, n_values=N_VALUES)


def emojify_run(**options) -> EmojifyRun:
    """Sentences of a few words, drawn at random; the first word says the class."""
    words = "glad sad we eat soup ball game love you dear".split()  # noqa: SIM905
    rng = np.random.default_rng(0)
    drawn = [rng.choice(words, rng.integers(1, 6)).tolist() for _ in range(30)]
    labels = np.array([words.index(one[0]) % 5 for one in drawn])
    train, test = (
        LabelledSentences(tuple(" ".join(one) for one in drawn[part]), labels[part])
        for part in (slice(22), slice(22, None))
    )
    vectors = WordVectors.of(words, rng.normal(0, 0.45, (len(words), 6)), "small vectors")
    settings = EmojifySettings(learning_rate=0.01, **options)
    return EmojifyRun(train, test, Lexicon.of(vectors, settings.unknown), settings)


def until(condition) -> None:
    deadline = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


def notes_until(run: TrainingRun, condition) -> set[str]:
    """All notes the run's session shows until ``condition``."""
    seen = set()

    def look() -> bool:
        if session := run._session:
            seen.add(session.note)
        return condition()

    until(look)
    return seen - {""}


def assert_equals_local(run: TrainingRun, windows) -> None:
    start = JazzWeights.initial(run.settings.n_a, windows[0].shape[2], run.settings.seed)
    local = FusedTraining(*windows, start, run.settings.learning_rate)
    while (learned := local.advance(run.settings.epochs)) is None:
        pass
    np.testing.assert_allclose(run.metrics.loss, learned.loss, rtol=1e-3)
    np.testing.assert_allclose(run.metrics.accuracy, learned.accuracy, atol=1e-6)
    for mine, theirs in zip(run.snapshot().weights.arrays, learned.weights.arrays, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-3)


# On a cluster that is well.


def test_a_run_on_the_cluster_learns_what_it_learns_here(keras, machines, windows, begin):
    run = begin(windows, seed=3)
    assert run.wait(WAIT) is State.DONE, run.error
    assert_equals_local(run, windows)


def test_an_epoch_in_parts_learns_the_same(keras, machines, make_windows, begin):
    windows = make_windows(m=48, Tx=50, n_values=1500)
    assert windows_per_call(50, 1500, 256) < 48
    run = begin(windows, n_a=256, epochs=1)
    assert run.wait(WAIT) is State.DONE, run.error
    assert_equals_local(run, windows)


def test_two_runs_work_on_two_workers_at_once_and_keep_apart(keras, machines, windows):
    first = cluster.open(FusedTraining, *windows, JazzWeights.initial(N_A, N_VALUES, 1), 0.01)
    second = cluster.open(FusedTraining, *windows, JazzWeights.initial(N_A, N_VALUES, 2), 0.01)
    losses = [[session.advance(2).loss for session in (first, second)] for _ in range(3)]
    for place, seed in enumerate((1, 2)):
        local = FusedTraining(*windows, JazzWeights.initial(N_A, N_VALUES, seed), 0.01)
        for row in losses:
            np.testing.assert_allclose(row[place], local.advance(2).loss, rtol=1e-5)


@pytest.mark.parametrize("trainable", [False, True], ids=["frozen", "trainable"])
def test_emojify_learns_on_the_cluster_what_it_learns_here(keras, machines, monkeypatch, trainable):
    options = {"epochs": 3, "units": 8, "batch_size": 8, "trainable": trainable}
    there = emojify_run(**options)
    opened = there._begin()
    assert isinstance(opened, cluster.BatchesSession)
    assert there.start().wait(WAIT) is State.DONE, there.error
    monkeypatch.delenv(cluster.VARIABLE)
    here = emojify_run(**options).start()
    assert here.wait(WAIT) is State.DONE, here.error
    for name in ("loss", "accuracy", "test_loss", "test_accuracy", "confusion"):
        mine, theirs = getattr(there.metrics, name), getattr(here.metrics, name)
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, err_msg=name)
    for mine, theirs in zip(
        there.snapshot().model.weights.arrays, here.snapshot().model.weights.arrays, strict=True
    ):
        np.testing.assert_allclose(mine, theirs, atol=1e-4)


def test_more_workers_take_more_slices_at_once(keras, machines, windows, begin):
    """Also those that come after the runs."""
    runs = [begin(windows, epochs=1000, pace=50, seed=seed) for seed in range(3)]
    threads = scheduler.default()._threads
    until(lambda: len(threads) >= 2)
    until(lambda: all(run.epoch for run in runs))
    assert sum(run.busy for run in runs) <= 2


# When something goes.


def test_a_run_goes_on_elsewhere_when_its_worker_is_killed(keras, machines, windows, begin):
    run = begin(windows, epochs=400, pace=80)
    until(lambda: run.epoch >= 20)
    machines.kill_worker_of(run)
    at = run.epoch
    notes = notes_until(run, lambda: run.state.over or run.epoch > at + 40)
    assert cluster.LOST in notes
    assert run.wait(WAIT) is State.DONE, run.error
    assert run.epoch == len(run.metrics) == 400
    assert np.isfinite(run.metrics.loss).all()
    assert_equals_local(run, windows)


def test_a_run_waits_for_a_scheduler_that_is_away(keras, machines, windows, begin):
    run = begin(windows, epochs=200, pace=60)
    until(lambda: run.epoch >= 20)
    machines.kill_scheduler()
    notes_until(run, lambda: run._session.note == cluster.AWAY)
    held = run.epoch
    machines.have(workers=2)
    assert run.wait(WAIT) is State.DONE, run.error
    assert held < run.epoch == 200
    assert_equals_local(run, windows)


def test_a_worker_that_takes_a_run_and_dies_costs_one_more_try(
    machines, windows, begin, monkeypatch
):
    from distributed import KilledWorker

    ask = cluster.Session._ask
    deaths = [1]

    def dying(session, work, args):
        if deaths:
            deaths.pop()
            raise KilledWorker("slice", "worker", 3)
        return ask(session, work, args)

    monkeypatch.setattr(cluster.Session, "_ask", dying)
    run = begin(windows, epochs=5)
    assert run.wait(WAIT) is State.DONE, run.error
    deaths += [1] * cluster.ROUNDS
    run = begin(windows, epochs=5)
    assert run.wait(WAIT) is State.FAILED
    assert cluster.COSTLY in run.error


def test_a_run_whose_work_fails_takes_nothing_with_it(machines, windows):
    bad = cluster.open(FusedTraining, *windows, None, 0.01)
    with pytest.raises(AttributeError):
        bad.advance(1)
    good = cluster.open(FusedTraining, *windows, JazzWeights.initial(N_A, N_VALUES), 0.01)
    assert len(good.advance(2).loss) == 2


def test_waiting_ends_when_nobody_wants_the_run(machines, windows, monkeypatch):
    session = cluster.open(FusedTraining, *windows, JazzWeights.initial(N_A, N_VALUES), 0.01)
    session.over = lambda: True
    assert session.advance(1) is None


def test_a_cluster_that_does_not_come_back_fails_the_run_with_a_sentence(
    keras, machines, windows, begin, monkeypatch
):
    run = begin(windows, epochs=1000, pace=60)
    until(lambda: run.epoch >= 5)
    monkeypatch.setattr(cluster, "PATIENCE", 2.0)
    machines.end()
    assert run.wait(WAIT) is State.FAILED
    assert cluster.GONE in run.error
    assert np.isfinite(run.snapshot().weights.densor_kernel).all()
    assert cluster.slots() == 1


# Without one.


def test_without_an_address_dask_is_never_imported():
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, numpy as np\n"
            "from seqlib import cluster\n"
            "from seqlib.jazz.training import RunSettings, TrainingRun\n"
            "Y = np.eye(7, dtype=np.float32)[np.zeros((2, 3), int)]\n"
            "run = TrainingRun(Y, Y.swapaxes(0, 1), RunSettings(n_a=4, epochs=2)).start()\n"
            "assert run.wait(100) == 'done', run.error\n"
            "print(sorted({'dask', 'distributed'} & set(sys.modules)))\n",
        ],
        env={name: value for name, value in os.environ.items() if name != cluster.VARIABLE},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_looking_for_a_cluster_begins_only_with_an_address(monkeypatch):
    found = threading.Event()
    monkeypatch.setattr(cluster, "_find", found.set)
    monkeypatch.delenv(cluster.VARIABLE, raising=False)
    cluster.begin()
    assert not found.wait(0.2)
    monkeypatch.setenv(cluster.VARIABLE, "tcp://127.0.0.1:1")
    cluster.begin()
    assert found.wait(5)


def test_an_address_without_dask_says_what_to_install(monkeypatch):
    monkeypatch.setenv(cluster.VARIABLE, "tcp://127.0.0.1:1")
    monkeypatch.setattr(cluster, "_known", None)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ValueError, match=r"requirements-cluster\.txt"):
        cluster.open(FusedTraining)


# What travels.


@given(
    st.lists(st.lists(st.integers(-1, 4), min_size=2, max_size=2), min_size=1, max_size=3),
    st.booleans(),
)
def test_what_is_packed_comes_out_as_it_was(places, spoilt):
    array = np.zeros((len(places), 2, 5), np.float32)
    for m, row in enumerate(places):
        for t, place in enumerate(row):
            if place >= 0:
                array[m, t, place] = 1
    if spoilt:
        array[0, 0, 0] = 0.5
    packed = cluster.packed(array)
    assert isinstance(packed, cluster.OneHot) != spoilt
    out = cluster.unpacked(packed)
    np.testing.assert_array_equal(out, array)
    assert out.dtype == array.dtype


def test_windows_travel_as_places(make_windows):
    X, _ = make_windows(m=60, Tx=30, n_values=78)
    assert cluster.packed(X).places.nbytes < X.nbytes / 70
    assert cluster.packed(X).nbytes == X.nbytes
    table = np.random.default_rng(0).normal(size=(4, 3))
    assert cluster.packed(table) is table
