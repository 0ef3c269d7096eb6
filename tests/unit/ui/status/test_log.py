"""What is told of a server: events as JSON lines, nobody's data in them, memory and reruns."""

from __future__ import annotations

import io
import json
import logging
import os
from pathlib import Path

import pytest
from fakes import by_hand

from seqlib.jazz.training import RunSettings, TrainingRun
from seqlib.training import cluster, rooms
from seqlib.vectors import folders
from ui.status import log
from ui.status.log import Observer, configure, event

DEFAULT_FOLDER = Path.home() / ".cache" / "seqscope"


@pytest.fixture
def lines(monkeypatch):
    """Configures the log; gives what it has written since, parsed."""
    monkeypatch.delenv(log.LEVEL, raising=False)
    stream = io.StringIO()
    names = ("seqscope", *log.LOGGERS)
    before = {
        name: (list(one.handlers), one.level) for name in names for one in [logging.getLogger(name)]
    }
    configure(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    for name, (handlers, level) in before.items():
        logging.getLogger(name).handlers[:] = handlers
        logging.getLogger(name).setLevel(level)


def test_an_event_is_one_line_of_json_with_time_and_level(lines):
    event("run_finished", kind="jazz", state="done", epochs=100, seconds=1.23456)
    (line,) = lines()
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "event": "run_finished",
        "kind": "jazz",
        "state": "done",
        "epochs": 100,
        "seconds": 1.235,
    }


def test_an_event_or_field_that_is_not_listed_cannot_be_told(lines):
    with pytest.raises(KeyError):
        event("login")
    with pytest.raises(KeyError):
        event("upload_refused", file_name="x.mid")
    assert lines() == []


@pytest.mark.parametrize(
    "text", ["I am sad today", "a/b", "10.0.0.1:80", "me@home", "小明", "x" * 41, "a\nb", "solo\n"]
)
def test_a_text_that_is_no_word_of_the_program_is_withheld(lines, text):
    event("upload_refused", what=text)
    assert lines()[0]["what"] == "withheld"


def test_a_failure_is_told_by_kind_and_place_and_not_in_its_own_words(lines):
    try:
        raise ValueError("dear diary")
    except ValueError:
        logging.getLogger("seqlib.jazz.training").exception("A run failed for %s", "somebody")
    (line,) = lines()
    assert (line["event"], line["level"], line["error"]) == ("log", "error", "ValueError")
    assert line["message"] == "A run failed for %s"
    assert len(line["where"]) == 1
    assert line["where"][0].startswith("tests/unit/ui/status/test_log.py:")
    assert "diary" not in str(line)
    assert "somebody" not in str(line)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("debug", 3),
        ("info", 2),
        ("", 2),
        ("WARNING", 1),
        ("off", 0),
        ("loud", 3),
    ],  # an unknown one is told of
)
def test_the_environment_says_how_much_is_told(lines, monkeypatch, value, told):
    log._tell_once.cache_clear()
    monkeypatch.setenv(log.LEVEL, value)
    stream = io.StringIO()
    configure(stream)
    for level in (logging.DEBUG, logging.INFO, logging.ERROR):
        event("upload_refused", level, what="midi")
    assert len(stream.getvalue().splitlines()) == told
    assert lines() == []  # configured anew, not twice


def test_lines_go_to_stderr_whatever_that_is_by_then(lines, capsys):
    configure()
    event("upload_refused", what="midi")
    assert json.loads(capsys.readouterr().err)["what"] == "midi"


def test_resident_memory_is_what_the_system_says():
    psutil = pytest.importorskip("psutil")

    def theirs() -> int:
        ours = (os.getpid(), *rooms.processes())
        return sum(psutil.Process(pid).memory_info().rss for pid in ours)

    # Other threads may give memory back between two readings.
    pairs = [(log.resident(), theirs()) for _ in range(20)]
    assert min(abs(told / counted - 1) for told, counted in pairs) < 0.05


def test_the_limit_is_the_tightest_one_that_holds(tmp_path):
    machine = log.limit(tmp_path / "none", tmp_path / "none")
    assert machine == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    own = tmp_path / "cgroup"
    own.write_text("0::/school/app\n")
    app = tmp_path / "sys" / "school" / "app"
    app.mkdir(parents=True)
    (app / "memory.max").write_text("max\n")
    assert log.limit(tmp_path / "sys", own) == machine
    (app.parent / "memory.max").write_text("1000000\n")
    assert log.limit(tmp_path / "sys", own) == 1_000_000
    (tmp_path / "sys" / "memory").mkdir()
    (tmp_path / "sys" / "memory" / "memory.limit_in_bytes").write_text("900000\n")
    assert log.limit(tmp_path / "sys", own) == 900_000


def test_the_slowest_reruns_are_kept_by_page(lines):
    observer = Observer()
    assert (observer.reruns, observer.percentile(95), observer.slowest()) == (0, 0, [])
    for hundredth in range(100):
        observer.rerun("cell", hundredth / 100)
    observer.rerun("jazz", 1.5)
    assert observer.reruns == 101
    assert [(one.page, one.seconds) for one in observer.slowest(2)] == [
        ("jazz", 1.5),
        ("cell", 0.99),
    ]
    assert observer.percentile(50) == pytest.approx(0.5, abs=0.02)
    assert [line["page"] for line in lines() if line["event"] == "slow_rerun"] == ["jazz"]


