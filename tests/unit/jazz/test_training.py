"""A run's life, its metrics, and the worker that shares the machine between runs."""

from __future__ import annotations

import builtins
import gc
import threading
import time
import weakref

import numpy as np
import pytest

from seqlib.jazz import JazzWeights, training
from seqlib.jazz.training import BOUNDS, RunSettings, TrainingRun
from seqlib.training import tensorflow
from seqlib.training.run import State
from seqlib.training.step import FusedTraining, shared_step

N_A, N_VALUES, TX = 4, 7, 5
WAIT = 60  # seconds; a test that needs them has failed


@pytest.fixture
def windows(make_windows):
    return make_windows(m=6, Tx=TX, n_values=N_VALUES)


def settings(**options) -> RunSettings:
    return RunSettings(**{"epochs": 40, "n_a": N_A, **options})


def until(condition) -> None:
    """Wait for the worker to bring ``condition`` about."""
    deadline = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < deadline, "the worker did not get there"
        time.sleep(0.005)


class Gate:
    """Lets the worker finish one slice at a time, so that a test can act between two."""

    def __init__(self, monkeypatch) -> None:
        self._permits = threading.Semaphore(0)
        self.begun = threading.Semaphore(0)
        advance = FusedTraining.advance

        def gated(session, epochs):
            self.begun.release()
            assert self._permits.acquire(timeout=WAIT)
            return advance(session, epochs)

        monkeypatch.setattr(FusedTraining, "advance", gated)

    def open(self, slices: int = 1) -> None:
        self._permits.release(slices)

    def wait_for_slice(self) -> None:
        assert self.begun.acquire(timeout=WAIT)


@pytest.fixture
def gate(keras, monkeypatch):
    made = Gate(monkeypatch)
    yield made
    made.open(10_000)  # let the worker go, whatever the test left behind


# A run from start to end.


def test_a_run_goes_from_created_to_done(keras, windows):
    run = TrainingRun(*windows, settings())
    assert run.state is State.CREATED
    assert (run.epoch, run.progress, run.place, len(run.metrics)) == (0, 0, 0, 0)
    assert run.start() is run
    assert run.wait(WAIT) is State.DONE
    assert run.state.over
    assert (run.epoch, run.progress, run.place) == (40, 1, 0)
    assert (run.error, run.note) == ("", "")


def test_metrics_have_one_row_an_epoch_and_one_column_a_timestep(keras, windows):
    run = TrainingRun(*windows, settings()).start()
    run.wait(WAIT)
    metrics = run.metrics
    assert len(metrics) == 40
    assert metrics.loss.shape == metrics.accuracy.shape == (40, TX)
    np.testing.assert_allclose(metrics.loss_sum, metrics.loss.sum(axis=1))
    assert ((metrics.accuracy >= 0) & (metrics.accuracy <= 1)).all()
    assert (np.diff(metrics.seconds) >= 0).all()
    assert metrics.seconds[0] > 0
    assert metrics.loss_sum[-1] < metrics.loss_sum[0]


def test_a_run_equals_the_same_epochs_in_one_call(keras, windows):
    run = TrainingRun(*windows, settings(seed=3)).start()
    run.wait(WAIT)
    start = JazzWeights.initial(N_A, N_VALUES, seed=3)
    expected = FusedTraining(*windows, start, run.settings.learning_rate).advance(40)
    np.testing.assert_allclose(run.metrics.loss, expected.loss, rtol=1e-3)
    for mine, theirs in zip(run.snapshot().weights.arrays, expected.weights.arrays, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-3)


