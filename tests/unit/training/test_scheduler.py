"""Who trains next: turns, shares, places, limits, quiet owners, faults; slices given by hand."""

from __future__ import annotations

import gc
import weakref
from concurrent.futures import BrokenExecutor

import pytest
from fakes import ByHand, Clock, Held, Here, counting

from seqlib.training import scheduler as scheduler_module
from seqlib.training.rooms import ProcessRefused, TooLong, TooMuchMemory
from seqlib.training.run import Run, State
from seqlib.training.scheduler import CATCH_UP, COSTLY, LOST, ROUNDS, Limits
from seqlib.training.task import Progress


class Room:
    """A scheduler whose slices are given by hand, on a clock that slices move."""

    def __init__(self, limits: Limits | None = None, slots: int = 1, kind: type = Here) -> None:
        self.clock = Clock()
        self.pool = kind(self.clock, slots)
        self.scheduler = ByHand(limits, self.pool, clock=self.clock)
        self.runs: list[Run] = []  # a run that nobody holds is dropped

    def start(self, owner: str = "", name: str = "", cost: float = 0.1, **options) -> Run:
        run = counting(**options)
        run.name = name or run.name
        self.pool.cost[run.name] = cost
        run.start(self.scheduler, owner)
        self.runs.append(run)
        return run

    def steps(self, n: int) -> list[str]:
        """Give so many slices; returns whose they were."""
        before = len(self.pool.order)
        for _step in range(n):
            self.scheduler.step()
        return self.pool.order[before:]


def seconds_of(order: list[str], costs: dict[str, float]) -> dict[str, float]:
    return {name: order.count(name) * cost for name, cost in costs.items()}


# Turns.


def test_everybody_gets_a_first_slice_before_anybody_gets_a_second():
    room = Room()
    room.start(name="old")
    room.steps(5)
    runs = [room.start(name=name, epochs=3) for name in "abcde"]
    assert room.steps(5) == list("abcde")
    room.steps(30)
    assert all(run.state is State.DONE for run in runs)


def test_the_run_that_has_used_least_comes_next_so_slow_slices_get_no_more_time():
    room = Room()
    costs = {"slow": 1.0, "quick": 0.1}
    for name, cost in costs.items():
        room.start(name=name, cost=cost, epochs=1000)
    used = seconds_of(room.steps(220), costs)
    assert used["slow"] == pytest.approx(used["quick"], abs=1.2)


def test_a_newcomer_catches_up_a_little_and_does_not_shut_the_others_out():
    room = Room()
    room.start(name="old", cost=1.0)
    room.steps(20)
    room.start(name="new", cost=1.0)
    order = room.steps(24)
    assert order[: int(CATCH_UP)] == ["new"] * int(CATCH_UP)
    assert 9 <= order[4:].count("old") <= 11  # then turn and turn about


@pytest.mark.parametrize("away", ["paused", "paced", "held"])
def test_a_run_that_comes_back_after_minutes_starves_nobody(away):
    """It used to get every slice until it had caught up with all that it had missed."""
    room = Room(Limits(quiet=1e9, dropped=1e9))
    room.start("ann", name="steady", epochs=10_000)
    pace = 0.001 if away == "paced" else 0
    back = room.start("bob", name="back", pace=pace, epochs=10_000)
    room.steps(10)
    if away == "paused":
        back.pause()
    elif away == "held":
        back.pause("held")
    assert set(room.steps(3000)) == {"steady"}  # 300 seconds
    if away == "paused":
        back.resume()
    elif away == "held":
        room.scheduler.seen("bob")
    else:
        back.not_before = 0
        object.__setattr__(back.settings, "pace", 0)
    order = room.steps(200)
    assert order[60:].count("steady") >= 65
    assert order.count("back") >= 90


def test_a_readers_runs_share_one_share():
    room = Room(Limits(per_owner=4))
    for n in range(4):
        room.start("four", name=f"four {n}")
    others = [room.start(f"reader {n}", name=f"one {n}") for n in range(30)]
    order = room.steps(31 * 20)
    mine = [name for name in order if name.startswith("four")]
    assert len(mine) == pytest.approx(20, abs=3)
    for n in range(4):
        assert mine.count(f"four {n}") == pytest.approx(5, abs=1)
    assert all(order.count(run.name) == pytest.approx(20, abs=3) for run in others)