def test_old_reruns_make_room(lines):
    observer = Observer()
    observer.rerun("jazz", 0.9)
    for _ in range(log.KEPT):
        observer.rerun("cell", 0.1)
    assert {one.page for one in observer.slowest(5)} == {"cell"}
    assert observer.reruns == log.KEPT + 1


def test_short_memory_is_told_once_and_again_when_it_is_over(lines, monkeypatch):
    observer = Observer()
    for held in (80, 86, 90, 80, 76, 74, 70, 86):
        observer.memory(held * 2**20, 100 * 2**20)
    told = [(line["event"], line["megabytes"]) for line in lines()]
    assert told == [("memory_high", 86), ("memory_normal", 74), ("memory_high", 86)]
    monkeypatch.setenv(log.MEMORY, "50")
    Observer().memory(51, 100)
    assert lines()[-1]["event"] == "memory_high"


def test_a_run_is_told_of_when_it_starts_and_ends(lines, make_windows):
    options = RunSettings(n_a=4, epochs=3)
    done = TrainingRun(*make_windows(), options).start()
    assert done.wait(60) == "done"
    TrainingRun(*make_windows(), options).stop()
    bad = TrainingRun(*make_windows(), options)
    bad.start(by_hand()).fail("why")
    told = [
        (line["event"], line.get("state"), line.get("epochs"))
        for line in lines()
        if line["event"].startswith("run_")
    ]
    assert told == [
        ("run_started", None, None),
        ("run_finished", "done", 3),
        ("run_finished", "stopped", 0),
        ("run_started", None, None),
        ("run_failed", None, 0),
    ]


@pytest.mark.parametrize("given", ["abc", "nan", "-5", "inf", "1e400", "20 min"])
def test_a_setting_that_is_no_number_is_told_once_and_has_its_default(lines, monkeypatch, given):
    log._tell_once.cache_clear()
    monkeypatch.setenv("SEQSCOPE_VISIT_MINUTES", given)
    assert [log.number("SEQSCOPE_VISIT_MINUTES", 20.0) for _ in range(3)] == [20.0] * 3
    (line,) = lines()
    assert line["event"] == "setting_ignored"
    assert line["variable"] == "SEQSCOPE_VISIT_MINUTES"
    assert line["used"] == 20.0


@pytest.mark.parametrize(("given", "read"), [("", 20.0), (" ", 20.0), ("0", 0.0), ("0.5", 0.5)])
def test_a_setting_that_is_a_number_or_none_is_told_of_nowhere(lines, monkeypatch, given, read):
    monkeypatch.setenv("SEQSCOPE_VISIT_MINUTES", given)
    assert log.number("SEQSCOPE_VISIT_MINUTES", 20.0) == read
    assert lines() == []


@pytest.mark.parametrize("variable", [log.SLOW, log.MEMORY, log.LEVEL, "SEQSCOPE_VISIT_MINUTES"])
def test_no_setting_of_the_host_stops_a_page(variable, monkeypatch):
    from streamlit.testing.v1 import AppTest

    monkeypatch.setenv(variable, "abc")
    app = AppTest.from_file(str(log.ROOT / "streamlit_app.py"), default_timeout=60).run()
    assert not app.exception


@pytest.mark.parametrize(
    ("given", "is_on", "told"), [("1", 1, 0), ("", 0, 0), ("0", 0, 0), ("yes", 0, 1)]
)
def test_a_switch_is_1_or_0_and_anything_else_is_told_of(lines, monkeypatch, given, is_on, told):
    log._tell_once.cache_clear()
    monkeypatch.setenv("SEQSCOPE_METRICS", given)
    assert [log.switch("SEQSCOPE_METRICS") for _ in range(3)] == [bool(is_on)] * 3
    assert [line["event"] for line in lines()] == ["setting_ignored"] * told


@pytest.mark.parametrize(
    ("variable", "given", "read", "default"),
    [
        (cluster.VARIABLE, "localhost", cluster.address, ""),
        (cluster.VARIABLE, "tcp://host:port", cluster.address, ""),
        (folders.FOLDER_VARIABLE, "/nowhere/at/all", folders.vectors_folder, DEFAULT_FOLDER),
        (folders.FOLDER_VARIABLE, "~nobody-of-this-name/x", folders.vectors_folder, DEFAULT_FOLDER),
    ],
)
def test_an_address_or_a_folder_that_is_none_is_told_of_once(
    lines, monkeypatch, variable, given, read, default
):
    for module in (cluster, folders):
        module._warn_once.cache_clear()
    monkeypatch.setenv(variable, given)
    assert [read() for _ in range(3)] == [default] * 3
    (line,) = lines()
    assert (line["event"], line["level"]) == ("log", "warning")
    assert variable in line["message"]


@pytest.mark.parametrize(
    "given", ["tcp://10.0.0.1:8786", "tls://host.school:8786", "host:1", "tcp://[::1]:8786"]
)
def test_addresses_of_a_cluster_are_taken(monkeypatch, given):
    monkeypatch.setenv(cluster.VARIABLE, given)
    assert cluster.address() == given
