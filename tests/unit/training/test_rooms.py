"""Worker processes: they answer, end when idle or killed, and nothing of them stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import BrokenExecutor
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from fakes import counting

from seqlib import i18n
from seqlib.training import rooms
from seqlib.training.rooms import ProcessRefused, Room, TooLong, TooMuchMemory, Workers
from seqlib.training.run import State
from seqlib.training.scheduler import Scheduler

ROOT = Path(__file__).parents[3]
WAIT = 60  # seconds; a test that needs them has failed


def until(condition) -> None:
    deadline = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


def pids(pool: Workers) -> list[int]:
    return [room.pid for room in pool.rooms if room.pid is not None]


def there(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def room():
    made = Room()
    yield made
    made.shutdown()


@pytest.fixture
def workers():
    """Two, and a scheduler that sends to them."""
    scheduler = Scheduler(pools=Workers(2))
    yield scheduler
    scheduler.close()


# What is called in the process.


def heavy_modules() -> list[str]:
    heavy = ("streamlit", "tensorflow", "keras", "pandas", "plotly", "sklearn", "scipy", "ui")
    return sorted(name for name in heavy if name in sys.modules)


def imported(module: str) -> None:
    import_module(module)


def main_name() -> str | None:
    return getattr(sys.modules["__main__"], "__file__", None)


def raise_unpicklable() -> None:
    class Local(Exception):
        pass

    raise Local("of its own kind")


def raise_translated() -> None:
    raise ValueError(i18n._("Stop"))


def take_memory(megabytes: int) -> None:
    kept = [np.ones(131_072) for _ in range(megabytes)]
    time.sleep(WAIT)
    assert kept


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


# Answers.


def test_a_request_is_answered_in_another_process_that_stays(room):
    pid = room.submit(os.getpid).result(WAIT)
    assert pid not in (os.getpid(), None)
    assert room.submit(os.getpid).result(WAIT) == pid == room.pid
    big = np.arange(2_000_000, dtype=np.float32)
    np.testing.assert_array_equal(room.submit(np.negative, big).result(WAIT), -big)


def test_large_small_and_strided_arrays_arrive_and_may_be_written_to(room):
    given = np.arange(600_000, dtype=np.float32).reshape(2, 300_000)  # more than a pipe holds
    for array in (given, given[:, ::7], given[:, :0], np.float32(3)):
        back = room.submit(np.add, array, 1).result(WAIT)
        np.testing.assert_array_equal(back, array + 1)
    back = room.submit(np.add, given, 1).result(WAIT)
    back += 1
    np.testing.assert_array_equal(back, given + 2)


def test_what_a_library_prints_does_not_stand_between_answers(room):
    room.submit(print, "loud").result(WAIT)
    room.submit(os.write, 1, b"louder").result(WAIT)
    assert room.submit(abs, -3).result(WAIT) == 3


def test_an_error_comes_back_as_what_it_was_or_as_its_text(room):
    with pytest.raises(ZeroDivisionError):
        room.submit(divmod, 1, 0).result(WAIT)
    with pytest.raises(RuntimeError, match="Local: of its own kind"):
        room.submit(raise_unpicklable).result(WAIT)
    with pytest.raises(Exception, match="pickle"):
        room.submit(lambda: 1).result(WAIT)
    assert room.submit(abs, -3).result(WAIT) == 3


def test_a_text_made_there_is_in_the_readers_language(room):
    with i18n.speaking("zh"):
        answer = room.submit(raise_translated)
    with pytest.raises(ValueError, match="停止"):
        answer.result(WAIT)


def test_a_worker_imports_what_training_needs_and_nothing_of_the_app(room):
    assert room.submit(main_name).result(WAIT) is None
    for module in ("seqlib.training.task", "seqlib.training.worker", "fakes"):
        room.submit(imported, module).result(WAIT)
    assert room.submit(heavy_modules).result(WAIT) == []


# Ends.


def test_a_killed_process_costs_its_request_and_the_next_one_starts_another(room):
    first = room.submit(os.getpid).result(WAIT)
    with pytest.raises(BrokenExecutor):
        room.submit(die).result(WAIT)
    assert room.submit(os.getpid).result(WAIT) != first
    waiting = room.submit(time.sleep, WAIT)
    until(waiting.running)
    after = room.submit(abs, -3)
    os.kill(room.pid, signal.SIGKILL)
    with pytest.raises(BrokenExecutor):
        waiting.result(WAIT)
    assert after.result(WAIT) == 3


def test_an_idle_process_ends_and_comes_back_when_asked():
    room = Room(idle=0.1)
    first = room.submit(os.getpid).result(WAIT)
    until(lambda: not there(first))
    assert room.pid is None
    until(lambda: room._thread is None)
    assert room.submit(abs, -3).result(WAIT) == 3
    room.shutdown()


def test_a_request_that_takes_too_long_is_ended():
    room = Room(seconds=0.5)
    with pytest.raises(TooLong):
        room.submit(time.sleep, WAIT).result(WAIT)
    assert room.submit(abs, -3).result(WAIT) == 3
    room.shutdown()


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads /proc")
def test_a_request_that_takes_too_much_memory_is_ended():
    room = Room(memory=200 * 2**20)
    with pytest.raises(TooMuchMemory):
        room.submit(take_memory, 400).result(WAIT)
    assert room.submit(abs, -3).result(WAIT) == 3
    room.shutdown()


def test_shutting_down_answers_nothing_more_and_leaves_no_process(room):
    pid = room.submit(os.getpid).result(WAIT)
    at, after = room.submit(time.sleep, WAIT), room.submit(abs, -3)
    until(at.running)
    room.shutdown()
    assert isinstance(at.exception(WAIT), BrokenExecutor)
    assert after.cancelled()
    assert not there(pid)
    with pytest.raises(RuntimeError):
        room.submit(abs, -3)


# Hosts.


def test_where_no_process_may_start_a_thread_of_the_app_trains(monkeypatch):
    def refuse(_module: str) -> None:
        raise OSError("Resource temporarily unavailable")

    monkeypatch.setattr(rooms, "Process", refuse)
    scheduler = Scheduler(pools=Workers(2))
    assert scheduler.pool.slots == 2
    run = counting(20).start(scheduler)
    assert run.wait(WAIT) is State.DONE
    assert (scheduler.pool.slots, scheduler.pool.in_thread) == (1, True)
    assert run.metrics["count"].tolist() == list(range(20))
    scheduler.close()


def test_a_program_that_ends_as_soon_as_it_starts_counts_as_refused(monkeypatch, room):
    monkeypatch.setattr(rooms, "PROGRAM", "import sys; sys.exit(1)")
    with pytest.raises(ProcessRefused):
        room.submit(abs, -3).result(WAIT)


@pytest.mark.parametrize(("cores", "n"), [(1, 1), (2, 2), (64, rooms.MOST_WORKERS)])
def test_there_are_as_many_workers_as_cores_within_reason(monkeypatch, cores, n):
    monkeypatch.setattr(rooms, "cores", lambda: cores)
    assert Workers().slots == n


@pytest.mark.parametrize(
    ("files", "n"),
    [
        ({}, 8),
        ({"cpu.max": "max 100000\n"}, 8),
        ({"cpu.max": "150000 100000\n"}, 1),
        ({"cpu.max": "300000 100000\n"}, 3),
        ({"cpu.max": "1600000 100000\n"}, 8),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 8),
        ({"cpu/cpu.cfs_quota_us": "50000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 1),
    ],
)
def test_a_containers_share_of_the_processor_counts(monkeypatch, tmp_path, files, n):
    (tmp_path / "cpu").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(rooms, "CGROUP", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(8)), raising=False)
    assert rooms.cores() == n


def test_on_one_core_there_is_one_worker_and_all_get_their_turns(monkeypatch):
    monkeypatch.setattr(rooms, "cores", lambda: 1)
    scheduler = Scheduler(pools=Workers())
    runs = [counting(30, lasts=0.002).start(scheduler) for _ in range(3)]
    assert all(run.wait(WAIT) is State.DONE for run in runs)
    assert len(pids(scheduler.pool)) == 1
    scheduler.close()


# Training.


def test_one_run_keeps_to_one_worker_and_two_have_one_each(workers):
    run = counting(100, lasts=0.002).start(workers)
    assert run.wait(WAIT) is State.DONE
    assert len(pids(workers.pool)) == 1
    runs = [counting(100, lasts=0.002).start(workers) for _ in range(2)]
    assert all(run.wait(WAIT) is State.DONE for run in runs)
    assert len(pids(workers.pool)) == 2


def test_a_worker_killed_in_a_slice_costs_that_slice(workers, tmp_path):
    fatal = tmp_path / "once"
    fatal.touch()
    unlucky, other = (
        counting(60, lasts=0.002, fatal=path).start(workers) for path in (str(fatal), "")
    )
    assert unlucky.wait(WAIT) is State.DONE, unlucky.error
    assert other.wait(WAIT) is State.DONE
    assert unlucky.metrics["count"].tolist() == list(range(60))


def test_every_worker_killed_at_once_costs_each_run_a_slice(workers):
    runs = [counting(3000, lasts=0.001).start(workers) for _ in range(4)]
    until(lambda: all(run.epoch for run in runs) and len(pids(workers.pool)) == 2)
    at = [run.epoch for run in runs]
    for pid in pids(workers.pool):
        os.kill(pid, signal.SIGKILL)
    until(lambda: all(run.epoch > was + 200 for run, was in zip(runs, at, strict=True)))
    for run in runs:
        assert run.metrics["count"].tolist() == list(range(len(run.metrics["count"])))
        run.stop()


def test_thirty_runs_and_one_reader_with_four_all_end(workers):
    runs = [counting(10, lasts=0.001).start(workers, f"reader {n}") for n in range(29)]
    runs += [counting(10, lasts=0.001).start(workers, "four") for _ in range(4)]
    assert all(run.wait(WAIT) is State.DONE for run in runs)


def test_a_run_that_ends_its_worker_each_time_fails_with_a_sentence(workers, tmp_path):
    fatal = tmp_path / "always"
    fatal.touch()
    bad, good = counting(fatal=str(fatal)).start(workers), counting(50).start(workers)
    assert bad.wait(WAIT) is State.FAILED
    assert "try a smaller one" in bad.error
    assert good.wait(WAIT) is State.DONE


@pytest.mark.parametrize("end", ["ends", "killed"])
def test_a_program_that_goes_while_all_train_leaves_no_process_behind(end):
    program = """
        import sys, time
        sys.path[:0] = [".", "tests/unit/training"]
        from fakes import counting
        from seqlib.training.rooms import Workers, processes
        from seqlib.training.scheduler import Scheduler

        scheduler = Scheduler(pools=Workers(2))
        runs = [counting(100_000, lasts=0.001).start(scheduler) for _ in range(4)]
        while len(processes()) < 2 or not all(run.epoch for run in runs):
            time.sleep(0.01)
        print(*processes(), flush=True)
        if sys.argv[1] == "killed":
            time.sleep(60)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), end],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    pids = list(map(int, process.stdout.readline().split()))
    assert len(pids) == 2
    if end == "killed":
        process.kill()
    code = process.wait(WAIT)
    assert end == "killed" or code == 0, process.stderr.read()[-500:]
    until(lambda: not any(map(there, pids)))
    assert "Traceback" not in process.stderr.read()
