"""The status page: reached by URL only, guarded by a key, and true."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from seqlib.training import scheduler
from ui.frame.frame import HIDDEN, PAGES
from ui.status import log, page, server

ROOT = Path(__file__).parents[2]


def open_status(**query) -> AppTest:
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    app.switch_page("pages/status.py")
    return app.run()


def words(app: AppTest) -> str:
    return " ".join(one.value for one in app.markdown)


def test_it_shows_counts_memory_runs_and_reruns(monkeypatch):
    monkeypatch.setattr(log.observer, "_reruns", deque())  # of the tests before
    monkeypatch.delenv(page.KEY, raising=False)
    app = open_status()
    assert not app.exception
    assert [one.value for one in app.title] == ["Status"]
    shown = {metric.label: metric.value for metric in app.metric}
    assert set(shown) >= {"Sessions", "Training", "Queue", "Workers", "Up for"}
    assert "| home | " in words(app)
    assert app.run().metric[0].label == "Sessions"


def test_runs_are_counted_by_state(monkeypatch):
    monkeypatch.delenv(page.KEY, raising=False)
    facts = scheduler.Facts({"running": 3, "failed": 1}, 2, 4, 7.0)
    monkeypatch.setattr(scheduler.Scheduler, "facts", lambda self: facts)
    app = open_status()
    shown = {metric.label: metric.value for metric in app.metric}
    assert (shown["Training"], shown["Queue"]) == ("3", "2")
    assert "| training | 3 |" in words(app)
    assert "| failed | 1 |" in words(app)


def test_short_memory_is_said(monkeypatch):
    monkeypatch.setattr(log, "limit", lambda: log.resident())
    assert any("Memory runs short" in one.value for one in open_status().warning)


@pytest.mark.parametrize("key", ["", "wrong", "schlüssel2"])
def test_without_the_key_it_shows_nothing(monkeypatch, key):
    monkeypatch.setenv(page.KEY, "schlüssel")
    app = open_status(**({"key": key} if key else {}))
    assert not app.exception
    assert not app.metric
    assert len(app.warning) == 1


def test_the_key_opens_it(monkeypatch):
    monkeypatch.setenv(page.KEY, "schlüssel")
    assert open_status(key="schlüssel").metric


def test_it_speaks_chinese(monkeypatch):
    monkeypatch.delenv(page.KEY, raising=False)
    app = open_status(lang="zh")
    assert [one.value for one in app.title] == ["运行状态"]


def test_it_is_not_in_the_navigation():
    assert not {entry.url_path for entry in HIDDEN} & {entry.url_path for entry in PAGES}


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min 0 s"), (7500, "2 h 5 min"), (90000, "1 d 1 h")],
)
def test_durations_are_said_in_two_units(seconds, text):
    assert page.duration(seconds) == text


def test_machines_are_told_the_same_numbers():
    told = server.Metrics().get_stats()
    assert set(told) == set(server.GAUGES)
    assert told["seqscope_memory_bytes"][0].value == pytest.approx(log.resident(), rel=0.1)
    assert told["seqscope_memory_bytes"][0].help
    states = {one.labels["state"] for one in told["seqscope_runs"]}
    assert states >= {"running", "done", "failed"}
    assert set(server.Metrics().get_stats(["seqscope_queue"])) == {"seqscope_queue"}