def test_slices_are_shorter_where_many_train_and_never_too_short():
    room = Room(Limits(slice=0.15, round=0.6, training=40))
    room.start(epochs=3)
    room.steps(3)
    assert [given.seconds for given in room.pool.given] == [0.15] * 3
    runs = [room.start() for _ in range(6)]
    room.steps(6)
    assert room.pool.given[-1].seconds == pytest.approx(0.6 / 6)
    runs += [room.start() for _ in range(30)]
    room.steps(10)
    assert room.pool.given[-1].seconds == scheduler_module.SHORTEST_SLICE


def test_only_a_long_run_that_is_alone_and_not_slowed_down_may_take_a_second_core():
    def helped(n: int) -> list[bool]:
        room.steps(n)
        return [given.helped for given in room.pool.given[-n:]]

    room = Room()
    room.pool.helps = True
    run = room.start(shared=True, cost=0.3)
    assert helped(4) == [False, False, True, True]
    seconds = room.scheduler.limits.slice
    assert [given.seconds for given in room.pool.given] == [seconds] * 2 + [2 * seconds] * 2
    other = room.start(shared=True, cost=0.3)
    assert helped(6) == [False] * 6
    other.stop()
    assert helped(1) == [True]
    run.stop()
    room.start(shared=True, cost=0.6, pace=5)
    assert helped(1) == [False]
    room.clock.now += 1
    assert helped(1) == [False]


def test_a_run_that_is_known_to_be_long_may_take_a_second_core_at_once():
    room = Room()
    room.pool.helps = True
    room.start(shared=True, cost=0.3, flop=1e12)
    room.steps(3)
    seconds = room.scheduler.limits.slice
    assert [given.helped for given in room.pool.given] == [True] * 3
    assert [given.seconds for given in room.pool.given] == [seconds, seconds, 2 * seconds]


def test_the_first_slice_is_one_epoch_so_that_a_loss_shows_and_a_paced_run_takes_one_each_time():
    room = Room()
    room.start(epochs=50)
    room.steps(2)
    assert [given.epochs for given in room.pool.given] == [1, 49]
    paced = room.start(epochs=50, pace=5, cost=0.01)
    room.steps(1)
    assert room.pool.given[-1].epochs == 1
    assert paced.not_before == pytest.approx(room.clock.now - 0.01 + 0.2)


def test_beyond_so_many_runs_wait_with_their_place_until_one_ends():
    room = Room(Limits(training=2, waiting=5))
    room.start(epochs=2, name="first")
    room.start(name="second")
    waiting = [room.start(epochs=1, name=f"waits {n}") for n in range(3)]
    assert [run.place for run in waiting] == [3, 4, 5]
    order = room.steps(4)
    assert order[:3] == ["first", "second", "first"]
    assert order[3] == "waits 0"
    assert [run.place for run in waiting] == [0, 1, 2]


def test_as_many_slices_are_under_way_as_there_are_places():
    room = Room(slots=2, kind=Held)
    runs = [room.start() for _ in range(3)]
    while room.scheduler._send_next():
        pass
    assert [run.busy for run in runs] == [True, True, False]
    room.pool.finish()
    room.scheduler._collect()
    while room.scheduler._send_next():
        pass
    assert [run.busy for run in runs] == [False, True, True]


# What travels.


def test_the_task_is_sent_once_and_again_to_a_worker_that_lacks_it():
    room = Room()
    run = room.start(epochs=100)
    room.steps(3)
    assert [given.task is None for given in room.pool.given] == [False, True, True]
    room.pool.knows.clear()  # another worker, or one that has been started anew
    room.steps(2)
    assert [given.task is None for given in room.pool.given[3:]] == [False, True]
    assert run.metrics["count"].tolist() == [0, 1, 2, 3, 4]


# Limits.


