"""The pins are checked for machines other than this one, and silence is no finding."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from scripts import pins


def packages(name: str) -> set[str]:
    lines = (pins.ROOT / f"{name}.txt").read_text("utf-8").splitlines()
    return {line for line in lines if not line.startswith("#")}


@pytest.fixture
def alone(monkeypatch, tmp_path):
    """A file of pins, and a folder of no wheels as the only place to find one."""
    monkeypatch.setattr(pins, "PYTHONS", pins.PYTHONS[-1:])
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("UV_NO_INDEX", "1")
    file = tmp_path / "pins.txt"
    file.write_text("# Nothing.\n")
    return file


def test_every_file_has_the_pins_of_the_files_before_it():
    app, cluster, dev = ({line.split(" ;")[0] for line in packages(one)} for one in pins.FILES)
    assert app < cluster < dev


def test_what_keras_needs_is_asked_for_only_where_tensorflow_has_a_wheel():
    wanted = [Requirement(line) for line in packages("requirements")]
    linux = {"sys_platform": "linux", "platform_machine": "x86_64"}

    def names(python: str, **machine: str) -> set[str]:
        where = {"python_version": python, "python_full_version": f"{python}.1", **linux, **machine}
        return {one.name for one in wanted if one.marker is None or one.marker.evaluate(where)}

    theirs = {"tensorflow", "tensorflow-cpu", "keras", "h5py"}
    assert names("3.13") & theirs == theirs - {"tensorflow"}
    assert names("3.13", platform_machine="aarch64") & theirs == theirs - {"tensorflow-cpu"}
    assert not names("3.13", sys_platform="darwin") & {"tensorflow", "tensorflow-cpu"}
    assert not names("3.14") & theirs
    assert "numpy" in names("3.14")


def add_wheel(folder: Path, name: str, needs: str = "") -> None:
    """A wheel of version 1.0 with nothing in it."""
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    about += f"Requires-Dist: {needs}\n" if needs else ""
    with ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}-1.0.dist-info/METADATA", about)
        wheel.writestr(f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{name}-1.0.dist-info/RECORD", "")


def test_what_a_pin_needs_has_to_be_pinned_too(alone, capsys):
    add_wheel(alone.parent, "upper", "lower")
    add_wheel(alone.parent, "lower")
    alone.write_text("# Two.\nlower==1.0\nupper==1.0 ; python_version > '3'\n")
    assert pins.check_all(alone) == 0
    assert "5 of 5" in capsys.readouterr().out
    alone.write_text("upper==1.0\n")
    assert pins.check_all(alone) == 1
    assert "macOS on Intel: not pinned: lower==1.0" in capsys.readouterr().out


def test_a_missing_wheel_is_a_finding_that_names_the_machine(alone, capsys):
    assert pins.check_all(alone) == 0
    assert "5 of 5" in capsys.readouterr().out
    alone.write_text("seqscope-of-nowhere==1.0\n")
    assert pins.check_all(alone) == 1
    said = capsys.readouterr().out
    assert "Python 3.14, Windows on x86-64: " in said
    assert "seqscope-of-nowhere" in said
    assert "0 of 5" in said


def test_a_registry_that_does_not_answer_is_said_aloud_and_is_no_finding(
    monkeypatch, tmp_path, capsys
):
    monkeypatch.setattr(pins, "PYTHONS", pins.PYTHONS[-1:])
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path))
    file = tmp_path / "pins.txt"
    file.write_text("six==1.17.0\n")
    assert pins.check_all(file) == 0
    assert "NOT CHECKED" in capsys.readouterr().out