def test_a_run_starts_from_given_weights_and_leaves_them_alone(keras, windows, make_weights):
    start = make_weights(N_A, N_VALUES)
    before = [array.copy() for array in start.arrays]
    run = TrainingRun(*windows, settings(epochs=5), weights=start).start()
    run.wait(WAIT)
    y = start.trace(windows[0]).y.swapaxes(0, 1)
    first_loss = -np.log((y * windows[1]).sum(axis=-1)).mean(axis=1)
    np.testing.assert_allclose(run.metrics.loss[0], first_loss, rtol=1e-4)
    for array, copy in zip(start.arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_metrics_only_grow_and_what_was_read_does_not_change(keras, windows, gate):
    run = TrainingRun(*windows, settings()).start()
    seen = []
    while not run.state.over:
        gate.open()
        until(lambda: run.epoch > (len(seen[-1]) if seen else 0))
        seen.append(run.metrics)
    assert len(seen) >= 3
    copies = [metrics.loss.copy() for metrics in seen]
    final = run.metrics
    for metrics, copy in zip(seen, copies, strict=True):
        np.testing.assert_array_equal(metrics.loss, copy)
        np.testing.assert_array_equal(final.loss[: len(metrics)], metrics.loss)
        np.testing.assert_array_equal(final.accuracy[: len(metrics)], metrics.accuracy)


def test_a_snapshot_is_the_probes_trace_at_that_epoch(keras, windows, gate):
    probe = windows[0][0]
    run = TrainingRun(*windows, settings(), probe=probe)
    untrained = run.snapshot()
    assert untrained.epoch == 0
    run.start()
    gate.open(2)
    until(lambda: run.epoch > 1)
    snapshot = run.snapshot()
    assert 1 < snapshot.epoch <= run.epoch
    assert np.abs(snapshot.trace.h - untrained.trace.h).max() > 1e-4
    np.testing.assert_array_equal(snapshot.trace.y, snapshot.weights.trace(probe).y)


def test_a_snapshot_without_a_probe_has_no_trace(windows):
    assert TrainingRun(*windows, settings()).snapshot().trace is None


# Pausing and stopping.


def test_a_paused_run_holds_still_and_then_goes_on_as_if_nothing_had_been(keras, windows, gate):
    run = TrainingRun(*windows, settings()).start()
    gate.open(2)
    until(lambda: run.epoch >= 1)
    gate.wait_for_slice()
    run.pause()
    assert run.state is State.PAUSED
    gate.open(10_000)
    time.sleep(0.2)
    held = run.epoch
    assert held < 40
    time.sleep(0.2)
    assert (run.epoch, run.state) == (held, State.PAUSED)
    run.resume()
    assert run.wait(WAIT) is State.DONE
    whole = TrainingRun(*windows, settings()).start()
    whole.wait(WAIT)
    np.testing.assert_allclose(run.metrics.loss, whole.metrics.loss, rtol=1e-3)


def test_a_run_paused_and_resumed_within_one_slice_is_not_trained_twice_at_once(
    keras, windows, gate
):
    run = TrainingRun(*windows, settings()).start()
    gate.wait_for_slice()
    for _ in range(5):
        run.pause()
        run.resume()
    gate.open(10_000)
    assert run.wait(WAIT) is State.DONE
    assert run.epoch == len(run.metrics) == 40


def test_a_stopped_run_keeps_what_it_learned_and_never_goes_on(keras, windows, gate):
    run = TrainingRun(*windows, settings(), probe=windows[0][0]).start()
    gate.open(2)
    until(lambda: run.epoch >= 1)
    run.stop()
    kept = run.epoch
    assert run.state is State.STOPPED
    gate.open(10_000)
    run.resume()
    run.start()
    run.pause()
    time.sleep(0.2)
    assert (run.state, run.epoch) == (State.STOPPED, kept)
    assert run.snapshot().epoch == kept == len(run.metrics)


def test_a_run_stopped_in_the_queue_is_never_trained(keras, windows, gate):
    busy = TrainingRun(*windows, settings()).start()
    gate.wait_for_slice()
    waiting = TrainingRun(*windows, settings()).start()
    assert waiting.state is State.QUEUED
    waiting.stop()
    gate.open(10_000)
    assert busy.wait(WAIT) is State.DONE
    assert (waiting.state, waiting.epoch, waiting.place) == (State.STOPPED, 0, 0)


def test_a_run_paused_in_the_queue_waits_until_resumed(keras, windows, gate):
    busy = TrainingRun(*windows, settings()).start()
    gate.wait_for_slice()
    waiting = TrainingRun(*windows, settings()).start()
    waiting.pause()
    gate.open(10_000)
    assert busy.wait(WAIT) is State.DONE
    assert (waiting.state, waiting.epoch) == (State.PAUSED, 0)
    waiting.resume()
    assert waiting.wait(WAIT) is State.DONE


def test_a_run_stopped_before_its_start_cannot_be_started(windows):
    run = TrainingRun(*windows, settings())
    run.stop()
    assert run.start().state is State.STOPPED


def test_starting_twice_does_nothing(keras, windows):
    run = TrainingRun(*windows, settings()).start()
    run.start()
    assert run.wait(WAIT) is State.DONE
    run.start()
    assert (run.state, run.epoch) == (State.DONE, 40)


def test_waiting_gives_up_after_its_timeout(windows):
    began = time.monotonic()
    assert TrainingRun(*windows, settings()).wait(0.05) is State.CREATED
    assert time.monotonic() - began < WAIT


# Sharing the machine.


def test_two_runs_at_once_both_move(keras, make_windows, gate):
    runs = [
        TrainingRun(*make_windows(m=6, Tx=TX, n_values=N_VALUES, seed=seed), settings()).start()
        for seed in (1, 2)
    ]
    gate.open(4)
    until(lambda: gate._permits._value == 0 and all(run.epoch for run in runs))
    assert [run.state for run in runs] == [State.RUNNING] * 2
    gate.open(10_000)
    assert [run.wait(WAIT) for run in runs] == [State.DONE] * 2


def test_places_in_the_queue_are_counted_from_one(keras, windows, gate):
    busy = TrainingRun(*windows, settings()).start()
    gate.wait_for_slice()
    queue = [TrainingRun(*windows, settings()).start() for _ in range(3)]
    assert busy.place == 0
    assert [run.place for run in queue] == [1, 2, 3]
    queue[0].stop()
    assert [run.place for run in queue] == [0, 1, 2]


def test_a_run_nobody_holds_is_dropped(keras, windows, gate):
    busy = TrainingRun(*windows, settings()).start()
    gate.wait_for_slice()
    dropped = TrainingRun(*windows, settings()).start()
    gone = weakref.ref(dropped)
    del dropped
    gc.collect()
    assert gone() is None
    gate.open(10_000)
    assert busy.wait(WAIT) is State.DONE  # and the worker did not mind


@pytest.mark.parametrize("end", ["pause", "stop", "done"])
def test_a_run_that_was_trained_is_dropped_too(keras, windows, end):
    def train_and_let_go():
        run = TrainingRun(*windows, settings(epochs=1000 if end != "done" else 5)).start()
        until(lambda: run.epoch)
        run.wait(WAIT) if end == "done" else getattr(run, end)()
        return weakref.ref(run)

    gone = train_and_let_go()

    def collected():
        gc.collect()
        return gone() is None

    until(collected)


def test_a_finished_run_lets_go_of_its_training_state(keras, windows):
    run = TrainingRun(*windows, settings(epochs=5)).start()
    run.wait(WAIT)
    until(lambda: run._session is None)


def test_slices_aim_at_a_length_in_time(keras, windows, monkeypatch):
    """With a clock that makes each epoch last 10 ms, slices grow to 15 epochs and stay there."""
    now = [0.0]
    asked = []
    advance = FusedTraining.advance

    def timed(session, epochs):
        asked.append(epochs)
        now[0] += 0.010 * epochs
        return advance(session, epochs)

    monkeypatch.setattr(FusedTraining, "advance", timed)
    monkeypatch.setattr(training.time, "perf_counter", lambda: now[0])
    run = TrainingRun(*windows, settings(epochs=60)).start()
    assert run.wait(WAIT) is State.DONE
    assert sum(asked) == 60
    assert asked[:3] == [1, 4, 14] or asked[:3] == [1, 4, 15]
    assert max(asked) <= 15


def test_a_paced_run_is_no_faster_than_asked_and_ends_in_the_same_place(keras, windows):
    quick = TrainingRun(*windows, settings(epochs=6)).start()
    paced = TrainingRun(*windows, settings(epochs=6, pace=20)).start()
    assert quick.wait(WAIT) is paced.wait(WAIT) is State.DONE
    # A lower bound only: the worker may be late, never early.
    assert np.diff(paced.metrics.seconds).sum() >= 5 / 20 - 0.02
    np.testing.assert_allclose(paced.metrics.loss, quick.metrics.loss, rtol=1e-5)


def test_a_long_epoch_shows_its_progress_and_can_be_paused_within(
    keras, windows, gate, monkeypatch
):
    monkeypatch.setattr("seqlib.training.step.windows_per_call", lambda *_: 2)
    run = TrainingRun(*windows, settings(epochs=2)).start()
    gate.open(1)
    until(lambda: run.progress > 0)
    assert run.epoch == 0
    np.testing.assert_allclose(run.progress, 2 / 6 / 2)
    run.pause()
    gate.open(10_000)
    time.sleep(0.1)
    assert run.epoch == 0
    run.resume()
    assert run.wait(WAIT) is State.DONE
    assert run.progress == 1
    monkeypatch.undo()  # and as one call an epoch, it is the same training
    whole = TrainingRun(*windows, settings(epochs=2)).start()
    assert whole.wait(WAIT) is State.DONE
    np.testing.assert_allclose(run.metrics.loss, whole.metrics.loss, rtol=1e-4)


# Failure.


def test_a_loss_that_is_no_number_ends_the_run_with_the_last_good_weights(
    keras, windows, monkeypatch
):
    monkeypatch.setitem(BOUNDS, "learning_rate", BOUNDS["learning_rate"]._replace(high=1e39))
    run = TrainingRun(*windows, settings(learning_rate=1e38), probe=windows[0][0]).start()
    assert run.wait(WAIT) is State.FAILED
    assert run.error.startswith("The loss is no longer a number: the steps were too long.")
    assert "learning rate below 1e+38" in run.error
    with np.errstate(over="ignore"):  # good, but after such a step not small
        snapshot = run.snapshot()
    assert all(np.isfinite(array).all() for array in snapshot.weights.arrays)
    assert np.isfinite(snapshot.trace.y).all()
    assert len(run.metrics) == run.epoch == snapshot.epoch
    assert np.isfinite(run.metrics.loss).all()


def test_an_unforeseen_error_ends_that_run_in_one_line_and_no_other(keras, windows, monkeypatch):
    advance = FusedTraining.advance
    bad = TrainingRun(*windows, settings())
    good = TrainingRun(*windows, settings())

    def failing(session, epochs):
        if session is bad._session:
            raise RuntimeError("out of memory\n[node one]\n[node two]")
        return advance(session, epochs)

    monkeypatch.setattr(FusedTraining, "advance", failing)
    bad.start()
    good.start()
    assert bad.wait(WAIT) is State.FAILED
    assert bad.error == "Training stopped: RuntimeError: out of memory"
    assert good.wait(WAIT) is State.DONE
    bad.resume()
    assert bad.start().state is State.FAILED


def test_a_failure_during_a_pause_and_resume_is_still_a_failure(keras, windows, gate, monkeypatch):
    gated = FusedTraining.advance
    failures = iter([RuntimeError("only this once")])

    def failing_once(session, epochs):
        gated(session, epochs)
        raise next(failures)

    monkeypatch.setattr(FusedTraining, "advance", failing_once)
    run = TrainingRun(*windows, settings()).start()
    gate.wait_for_slice()
    run.pause()
    run.resume()
    gate.open(10_000)
    assert run.wait(WAIT) is State.FAILED
    assert run.error.endswith("only this once")


# What may be asked for.


@pytest.mark.parametrize("name", ["epochs", "m", "Tx", "n_a", "learning_rate"])
def test_each_setting_is_held_to_its_bounds_by_name(name):
    low, high, default, what = BOUNDS[name]
    assert getattr(RunSettings(), name) == default
    for allowed in (low, high):
        assert getattr(RunSettings(**{name: allowed}), name) == allowed
    for value in (low - 1, high + 1, float("nan"), float("inf")):
        with pytest.raises(ValueError) as caught:  # noqa: PT011 the text is compared below
            RunSettings(**{name: value})
        assert str(caught.value) == (f"{name} ({what}) is {value:g}; choose {low:g} to {high:g}.")


@pytest.mark.parametrize("name", ["epochs", "m", "Tx", "n_a"])
def test_what_counts_something_must_be_whole(name):
    with pytest.raises(ValueError, match=rf"{name} \(.*\) is 2.5; choose a whole number"):
        RunSettings(**{name: 2.5})


def test_a_negative_seed_is_refused():
    with pytest.raises(ValueError, match="seed is -1; choose 0 or more"):
        RunSettings(seed=-1)


def test_m_and_tx_are_taken_from_the_windows(windows):
    run = TrainingRun(*windows, RunSettings(m=60, Tx=30, n_a=N_A))
    assert (run.settings.m, run.settings.Tx) == (6, TX)


@pytest.mark.parametrize(
    ("X", "Y"),
    [
        ((6, 5, 7), (6, 5, 7)),  # the axes of Y not swapped
        ((6, 5, 7), (4, 6, 7)),
        ((6, 5, 7), (5, 6, 8)),
        ((6, 5), (5, 6)),
        ((), ()),
    ],
)
def test_windows_that_do_not_fit_each_other_are_refused_with_both_shapes(X, Y):
    with pytest.raises(ValueError, match=r"X has shape .* and Y .* must be \(m, Tx, n_values\)"):
        TrainingRun(np.zeros(X), np.zeros(Y), settings())


@pytest.mark.parametrize(
    ("shape", "named"),
    [
        ((401, 5, 7), "m"),
        ((0, 5, 7), "m"),
        ((6, 101, 7), "Tx"),
        ((6, 1, 7), "Tx"),
        ((6, 5, 1501), "n_values"),
        ((6, 5, 1), "n_values"),
    ],
)
def test_windows_beyond_the_bounds_are_refused_by_name(shape, named):
    X = np.zeros(shape, np.float32)
    with pytest.raises(ValueError, match=rf"^{named} \("):
        TrainingRun(X, X.swapaxes(0, 1), settings())


def test_weights_of_another_size_are_refused_with_both_sizes(windows, make_weights):
    with pytest.raises(ValueError, match=r"n_a = 5, n_values = 7; this run has 4 and 7"):
        TrainingRun(*windows, settings(), weights=make_weights(5, N_VALUES))


@pytest.mark.parametrize("shape", [(5, 6), (5,), (0, 7), (1, 5, 7)])
def test_a_probe_that_is_no_window_is_refused(windows, shape):
    with pytest.raises(ValueError, match=r"The probe has shape .* one window, \(Tx, 7\)"):
        TrainingRun(*windows, settings(), probe=np.zeros(shape))


def test_windows_may_be_lists_and_whole_numbers(keras):
    run = TrainingRun([[[0, 0], [1, 0]]], [[[1, 0]], [[0, 1]]], settings(epochs=2)).start()
    assert run.wait(WAIT) is State.DONE


# The background import.


def test_two_threads_that_load_at_once_import_once(keras, monkeypatch):
    """The second waits until the first is through, and finds the work done."""
    inside, most, imports = [], [], []
    monkeypatch.setattr(tensorflow, "_loaded", False)

    def slow_import(name, *rest):
        if name == "keras":
            inside.append(name)
            imports.append(name)
            most.append(len(inside))
            time.sleep(0.05)
            inside.pop()
        return real_import(name, *rest)

    real_import = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", slow_import)
    threads = [threading.Thread(target=tensorflow.load) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert (len(imports), max(most)) == (1, 1)
    assert tensorflow.is_loaded()


def test_a_warmed_architecture_is_built_once_and_traced_once(keras, make_windows):
    shared_step.cache_clear()
    sizes = {"m": 3, "Tx": 4, "n_values": 6, "n_a": 2}
    warming = training.warm(**sizes)
    assert training.warm(**sizes) is warming
    # The run does not wait for the warm-up to end before it starts.
    run = TrainingRun(*make_windows(m=3, Tx=4, n_values=6), settings(n_a=2, epochs=5)).start()
    assert run.wait(WAIT) is State.DONE
    warming.join(WAIT)
    assert shared_step.cache_info().misses == 1
    assert shared_step(3, 4, 6, 2, looked_up=True).epochs.experimental_get_tracing_count() == 1


def test_of_several_warm_ups_waiting_only_the_latest_is_done(keras, monkeypatch):
    begun, go_on, done = threading.Event(), threading.Event(), []

    class Slow:
        def __init__(self, X, *_):
            begun.set()
            assert go_on.wait(WAIT)
            done.append(X.shape[0])

        def advance(self, epochs):
            pass

    monkeypatch.setattr("seqlib.training.step.FusedTraining", Slow)
    first = training.warm(1, 4, 6, 2)
    assert begun.wait(WAIT)
    threads = [first, *(training.warm(m, 4, 6, 2) for m in (2, 3, 4))]
    go_on.set()
    for thread in threads:
        thread.join(WAIT)
    assert done == [1, 4]


def test_a_run_that_breaks_outside_its_training_does_not_stop_the_worker(keras, windows):
    broken = TrainingRun(*windows, settings())
    del broken._n
    broken.start()
    assert broken.wait(WAIT) is State.FAILED
    assert broken.error
    assert TrainingRun(*windows, settings(epochs=2)).start().wait(WAIT) is State.DONE