def test_an_owner_may_have_so_many_unfinished_runs_and_is_told_so():
    room = Room(Limits(per_owner=2))
    first, second = (room.start("ann") for _ in range(2))
    third = counting()
    with pytest.raises(ValueError, match=r"2 of your runs are not finished.*stop one of them"):
        third.start(room.scheduler, "ann")
    assert third.state is State.CREATED
    room.start("bob")
    first.stop()
    assert third.start(room.scheduler, "ann").state is State.QUEUED
    assert second.state is State.QUEUED


def test_a_server_takes_so_many_runs_and_no_more():
    room = Room(Limits(training=1, waiting=1))
    first, waiting = room.start(epochs=1), room.start(epochs=1)
    with pytest.raises(ValueError, match="2 runs train or wait on this server"):
        room.start()
    waiting.stop()
    third = room.start(epochs=1)
    room.steps(2)
    assert first.state is third.state is State.DONE


def test_runs_have_so_much_memory_together_but_a_single_one_is_never_refused():
    room = Room(Limits(data=100))
    large = room.start(size=150)
    with pytest.raises(ValueError, match="memory that this server has for training is full"):
        room.start(size=1)
    large.stop()
    room.start(size=1)


def test_a_run_that_would_go_on_needs_room_for_what_it_holds():
    room = Room(Limits(data=100))
    run = room.start(epochs=5, size=60)
    run._goes_on = True
    room.steps(5)
    assert run.goes_on
    assert run.used == pytest.approx(run.trained_for)  # not what slices were given
    other = room.start(size=80)
    with pytest.raises(ValueError, match="memory that this server has for training is full"):
        run.go_on(5)
    other.stop()
    run.go_on(5)
    assert run.state is State.QUEUED


# Readers who go away.


def test_runs_of_an_owner_nobody_has_heard_of_are_held_and_go_on_when_seen_again():
    room = Room(Limits(quiet=100, dropped=1000))
    run, nobodys = room.start("ann", cost=10), room.start(cost=10)
    room.steps(30)
    assert run.state is State.PAUSED
    assert run.held
    assert "nobody was looking" in run.note
    assert nobodys.state is State.RUNNING
    room.scheduler.seen("ann")
    assert run.state is State.QUEUED
    assert (run.held, run.note) == (False, "")
    room.steps(5)
    assert not run.held


def test_a_run_held_during_its_slice_keeps_the_reason_when_the_slice_comes_back():
    """The slice used to end in an empty note, and the page said "Held" without saying why."""
    room = Room(Limits(quiet=100, dropped=1000), kind=Held)
    run = room.start("ann")
    room.scheduler._send_next()
    room.clock.now += 150
    room.scheduler._sweep()
    assert run.state is State.PAUSED
    room.pool.finish()
    room.scheduler._collect()
    assert run.epoch == 1
    assert "nobody was looking" in run.note


def test_a_reason_to_stop_stays_too():
    room = Room(kind=Held)
    run = room.start()
    room.scheduler._send_next()
    run.stop("too late")
    room.pool.finish()
    room.scheduler._collect()
    assert (run.state, run.note, run.epoch) == (State.STOPPED, "too late", 0)


def test_what_a_reader_held_stays_held_when_they_are_seen():
    room = Room()
    run = room.start("ann")
    run.pause()
    room.scheduler.seen("ann")
    assert run.state is State.PAUSED


def test_after_long_enough_such_runs_are_stopped_with_a_reason():
    room = Room(Limits(quiet=100, dropped=200))
    run = room.start("ann", cost=10)
    room.steps(20)
    room.clock.now += 100
    room.steps(1)
    assert run.state is State.STOPPED
    assert "nobody looked" in run.note


def test_a_run_that_nobody_holds_is_dropped():
    room = Room()
    run = room.start()
    room.steps(2)
    gone = weakref.ref(run)
    del run
    room.runs.clear()
    gc.collect()
    assert gone() is None
    assert room.steps(1) == []


# Harm.


def test_a_run_that_fails_says_why_and_takes_nothing_with_it():
    room = Room()
    good, bad = room.start(epochs=5), room.start(fails="no room\nsecond line")
    room.steps(10)
    assert bad.state is State.FAILED
    assert bad.error == "Training stopped: RuntimeError: no room"
    assert good.state is State.DONE


