"""A jazz run: what it measures and gives, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import ByHand, Clock, Held, by_hand

from seqlib.jazz import JazzWeights, score
from seqlib.jazz.task import KEPT_BYTES, JazzTask, kept_epochs
from seqlib.jazz.training import BOUNDS, HeldOut, RunSettings, TrainingRun, held_every
from seqlib.music import windows as cut_windows
from seqlib.music.tokens import MAX_CELLS, check_size
from seqlib.training import scheduler as scheduler_module
from seqlib.training.run import State
from seqlib.training.scheduler import Limits

N_A, N_VALUES, TX = 4, 7, 5
WAIT = 60  # seconds; a test that needs them has failed


@pytest.fixture
def windows(make_windows):
    return make_windows(m=6, Tx=TX, n_values=N_VALUES)


def settings(**options) -> RunSettings:
    return RunSettings(**{"epochs": 40, "n_a": N_A, **options})


def trained(run: TrainingRun, slices: int | None = None) -> TrainingRun:
    """Give a run its slices by hand, so many or all."""
    scheduler = by_hand()
    run.start(scheduler)
    while not run.state.over and slices != 0:
        assert scheduler.step() is run
        slices = None if slices is None else slices - 1
    return run


# What a run gives.


def test_a_run_goes_from_created_to_done_in_a_worker_process(windows):
    run = TrainingRun(*windows, settings())
    assert run.state is State.CREATED
    assert (run.epoch, run.progress, run.place, len(run.metrics)) == (0, 0, 0, 0)
    assert run.metrics.loss_sum.shape == (0,)
    assert run.start() is run
    assert run.wait(WAIT) is State.DONE
    assert (run.epoch, run.progress, run.place) == (40, 1, 0)
    assert (run.error, run.note, run.nbytes) == ("", "", 0)
    assert run.start().state is State.DONE


def test_metrics_have_one_row_an_epoch_and_one_column_a_timestep(windows):
    metrics = trained(TrainingRun(*windows, settings())).metrics
    assert len(metrics) == 40
    assert metrics.loss.shape == metrics.accuracy.shape == (40, TX)
    np.testing.assert_allclose(metrics.loss_sum, metrics.loss.sum(axis=1))
    assert ((metrics.accuracy >= 0) & (metrics.accuracy <= 1)).all()
    assert (np.diff(metrics.seconds) >= 0).all()
    assert metrics.seconds[0] > 0
    assert metrics.loss_sum[-1] < metrics.loss_sum[0]


def test_a_run_in_slices_equals_its_task_in_one(windows):
    run = trained(TrainingRun(*windows, settings(seed=3)))
    start = JazzWeights.initial(N_A, N_VALUES, seed=3)
    task = JazzTask.of(*windows, start, epochs=40, learning_rate=run.settings.learning_rate)
    state, progress = task.advance(task.begin(), np.inf)
    np.testing.assert_array_equal(run.metrics.loss, progress.measured["loss"])
    for mine, theirs in zip(
        run.snapshot().weights.arrays, task.model(state, start).arrays, strict=True
    ):
        np.testing.assert_array_equal(mine, theirs)


def test_a_run_starts_from_given_weights_and_leaves_them_alone(windows, make_weights):
    start = make_weights(N_A, N_VALUES)
    before = [array.copy() for array in start.arrays]
    run = TrainingRun(*windows, settings(epochs=5), weights=start)
    assert run.snapshot().weights is start
    trained(run)
    y = start.trace(windows[0]).y.swapaxes(0, 1)
    first_loss = -np.log((y * windows[1]).sum(axis=-1)).mean(axis=1)
    np.testing.assert_allclose(run.metrics.loss[0], first_loss, rtol=1e-4)
    for array, copy in zip(start.arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)
    gru = JazzWeights.initial(N_A, N_VALUES, 0, "GRU")
    assert TrainingRun(*windows, settings(), weights=gru).settings.cell == "GRU"


def test_a_snapshot_is_the_probes_trace_at_that_epoch(windows):
    probe = windows[0][0]
    run = TrainingRun(*windows, settings(), probe=probe)
    untrained = run.snapshot()
    assert untrained.epoch == 0
    trained(run, slices=3)
    snapshot = run.snapshot()
    assert snapshot.epoch == run.epoch == 3
    assert np.abs(snapshot.trace.h - untrained.trace.h).max() > 1e-4
    np.testing.assert_array_equal(snapshot.trace.y, snapshot.weights.trace(probe).y)


def test_a_snapshot_without_a_probe_has_no_trace(windows):
    assert TrainingRun(*windows, settings()).snapshot().trace is None


def test_a_run_holds_places_in_place_of_one_hot_windows(make_windows):
    X, Y = make_windows(m=60, Tx=30, n_values=78)
    run = TrainingRun(X, Y, settings())
    weights = sum(array.nbytes for array in run.task.start.arrays)
    assert 0 < run.nbytes - weights < X.nbytes / 30
    run.stop()
    assert run.nbytes == 0


def test_a_copy_of_a_run_is_that_run_as_it_is_and_trains_no_more(windows):
    run = trained(TrainingRun(*windows, settings(), probe=windows[0][0]), slices=4)
    kept = run.kept()
    assert (kept.state, kept.epoch, run.state) == (State.STOPPED, 4, State.RUNNING)
    np.testing.assert_array_equal(kept.metrics.loss, run.metrics.loss)
    np.testing.assert_array_equal(kept.snapshot().trace.h, run.snapshot().trace.h)


def test_a_long_epoch_shows_its_progress(windows, monkeypatch):
    monkeypatch.setattr("seqlib.jazz.task.windows_per_call", lambda *_: 2)
    monkeypatch.setattr(scheduler_module, "SHORTEST_SLICE", 0.0)
    run = TrainingRun(*windows, settings(epochs=2))
    scheduler = by_hand(seconds=0)
    run.start(scheduler)
    scheduler.step()
    assert run.epoch == 0
    assert run.progress == pytest.approx(2 / 6 / 2)


def test_a_loss_that_is_no_number_ends_the_run_with_the_last_good_weights(windows, monkeypatch):
    monkeypatch.setitem(BOUNDS, "learning_rate", BOUNDS["learning_rate"]._replace(high=1e39))
    with np.errstate(all="ignore"):
        run = trained(TrainingRun(*windows, settings(learning_rate=1e38), probe=windows[0][0]))
        snapshot = run.snapshot()
    assert run.state is State.FAILED
    assert run.error.startswith("The loss is no longer a number: the steps were too long.")
    assert "learning rate below 1e+38" in run.error
    assert all(np.isfinite(array).all() for array in snapshot.weights.arrays)
    assert len(run.metrics) == run.epoch == snapshot.epoch
    assert np.isfinite(run.metrics.loss).all()


# What it keeps on the way, and how one goes on.


def held_out_melodies():
    at_random = np.random.default_rng(9)
    return [at_random.integers(0, N_VALUES, n) for n in (4, 9, 1, 0)]


def one_long(windows, **more) -> JazzTask:
    start = JazzWeights.initial(N_A, N_VALUES, seed=0)
    rate = RunSettings().learning_rate
    return JazzTask.of(*windows, start, **{"epochs": 40, "learning_rate": rate, **more})


def test_held_out_melodies_are_scored_as_the_library_scores_them(windows):
    melodies = held_out_melodies()
    run = trained(TrainingRun(*windows, settings(epochs=23), held_out=melodies))
    tested = run.metrics.tested
    assert tested.epochs.tolist() == [2, 10, 20, 23]
    task = one_long(windows)
    for epoch, loss, accuracy in zip(*tested, strict=True):
        state, _progress = task.advance(task.begin(), np.inf, int(epoch))
        expected = score(task.model(state), melodies)
        assert loss == pytest.approx(expected.log_loss, rel=1e-6)
        assert accuracy == pytest.approx(expected.accuracy)
    epoch, best = run.best_epoch()
    assert epoch == tested.epochs[tested.loss.argmin()]
    assert score(best, melodies).log_loss == pytest.approx(tested.loss.min(), rel=1e-6)
    np.testing.assert_array_equal(run.checkpoints[epoch].arrays[0], best.arrays[0])


@pytest.mark.parametrize(("pace", "every"), [(0, 10), (1, 1), (5, 2), (10, 5), (20, 10), (50, 10)])
def test_a_run_that_is_watched_is_tested_about_twice_a_second(pace, every):
    assert held_every(pace) == every


@pytest.mark.parametrize(
    ("loss", "turn"),
    [([], None), ([3, 2, 1], None), ([3, 1, 2, 2], None), ([3, 1, 2, 2, 4], 1), ([1, 1, 1, 1], 0)],
)
def test_the_held_out_loss_has_turned_where_three_later_ones_are_no_better(loss, turn):
    epochs = np.arange(1, len(loss) + 1)
    assert HeldOut(epochs, np.array(loss, float), np.zeros(len(loss))).turn == turn


def test_a_run_stops_where_the_held_out_loss_turns_if_it_is_to(windows):
    melodies = held_out_melodies()
    whole = trained(TrainingRun(*windows, settings(epochs=90), held_out=melodies))
    turn = whole.metrics.tested.turn
    assert (whole.epoch, turn is None) == (90, False)
    stopped = TrainingRun(*windows, settings(epochs=90, stop_at_turn=True), held_out=melodies)
    trained(stopped)
    lowest, end = map(int, whole.metrics.tested.epochs[[turn, turn + 3]])
    assert (stopped.state, stopped.epoch) == (State.STOPPED, end)
    assert stopped.note == f"the held-out loss was lowest after epoch {lowest}"
    assert lowest in stopped.checkpoints
    task = one_long(windows, epochs=90, held_out=tuple(melodies[:3]))
    state, _progress = task.advance(task.begin(), np.inf)
    best = score(task.best(state, None)[1], melodies)
    assert best.log_loss == pytest.approx(whole.metrics.tested.loss[turn], rel=1e-6)


def test_without_held_out_melodies_nothing_is_said_of_them(windows):
    run = trained(TrainingRun(*windows, settings(epochs=3)))
    assert [len(each) for each in run.metrics.tested] == [0, 0, 0]
    assert run.metrics.tested.turn is None


def test_the_norms_are_those_of_the_librarys_own_gradients(windows):
    X, Y = windows
    run = trained(TrainingRun(*windows, settings(epochs=7)))
    for epoch in (0, 4):
        task = one_long(windows)
        state, _progress = task.advance(task.begin(), np.inf, epoch)
        weights = task.model(state)
        values = Y.swapaxes(0, 1).argmax(axis=-1)
        trace, eye = weights.trace(X), np.eye(N_VALUES)
        dlogits = trace.y - eye[values]  # (m, Tx, n_values)
        plain = [
            *weights.back(X, values).weights.arrays,
            np.einsum("mta,mtv->av", trace.h, dlogits),
            dlogits.sum(axis=(0, 1)),
        ]
        norms = [np.linalg.norm(array) / len(X) for array in plain]
        np.testing.assert_allclose(run.metrics.gradient[epoch], norms, rtol=1e-4)


def test_weights_are_kept_at_epochs_that_lie_ever_farther_apart(windows):
    run = trained(TrainingRun(*windows, settings(epochs=36)))
    assert list(run.checkpoints) == [0, 1, 2, 3, 5, 10, 20, 30, 36]
    task = one_long(windows)
    for epoch, model in run.checkpoints.items():
        state, _progress = task.advance(task.begin(), np.inf, epoch)
        for mine, theirs in zip(model.arrays, task.model(state).arrays, strict=True):
            np.testing.assert_array_equal(mine, theirs)
    assert list(run.kept().checkpoints) == list(run.checkpoints)


def test_large_models_keep_fewer_weights():
    assert len(kept_epochs(200_000)) == 13
    large = kept_epochs(9_000_000)
    assert large[0] == 1
    assert len(large) * 9_000_000 <= 2 * KEPT_BYTES


@pytest.mark.parametrize("only", ["epoch", "step"])
def test_a_run_takes_one_epoch_or_step_and_is_held_again(windows, only):
    run = TrainingRun(*windows, settings())
    scheduler = by_hand()
    run.start(scheduler, only=only)
    for epoch in (1, 2, 3):
        scheduler.step()
        assert (run.state, run.epoch) == (State.PAUSED, epoch)  # full batch: a step is an epoch
        assert scheduler.step() is None
        run.resume(only)
    run.resume()
    scheduler.step()
    scheduler.step()
    assert (run.state, run.epoch) == (State.RUNNING, 5)


def test_going_on_after_the_end_gives_what_one_long_run_gives(windows):
    run = trained(TrainingRun(*windows, settings(epochs=12)))
    assert run.goes_on
    assert not TrainingRun.from_record(run.to_record()).goes_on
    run.go_on(28)
    run.go_on(30)  # nothing: it is not over
    assert (run.state, run.settings.epochs) == (State.QUEUED, 40)
    trained_on = [run._scheduler.step() for _epoch in range(28)]
    assert trained_on == [run] * 28
    assert (run.state, run.epoch) == (State.DONE, 40)
    state, progress = one_long(windows).advance(one_long(windows).begin(), np.inf)
    np.testing.assert_array_equal(run.metrics.loss, progress.measured["loss"])
    np.testing.assert_array_equal(run.model.arrays[0].ravel(), state.weights[: 4 * N_A * N_VALUES])
    with pytest.raises(ValueError, match="choose 1 to 1000"):
        run.go_on(961)
    assert (run.state, run.settings.epochs) == (State.DONE, 40)


def test_what_is_kept_of_a_run_that_goes_on_stays_as_it_was(windows):
    run = trained(TrainingRun(*windows, settings(epochs=3)))
    kept = run.kept()
    assert not kept.goes_on
    assert kept.kept() is kept, "it never changes, so it may be shared"
    run.go_on(2)
    assert (kept.state, kept.epoch, len(kept.metrics.loss)) == (State.DONE, 3, 3)


def test_one_epoch_after_a_stop_leaves_the_rest_to_come(windows):
    run = trained(TrainingRun(*windows, settings()), slices=4)
    run.stop()
    run.go_on(1, "epoch")
    assert run._scheduler.step() is run
    assert (run.state, run.epoch, run.settings.epochs) == (State.PAUSED, 5, 40)


def test_a_slice_under_way_at_the_end_is_of_no_use_to_a_run_that_goes_on(windows):
    clock = Clock()
    pool = Held(clock)
    scheduler = ByHand(Limits(), pool, clock=clock)
    run = TrainingRun(*windows, settings()).start(scheduler)
    assert scheduler._send_next() is run
    run.stop()
    run.go_on(5)
    pool.finish()
    scheduler._collect()
    assert (run.state, run.epoch) == (State.QUEUED, 0)
    assert scheduler._send_next() is run
    pool.finish()
    scheduler._collect()
    assert run.epoch == 1


def test_another_learning_rate_on_the_way_holds_from_the_next_epoch(windows):
    run = trained(TrainingRun(*windows, settings(epochs=9)), slices=4)
    run.change(learning_rate=0.002)
    assert run._scheduler.step() is run
    task = one_long(windows)
    state, _progress = task.advance(task.begin(), np.inf, 4)
    state, _progress = task.changed(learning_rate=0.002).advance(state, np.inf, 1)
    mine = np.concatenate([array.ravel() for array in run.model.arrays])
    np.testing.assert_array_equal(mine, state.weights)
    assert run.metrics.rate_changes == [(5, pytest.approx(0.002))]
    with pytest.raises(ValueError, match="learning_rate"):
        run.change(learning_rate=7)
    assert run.settings.learning_rate == 0.002


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


def test_windows_and_training_have_one_limit_and_one_sentence():
    m, Tx, n_values = 400, 100, MAX_CELLS // 40_000 + 1
    X = np.broadcast_to(np.float32(0), (m, Tx, n_values))  # no memory
    with pytest.raises(ValueError, match="X would hold") as training:
        TrainingRun(X, X.transpose(1, 0, 2))
    with pytest.raises(ValueError, match="X would hold") as cutting:
        cut_windows([np.zeros(Tx, int)], m, Tx, n_values, seed=0)
    assert str(training.value) == str(cutting.value)
    check_size(m, Tx, n_values - 1)


def test_weights_of_another_size_are_refused_with_both_sizes(windows, make_weights):
    with pytest.raises(ValueError, match=r"n_a = 5, n_values = 7; this run has 4 and 7"):
        TrainingRun(*windows, settings(), weights=make_weights(5, N_VALUES))


@pytest.mark.parametrize("shape", [(5, 6), (5,), (0, 7), (1, 5, 7)])
def test_a_probe_that_is_no_window_is_refused(windows, shape):
    with pytest.raises(ValueError, match=r"The probe has shape .* one window, \(Tx, 7\)"):
        TrainingRun(*windows, settings(), probe=np.zeros(shape))


def test_windows_may_be_lists_and_whole_numbers():
    run = trained(TrainingRun([[[0, 0], [1, 0]]], [[[1, 0]], [[0, 1]]], settings(epochs=2)))
    assert run.epoch == 2
