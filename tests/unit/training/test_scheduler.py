"""Who trains next: turns, places, limits, quiet owners, and an end without harm."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from seqlib.training import run as runs_module
from seqlib.training import scheduler as scheduler_module
from seqlib.training.run import Run, State
from seqlib.training.scheduler import Limits, Scheduler

WAIT = 60  # seconds; a test that needs them has failed


@dataclass(frozen=True)
class Settings:
    epochs: int = 1000
    pace: float = 0


class Counting(Run):
    """Counts; each slice is one epoch and lasts ``seconds``. Notes its turns in ``order``.

    ``cost`` is added to what a slice has used, so that turns do not hang on how fast the
    machine is.
    """

    def __init__(self, order: list, name: str = "", *, epochs=1000, seconds=0.0, cost=0.0, size=0):
        super().__init__(Settings(epochs))
        self.order, self.name, self.lasts, self.cost = order, name, seconds, cost
        self.size = size
        self.given: list[float] = []

    @property
    def nbytes(self) -> int:
        return self.size

    def _train(self, seconds: float) -> None:
        self.given.append(seconds)
        self.order.append(self.name)
        time.sleep(self.lasts)
        self.used += self.cost
        with self._lock:
            self._n += 1


@pytest.fixture
def use(monkeypatch):
    """Makes a scheduler the one that runs use; it gives one slice at a time."""
    made = []

    def use(limits: Limits | None = None, slots: Callable[[], int] = lambda: 1) -> Scheduler:
        made.append(Scheduler(limits, slots))
        monkeypatch.setattr(runs_module, "_scheduler", lambda: made[-1])
        return made[-1]

    yield use
    for scheduler in made:
        scheduler.close()


class Hold:
    """A run whose first slice lasts until it is let go; keeps the only thread meanwhile."""

    def __init__(self, order: list) -> None:
        self.go = threading.Event()
        self.inside = threading.Event()
        hold = self

        class Holding(Counting):
            def _train(self, seconds):
                hold.inside.set()
                assert hold.go.wait(WAIT)
                super()._train(seconds)

        self.run = Holding(order, "hold", epochs=1).start()
        assert self.inside.wait(WAIT)


def until(condition) -> None:
    deadline = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.002)


# Turns.


def test_everybody_gets_a_first_slice_before_anybody_gets_a_second(use):
    use()
    order: list[str] = []
    hold = Hold(order)
    started = [Counting(order, name, epochs=50).start() for name in "abcde"]
    hold.go.set()
    assert all(run.wait(WAIT) is State.DONE for run in started)
    assert order[:6] == ["hold", *"abcde"]


def test_the_run_that_has_used_least_comes_next_so_slow_slices_get_no_more_time(use):
    use()
    order: list[str] = []
    hold = Hold(order)
    slow = Counting(order, "slow", cost=1000, epochs=15).start()
    quick = Counting(order, "quick", cost=100, epochs=100_000).start()
    hold.go.set()
    assert slow.wait(WAIT) is State.DONE
    quick.stop()
    until_then = order[: len(order) - order[::-1].index("slow")]
    # Ten quick slices for each slow one but the last.
    assert 9 * 14 <= until_then.count("quick") <= 11 * 14


def test_a_newcomer_catches_up_a_little_and_does_not_shut_the_others_out(use, monkeypatch):
    monkeypatch.setattr(scheduler_module, "CATCH_UP", 5_000)
    use()
    order: list[str] = []
    old = Counting(order, "old", cost=1000, epochs=100_000, seconds=0.001).start()
    until(lambda: old.epoch > 20)
    new = Counting(order, "new", cost=1000, epochs=100_000, seconds=0.001).start()
    until(lambda: new.epoch > 20)
    old.stop()
    new.stop()
    after = order[order.index("new") :]
    assert after[:4] == ["new"] * 4  # up to what it may catch up
    assert 7 <= after[6:26].count("old") <= 13  # then turn and turn about


def test_slices_are_shorter_where_many_train_and_never_too_short(use):
    use(Limits(slice=0.15, round=0.6, training=40))
    order: list[str] = []
    alone = Counting(order, epochs=3).start()
    alone.wait(WAIT)
    assert alone.given == [0.15] * 3
    hold = Hold(order)
    many = [Counting(order, epochs=1).start() for _ in range(6)]
    hold.go.set()
    assert all(run.wait(WAIT) is State.DONE for run in many)
    assert many[0].given == [pytest.approx(0.6 / 6, rel=0.2)]
    hold = Hold(order)
    crowd = [Counting(order, epochs=1).start() for _ in range(30)]
    hold.go.set()
    assert all(run.wait(WAIT) is State.DONE for run in crowd)
    assert crowd[0].given == [scheduler_module.SHORTEST_SLICE]


def test_beyond_so_many_runs_wait_with_their_place_until_one_ends(use):
    use(Limits(training=2, waiting=5))
    order: list[str] = []
    hold = Hold(order)
    second = Counting(order, "second").start()
    waiting = [Counting(order, f"waits {n}", epochs=1).start() for n in range(3)]
    assert [run.place for run in waiting] == [2, 3, 4]
    hold.go.set()
    assert waiting[0].wait(WAIT) is State.DONE  # it took the place of the one that held
    until(lambda: all(run.state is State.DONE for run in waiting))
    second.stop()


def test_on_two_cores_two_slices_are_under_way_at_once(use, monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    use(slots=scheduler_module._slots)  # what this machine has
    assert scheduler_module._slots() == 2
    order: list[str] = []
    first, second = Hold(order), Hold(order)  # the second gets in though the first holds
    assert first.run.state is second.run.state is State.RUNNING
    first.go.set()
    second.go.set()
    assert first.run.wait(WAIT) is second.run.wait(WAIT) is State.DONE


# Limits.


def test_an_owner_may_have_so_many_unfinished_runs_and_is_told_so(use):
    use(Limits(per_owner=2))
    order: list[str] = []
    hold = Hold(order)
    first, second = (Counting(order).start("ann") for _ in range(2))
    third = Counting(order)
    with pytest.raises(ValueError, match=r"2 of your runs are not finished.*stop one of them"):
        third.start("ann")
    assert third.state is State.CREATED
    other = Counting(order).start("bob")
    first.stop()
    assert third.start("ann").state is State.QUEUED
    for run in (second, third, other):
        run.stop()
    hold.go.set()


def test_a_server_takes_so_many_runs_and_no_more(use):
    use(Limits(training=1, waiting=1))
    order: list[str] = []
    hold = Hold(order)
    waiting = Counting(order).start()
    with pytest.raises(ValueError, match="2 runs train or wait on this server"):
        Counting(order).start()
    waiting.stop()
    hold.go.set()
    assert hold.run.wait(WAIT) is State.DONE
    assert Counting(order, epochs=1).start().wait(WAIT) is State.DONE


def test_runs_have_so_much_memory_together_but_a_single_one_is_never_refused(use):
    use(Limits(data=100))
    order: list[str] = []
    hold = Hold(order)
    hold.go.set()
    hold.run.wait(WAIT)
    large = Counting(order, size=150).start()
    with pytest.raises(ValueError, match="memory that this server has for training is full"):
        Counting(order, size=1).start()
    large.stop()
    small = Counting(order, size=1).start()
    small.stop()


# Readers who go away.


def test_runs_of_an_owner_nobody_has_heard_of_are_held_and_go_on_when_seen_again(use, monkeypatch):
    monkeypatch.setattr(scheduler_module, "SWEEP_SECONDS", 0.01)
    scheduler = use(Limits(quiet=0.1))
    order: list[str] = []
    run = Counting(order, seconds=0.002, epochs=100_000).start("ann")
    nobodys = Counting(order, seconds=0.002, epochs=100_000).start()
    until(lambda: run.state is State.PAUSED)
    assert run.held
    assert "nobody was looking" in run.note
    assert nobodys.state is State.RUNNING
    scheduler.seen("ann")
    assert run.state in (State.QUEUED, State.RUNNING)
    assert (run.held, run.note) == (False, "")
    run.stop()
    nobodys.stop()


def test_what_a_reader_held_stays_held_when_they_are_seen(use):
    scheduler = use()
    run = Counting([], seconds=0.002).start("ann")
    run.pause()
    scheduler.seen("ann")
    assert run.state is State.PAUSED
    run.stop()


def test_after_long_enough_such_runs_are_stopped_with_a_reason(use, monkeypatch):
    monkeypatch.setattr(scheduler_module, "SWEEP_SECONDS", 0.01)
    use(Limits(quiet=0.05, dropped=0.2))
    run = Counting([], seconds=0.002, epochs=100_000).start("ann")
    assert run.wait(WAIT) is State.STOPPED
    assert "nobody looked" in run.note


# Harm.


def test_a_run_that_fails_says_why_and_takes_nothing_with_it(use):
    use()
    order: list[str] = []

    class Failing(Counting):
        def _train(self, seconds):
            raise RuntimeError("no room\nsecond line")

    good = Counting(order, epochs=20).start()
    bad = Failing(order).start()
    assert bad.wait(WAIT) is State.FAILED
    assert bad.error == "Training stopped: RuntimeError: no room"
    assert good.wait(WAIT) is State.DONE


def test_facts_count_and_name_nobody(use):
    scheduler = use()
    order: list[str] = []
    hold = Hold(order)
    waiting = Counting(order).start("secret-name")
    facts = scheduler.facts()
    assert facts.runs == {"running": 1, "queued": 1}
    assert (facts.queue, facts.owners) == (1, 1)
    assert "secret-name" not in repr(facts)
    waiting.stop()
    hold.go.set()
    hold.run.wait(WAIT)
    until(lambda: scheduler.facts().slices == 1)
    assert scheduler.facts().busy_seconds > 0


def test_a_closed_scheduler_ends_its_threads_after_the_slice_at_hand(use):
    scheduler = use()
    run = Counting([], seconds=0.002, epochs=100_000).start()
    until(lambda: run.epoch)
    scheduler.close()
    assert not any(thread.is_alive() for thread in scheduler._threads)
    ended = run.epoch
    time.sleep(0.05)
    assert run.epoch == ended


def test_a_program_that_ends_in_the_middle_of_training_ends_cleanly():
    """TensorFlow aborts the process if a thread is inside it while the interpreter goes."""
    program = """
        import time
        from seqlib.jazz.corpus import small_corpus
        from seqlib.music import windows
        from seqlib.jazz.training import RunSettings, TrainingRun

        corpus = small_corpus()
        settings = RunSettings(m=20, Tx=10, epochs=1000)
        X, Y = windows(corpus.sequences, settings.m, settings.Tx, corpus.n_values, 0)
        run = TrainingRun(X, Y, settings).start()
        while not run.epoch:
            time.sleep(0.01)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        timeout=120,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-500:]