def test_a_run_at_odds_with_itself_takes_nothing_with_it(monkeypatch):
    room = Room()
    good, bad = room.start(epochs=5), room.start()

    def broken(*_given: object) -> None:
        raise KeyError("count")

    monkeypatch.setattr(bad, "take", broken)
    room.steps(10)
    assert (bad.state, bad.error) == (State.FAILED, scheduler_module.BROKEN)
    assert good.state is State.DONE


def test_a_lost_worker_costs_one_slice():
    room = Room(slots=2, kind=Held)
    run, other = room.start(epochs=5), room.start(epochs=5)
    scheduler = room.scheduler
    for _slice in range(2):
        while scheduler._send_next():
            pass
        room.pool.finish()
        room.pool.finish()
        scheduler._collect()
    while scheduler._send_next():
        pass
    room.pool.fail(BrokenExecutor("killed"))
    room.pool.finish()
    scheduler._collect()
    assert (run.epoch, other.epoch) == (2, 3)
    assert LOST in run.note
    while scheduler._send_next():
        pass
    room.pool.finish()
    room.pool.finish()
    scheduler._collect()
    assert run.metrics["count"].tolist() == [0, 1, 2]
    assert run.state is State.RUNNING


def test_a_run_that_costs_a_worker_each_time_is_given_up_and_one_that_recovers_is_not():
    room = Room(kind=Held)
    run = room.start()
    for turn in range(ROUNDS + 1):
        assert room.scheduler._send_next() is run
        if turn == ROUNDS - 2:
            room.pool.finish()
        else:
            room.pool.fail(BrokenExecutor("killed"))
        room.scheduler._collect()
    assert run.state is State.RUNNING
    while run.state is State.RUNNING:
        assert room.scheduler._send_next() is run
        room.pool.fail(BrokenExecutor("killed"))
        room.scheduler._collect()
    assert (run.state, run.error) == (State.FAILED, COSTLY)
    assert (run.epoch, run.model) == (1, 1)


def test_a_refused_process_is_nobodys_fault():
    room = Room(kind=Held)
    run = room.start()
    for _turn in range(2 * ROUNDS):
        room.scheduler._send_next()
        room.pool.fail(ProcessRefused("no more"))
        room.scheduler._collect()
    assert (run.state, run.lost) == (State.RUNNING, 0)


@pytest.mark.parametrize("limit", [TooLong, TooMuchMemory])
def test_a_slice_beyond_the_limits_of_its_room_is_not_tried_again(limit):
    room = Room(kind=Held)
    run = room.start()
    room.scheduler._send_next()
    room.pool.fail(limit("killed"))
    room.scheduler._collect()
    assert (run.state, run.error) == (State.FAILED, scheduler_module.BEYOND)


def test_a_slice_that_went_with_the_cluster_is_sent_again_a_little_later():
    room = Room(kind=Held)
    run = room.start()
    room.scheduler._send_next()
    room.pool.waiting.pop()[0].cancel()
    room.scheduler._collect()
    assert room.scheduler._send_next() is None
    room.clock.now += 1
    assert room.scheduler._send_next() is run


def test_runs_wait_for_a_pool_that_is_away_and_say_so_and_fail_when_it_is_gone_for_good():
    room = Room()
    run = room.start(epochs=10)
    room.steps(2)
    room.pool.note = "the cluster is away"
    assert room.steps(3) == []
    assert (run.state, run.note) == (State.RUNNING, "the cluster is away")
    room.pool.note = ""
    room.steps(1)
    assert (run.epoch, run.note) == (3, "")
    room.pool.lost_for_good = "It did not come back."
    room.steps(1)
    assert (run.state, run.error) == (State.FAILED, "It did not come back.")
    assert run.model == 3


def test_a_task_that_asks_for_a_room_of_its_own_gets_one_slice_at_a_time_there():
    clock = Clock()
    workers, keras = Held(clock, slots=3), Held(clock, slots=1)
    scheduler = ByHand(None, {"": workers, "keras": keras}, clock=clock)
    runs = [counting(room=room).start(scheduler) for room in ("keras", "keras", "")]
    while scheduler._send_next():
        pass
    assert [run.busy for run in runs] == [True, False, True]
    assert (len(workers.waiting), len(keras.waiting)) == (1, 1)


# What a run says of itself.


