"""How often a page looks at what trains."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
from fakes import counting

from seqlib.training.run import State
from seqlib.training.scheduler import Scheduler
from ui.parts import training_panel
from ui.visit import session


@pytest.fixture
def moving(monkeypatch):
    """A scheduler that says so many runs train."""

    def say(n: int) -> None:
        facts = Scheduler().facts()
        facts.runs.update({"running": n})
        monkeypatch.setattr(
            session, "scheduler", lambda: type("Saying", (), {"facts": lambda _: facts})()
        )

    return say


@pytest.fixture
def asked(monkeypatch):
    """After how many seconds each fragment asks to be drawn again, of those made in a test."""
    seconds = []
    monkeypatch.setattr(
        training_panel.st,
        "fragment",
        lambda _, run_every: seconds.append(run_every) or (lambda: None),
    )
    return seconds


def test_a_reader_alone_sees_a_new_picture_at_once(moving):
    moving(1)
    assert training_panel.refresh() == training_panel.REFRESH


def test_a_class_draws_only_so_many_pictures_a_second_together(moving):
    moving(30)
    assert 30 / training_panel.refresh() == pytest.approx(training_panel.PICTURES_A_SECOND)


def test_a_page_waits_for_a_first_loss_that_is_nearly_there_and_not_for_one_that_is_not():
    run = counting()
    run._state = State.RUNNING

    def learn() -> None:
        time.sleep(0.02)
        run._n = 1

    thread = threading.Thread(target=learn)
    thread.start()
    training_panel._wait_for_a_loss(run)
    thread.join()
    assert run.epoch == 1
    never = counting()
    never._state = State.RUNNING
    training_panel._wait_for_a_loss(never)  # returns
    assert never.epoch == 0


def test_a_class_sees_its_first_losses_as_soon_as_a_reader_alone(moving, asked):
    moving(30)
    run = counting()
    run._state = State.RUNNING
    training_panel.live(run, draw=lambda _: None)
    run._n = 1
    training_panel.live(run, draw=lambda _: None)
    assert asked == [training_panel.REFRESH, 30 / training_panel.PICTURES_A_SECOND]


@pytest.mark.parametrize(
    ("state", "says"), [(State.PAUSED, " after epoch 2"), (State.RUNNING, ""), (State.DONE, "")]
)
def test_a_loss_held_out_of_earlier_weights_is_said_to_be_theirs(state, says):
    epochs = 2 if state is State.DONE else 4
    metrics = SimpleNamespace(
        tested=SimpleNamespace(loss=np.array([4.0, 3.5]), epochs=np.array([1, 2])),
        loss_sum=np.full(epochs, 9.0),
        loss=np.full((epochs, 3), 3.0),
        accuracy=np.full((epochs, 3), 0.1),
    )
    run = SimpleNamespace(metrics=metrics, state=state, epoch=epochs)
    _loss, _training, accuracy, held_out = training_panel.summed_over_steps(run)
    assert accuracy == "accuracy 10%"  # of the training windows, so beside their loss
    assert held_out == f"held out **3.50** nats a note{says}"


@pytest.mark.parametrize(("readers", "seconds"), [(1, 1.2), (30, 6.0)])
def test_what_is_slow_to_draw_is_drawn_seldomer_and_in_a_class_as_seldom_as_all(
    moving, asked, readers, seconds
):
    moving(readers)
    run = counting()
    run._state, run._n = State.RUNNING, 1
    training_panel.watch(run, lambda: None, least=1.2)
    assert asked == [seconds]
