"""Rules that Safari reads too: no test drives it, and what it cannot read it leaves out unsaid."""

from __future__ import annotations

import re

import pytest

from ui.frame.frame import ROOT

FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder, ending in (("static", "css"), ("ui", "py"))
    for path in (ROOT / folder).rglob(f"*.{ending}")
    if ending == "css" or "<style>" in path.read_text("utf-8")
)


@pytest.mark.parametrize("file", FILES)
def test_rules_are_written_as_safari_reads_them(file):
    text = (ROOT / file).read_text("utf-8")
    # It knows the short form with a single word, and "user-select" by its own name.
    assert not re.findall(r"text-decoration: *\w+ [^;}]+", text)
    for name in ("user-select", "backdrop-filter"):
        plain = len(re.findall(rf"(?<!-){name}:", text))
        assert plain == text.count(f"-webkit-{name}:")


@pytest.mark.parametrize("file", FILES)
def test_what_covers_others_has_a_ground_in_browsers_without_light_dark(file):
    text = (ROOT / file).read_text("utf-8")
    grounds = re.findall(r"([^;{]*);[^;]*background: light-dark", text)
    assert len(grounds) == text.count("background: light-dark")
    assert all("background: Canvas" in before for before in grounds)