def test_a_loss_that_is_no_number_ends_the_run_with_the_last_good_weights():
    room = Room()
    run = room.start(wrong_at=3)
    room.steps(5)
    assert run.state is State.FAILED
    assert "no longer a number" in run.error
    assert "below 0.01" in run.error
    assert (run.epoch, run.model) == (3, 3)


@pytest.mark.parametrize("how", ["done", "stopped", "failed"])
def test_a_run_that_is_over_keeps_its_model_and_no_data(how):
    room = Room()
    run = room.start(epochs=5 if how == "done" else 100, size=10**6)
    assert run.nbytes == 10**6
    task = weakref.ref(run.task)
    room.pool.given.clear()
    room.steps(5)
    assert how == "done" or run.nbytes == 10**6 + 12
    if how == "stopped":
        run.stop()
    elif how == "failed":
        run.fail("why")
    from seqlib.training import worker

    if how != "done":  # nobody tells a worker that a run goes no further
        worker._tasks.clear()
    room.pool.given.clear()
    gc.collect()
    assert (run.state, task(), run.learned, run.nbytes) == (State(how), None, None, 0)
    assert (run.epoch, run.model, run.at_epoch()) == (5, 5, (5, 5))


def test_metrics_only_grow_and_cannot_be_written_to():
    room = Room()
    run = room.start(epochs=10)
    room.steps(2)
    early = run.metrics["count"]
    room.steps(3)
    assert early.tolist() == [0, 1]
    assert run.metrics["count"].tolist() == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="read-only"):
        early[0] = 7


def test_part_of_an_epoch_moves_the_progress():
    room = Room()
    run = room.start(epochs=4)
    room.steps(2)
    run.take(run.learned, Progress({}, part_done=0.5))
    assert (run.epoch, run.progress) == (2, 2.5 / 4)


def test_pausing_holds_and_going_on_goes_on_from_there():
    room = Room()
    run = room.start(epochs=10)
    room.steps(3)
    run.pause()
    assert room.steps(3) == []
    run.resume()
    assert run.state is State.QUEUED
    room.steps(7)
    assert run.state is State.DONE
    assert run.metrics["count"].tolist() == list(range(10))


def test_a_pause_in_the_last_slice_comes_too_late():
    room = Room(kind=Held)
    run = room.start(epochs=1)
    room.scheduler._send_next()
    run.pause()
    room.pool.finish()
    room.scheduler._collect()
    assert run.state is State.DONE


def test_a_record_is_the_run_again():
    room = Room()
    run = room.start(epochs=10)
    room.steps(4)
    record = run.to_record()
    again = Run.from_record(record)
    assert (again.state, again.epoch, again.model) == (State.STOPPED, 4, 4)
    assert again.metrics["count"].tolist() == [0, 1, 2, 3]
    assert again.settings == run.settings
    assert run.state is State.RUNNING
    room.steps(1)
    assert again.epoch == 4


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": State.RUNNING}, "only one that is over"),
        ({"best": (5, 0)}, "no epoch 5 among 4"),
    ],
)
def test_a_record_that_does_not_fit_is_refused(changes, said):
    from dataclasses import replace

    room = Room()
    run = room.start(epochs=10)
    room.steps(4)
    with pytest.raises(ValueError, match=said):
        Run.from_record(replace(run.to_record(), **changes))


def test_facts_count_and_name_nobody():
    room = Room()
    room.start("secret-name", epochs=1)
    room.steps(1)
    room.start("secret-name")
    facts = room.scheduler.facts()
    assert facts.runs == {"done": 1, "queued": 1}
    assert (facts.queue, facts.owners) == (1, 1)
    assert facts.busy_seconds == pytest.approx(0.1)
    assert "secret-name" not in repr(facts)


def test_seconds_in_which_a_run_is_held_do_not_count(monkeypatch):
    room, now = Room(), 100.0
    monkeypatch.setattr("seqlib.training.run.time.perf_counter", lambda: now)
    run = room.start(epochs=3)
    now += 1
    room.steps(1)
    run.pause()
    now += 300
    run.resume()
    now += 1
    room.steps(2)
    assert run.rows()["seconds"].tolist() == [1, 2, 2]
