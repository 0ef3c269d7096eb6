"""What pages write into the session, and how values stand in links."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ui.frame.frame import ROOT
from ui.state import TABLE, WORK
from ui.visit import session as visit


def test_values_go_into_links_as_streamlit_writes_them():
    link = visit.as_link(
        {
            "a": True,
            "b": 3,
            "c": 0.5,
            "d": 2.0,
            "e": ["x", "y"],
            "f": None,
            "g": "t",
            "h": object(),
            "i": [],
        }
    )
    assert link == {
        "a": ("true",),
        "b": ("3",),
        "c": ("0.5",),
        "d": ("2",),
        "e": ("x", "y"),
        "g": ("t",),
        "i": ("",),
    }


# Written into the session state, and rightly gone with the session.
PASSING = {
    "alone",  # what the page that is drawn was drawn with
    *("emoji_edit_error", "jump_error", "track_error"),
    *("emoji_editor_base", "emoji_edits"),  # of the table drawn now; what was edited is the draft
    # computed again when asked
    *("emoji_mistakes", "emoji_remembered", "maps"),
    "vectors_pair_now",  # a file on its way into what is kept
}


def keys_that_code_writes() -> dict[str, str]:
    """Literal keys that pages put into the session state, with the file; controls left out."""
    written, controls = {}, set()
    for file in (*(ROOT / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                controls |= {
                    given.value.value
                    for given in node.keywords
                    if given.arg == "key" and isinstance(given.value, ast.Constant)
                }
            for key in _written(node):
                written[key] = file.name
    assert len(controls) > 60
    return {key: file for key, file in written.items() if key not in controls}


def _written(node: ast.AST) -> Iterator[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    for target in targets:
        if isinstance(target, ast.Subscript) and _is_state(target.value):
            yield from _literal(target.slice)
    if isinstance(node, ast.Call) and _is_state(getattr(node.func, "value", None)):
        if node.func.attr == "setdefault":
            yield from _literal(node.args[0])
        elif node.func.attr == "update":
            yield from (given.arg for given in node.keywords if given.arg)


def _is_state(node: ast.AST | None) -> bool:
    return getattr(node, "attr", "") == "session_state" or getattr(node, "id", "") == "here"


def _literal(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield node.value


def test_whatever_pages_keep_is_part_of_the_visit_or_known_to_pass():
    written = keys_that_code_writes()
    assert {"jazz_runs", "emoji_mine", "quiz"} <= written.keys()  # it does see them
    kept = {*TABLE, *WORK, *PASSING}
    assert {key: file for key, file in written.items() if key not in kept} == {}
    assert written.keys() >= PASSING
