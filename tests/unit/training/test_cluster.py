"""Slices on a real cluster, its scheduler and workers as processes, some of them killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import counting

from seqlib.training import cluster
from seqlib.training.cluster import AWAY, GONE, NO_DASK, Cluster
from seqlib.training.run import Run, State
from seqlib.training.scheduler import Scheduler

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[3]
WAIT = 90  # seconds; a test that needs them has failed


class Machines:
    """A scheduler and its workers, each a process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self._port}"
        self._scheduler: subprocess.Popen | None = None
        self._workers: list[subprocess.Popen] = []

    def _begin(self, command: str, *options: str) -> subprocess.Popen:
        with (self._folder / f"{command}.log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{command}", *options, "--no-dashboard"],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, HERE)))},
                cwd=self._folder,
                stdout=log,
                stderr=log,
            )

    def have(self, workers: int) -> None:
        """See to a scheduler and so many workers; returns before they are ready."""
        if self._scheduler is None or self._scheduler.poll() is not None:
            place = ("--host", "127.0.0.1", "--port", str(self._port))
            self._scheduler = self._begin("dask_scheduler", *place)
        self._workers = [one for one in self._workers if one.poll() is None]
        while len(self._workers) < workers:
            options = (self.address, "--no-nanny", "--nthreads", "1")
            self._workers.append(self._begin("dask_worker", *options))

    def kill_a_worker(self) -> None:
        """SIGKILL, in the middle of whatever it does."""
        self._kill(self._workers.pop())

    def kill_scheduler(self) -> None:
        """Workers without one end by themselves."""
        assert self._scheduler is not None
        self._kill(self._scheduler)
        until(lambda: all(one.poll() is not None for one in self._workers))

    def end(self) -> None:
        for one in (self._scheduler, *self._workers):
            if one is not None:
                self._kill(one)

    @staticmethod
    def _kill(process: subprocess.Popen) -> None:
        process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="module")
def processes(tmp_path_factory) -> Iterator[Machines]:
    made = Machines(tmp_path_factory.mktemp("cluster"))
    yield made
    made.end()


@pytest.fixture(scope="module")
def scheduler(processes) -> Iterator[Scheduler]:
    made = Scheduler(pools=Cluster(processes.address))
    yield made
    made.close()


@pytest.fixture
def machines(processes, scheduler) -> Machines:
    """Two workers that the scheduler knows of."""
    processes.have(workers=2)
    until(lambda: scheduler.pool.slots == 2 and not scheduler.pool.note)
    return processes


@pytest.fixture
def begin(machines, scheduler) -> Iterator:
    """Starts a run that a failing test does not leave behind."""
    begun: list[Run] = []

    def start(epochs: int = 40, **options) -> Run:
        begun.append(counting(epochs, **options).start(scheduler))
        return begun[-1]

    yield start
    for run in begun:
        run.stop()


def until(condition) -> None:
    deadline = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


def assert_counted(run: Run, epochs: int) -> None:
    """Every epoch was trained once, whatever happened between."""
    assert run.wait(WAIT) is State.DONE, run.error
    assert run.metrics["count"].tolist() == list(range(epochs))
    assert run.model == epochs


def test_runs_train_on_the_workers_and_a_task_that_fails_takes_nothing_with_it(begin):
    runs = [begin(60, lasts=0.002) for _ in range(3)]
    bad = begin(fails="no room")
    for run in runs:
        assert_counted(run, 60)
    assert bad.wait(WAIT) is State.FAILED
    assert "no room" in bad.error


def test_a_run_goes_on_elsewhere_when_its_worker_is_killed(machines, begin):
    runs = [begin(1500, lasts=0.002) for _ in range(2)]
    until(lambda: all(run.epoch > 50 for run in runs))
    machines.kill_a_worker()
    for run in runs:
        assert_counted(run, 1500)


def test_a_run_waits_for_a_scheduler_that_is_away_and_goes_on_when_it_is_back(machines, begin):
    run = begin(1500, lasts=0.002)
    until(lambda: run.epoch > 50)
    machines.kill_scheduler()
    until(lambda: run.note == AWAY)
    held = run.epoch
    machines.have(workers=2)
    assert_counted(run, 1500)
    assert 50 < held < 1500


def test_a_cluster_that_does_not_come_back_fails_the_run_with_a_sentence(
    machines, begin, monkeypatch
):
    run = begin(100_000, lasts=0.002)
    until(lambda: run.epoch > 5)
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    machines.end()
    assert run.wait(WAIT) is State.FAILED
    assert run.error == GONE
    assert run.model == run.epoch > 5


def test_without_an_address_dask_is_never_imported_and_with_one_a_default_finds_the_cluster():
    program = """
        import sys
        sys.path[:0] = [".", "tests/unit/training"]
        from fakes import counting
        from seqlib.training.scheduler import default
        assert counting(20).start(default()).wait(60) == "done"
        print(type(default().pool).__name__, sorted({"dask", "distributed"} & set(sys.modules)))
    """
    environment = {name: one for name, one in os.environ.items() if name != cluster.VARIABLE}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=WAIT,
        check=True,
    )
    assert done.stdout.split() == ["Workers", "[]"]


def test_an_address_without_dask_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    scheduler = Scheduler(pools=Cluster("tcp://127.0.0.1:1"))
    run = counting().start(scheduler)
    assert run.wait(WAIT) is State.FAILED
    assert run.error == NO_DASK
    scheduler.close()
