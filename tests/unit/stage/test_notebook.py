"""What a notebook shows of a stage, a trace and a run."""

from __future__ import annotations

import re
from html import unescape

import numpy as np
import pytest

import seqlib
from seqlib.i18n import speaking
from seqlib.jazz import JazzWeights
from seqlib.stage import Clock, Heatmap, Stage, Tokens
from seqlib.stage.stage import pack_array
from seqlib.training.copy_task import CopyRun, CopySettings
from seqlib.training.picture import curve_svg

EVIL = "</script><script>alert(1)</script>\"'&amp;"


def page_of(shown: str) -> str:
    """The page inside the frame; there is nothing else."""
    frame = re.fullmatch(r'<iframe srcdoc="([^"<>]*)"( [a-z]+="[^"<>]*")+></iframe>', shown)
    assert frame, shown[:200]
    return unescape(frame[1])


def test_a_stage_is_its_offline_page_in_a_frame_that_reaches_nothing_around_it():
    stage = Stage(Clock.even(2), (Tokens("words", ("so", EVIL)),), label=EVIL)
    shown = stage._repr_html_()
    page = page_of(shown)
    assert page.startswith("<!doctype html>")
    assert EVIL not in page
    sandbox = re.search(r' sandbox="([^"]*)"', shown)[1].split()
    assert sorted(sandbox) == ["allow-downloads", "allow-scripts"]


def test_what_cannot_be_drawn_is_one_sentence():
    stage = Stage(Clock.even(2), (Heatmap("h", np.full((2, 3), np.nan), "h"),))
    assert re.fullmatch(r"<p>h holds values that are not numbers [^<]+\.</p>", stage._repr_html_())


@pytest.mark.parametrize("batch", [(), (3,)])
def test_a_trace_is_a_stage_of_its_states_of_a_batch_of_the_first(batch):
    x = np.eye(5)[(np.arange(20) + np.arange(3)[:, None]) % 5]
    trace = JazzWeights.initial(4, 5).trace(x if batch else x[0])
    page = page_of(trace._repr_html_())
    for values in (trace.h, trace.c):
        assert pack_array(values[0] if batch else values)["data"] in page
    assert '"symbol": "a"' in page
    assert '"symbol": "c"' in page
    assert '"shape": [20, 4]' in page
    assert ("the first of 3 sequences" in page) == bool(batch)
    with speaking("zh"):
        assert "单元状态随时间的变化" in page_of(trace._repr_html_())


def test_a_run_is_its_state_and_its_loss():
    Y = np.eye(7, dtype=np.float32)[np.zeros((2, 3), int)]
    run = seqlib.TrainingRun(Y, Y.swapaxes(0, 1), seqlib.RunSettings(n_a=4, epochs=3))
    shown = run._repr_html_()
    assert shown.startswith("<div>TrainingRun · created · epoch 0 of 3<br><svg ")
    assert "<polyline" in shown


def test_a_run_with_several_losses_shows_their_sum():
    shown = CopyRun(CopySettings(steps=30))._repr_html_()
    assert shown.startswith("<div>CopyRun · created · epoch 0 of 3<br><svg ")


def test_a_curve_is_drawn_from_zero_over_all_epochs_whatever_its_values():
    line = re.search(r'points="([^"]*)"', curve_svg(np.array([8.0, 4.0, np.nan]), 5, "loss"))[1]
    points = np.array([at.split(",") for at in line.split()], float)  # (3, 2)
    assert points[:, 0].tolist() == [56, 199, 342]  # of 56 to 628
    assert points[:, 1].tolist() == [12, 108, 204]  # of 12, the highest, to 204, zero


def test_a_solo_is_shown_with_its_notes_and_a_band():
    weights = seqlib.load_jazz("untrained")
    stage = seqlib.solo_stage(seqlib.sample(weights, 12, seed=1), weights)
    assert [lane.kind for lane in stage.lanes] == ["pianoroll", "tokens", "heatmap", "distribution"]
    assert {note.voice for note in stage.sound} > {"solo", "bass"}
    assert stage.clock.Tx == 12
    page_of(stage._repr_html_())
