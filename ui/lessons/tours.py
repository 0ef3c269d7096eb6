"""Guided tours as data: what a page's tour file says, step by step.

``assets/lessons/<language>/<page>.tour.md`` is a heading, then a ``## title`` for each step::

    ## Press play
    light: jazz_reading::play
    do: play jazz_reading

    The notes sound, and below them moves the state of a network that reads along.

    ? Which of its units follow the pitch?

    > Sort them by correlation with pitch and see.

``light`` names the element that is lit, ``do`` what the tour waits for (``ACTIONS``); without
it the step is only read. A line that begins with ``?`` is a question, a paragraph that begins
with ``>`` its answer, which stays folded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from seqlib.i18n import SOURCE
from ui.lessons.markdown import LESSONS, read

# Actions that a step can wait for -> what the reader does with the element.
ACTIONS = {
    "play": "starts that stage",
    "step": "moves that stage's clock",
    "set": "changes that control, which the URL shows",
    "press": "presses it",
    "use": "presses, types or moves something in it",
    "point": "points at something in it, or reaches it by keyboard",
    "see": "makes it appear",
}
# A span of text is plain, **bold**, *italic* or `code`.
_SPAN = re.compile(r"\*\*(?P<bold>.+?)\*\*|\*(?P<italic>.+?)\*|`(?P<code>.+?)`")


class TourError(ValueError):
    """Raised for a tour file that cannot be used; the message is one sentence."""


@dataclass(frozen=True)
class Step:
    """One step: an element to light, a text, and an action to wait for.

    Attributes
    ----------
    title : str
    text : str
        A sentence or two, with ``**bold**``, ``*italic*`` and code in backquotes.
    light : str
        ``key`` or ``key::part``: a widget's or stage's key, and a part of that stage.
    action, target : str
        A key of ``ACTIONS`` and the element it concerns; both empty if there is nothing to do.
    question, answer : str
        To be asked, and to be shown afterwards; empty if there is none.
    """

    title: str
    text: str
    light: str
    action: str = ""
    target: str = ""
    question: str = ""
    answer: str = ""

    @property
    def elements(self) -> tuple[str, ...]:
        """Every element that the step names, once."""
        return tuple(dict.fromkeys(name for name in (self.light, self.target) if name))


@dataclass(frozen=True)
class Tour:
    """The steps of a page's tour, in order."""

    title: str
    steps: tuple[Step, ...]


def toured(page: str) -> bool:
    """Tell whether the page has a tour."""
    return (LESSONS / SOURCE / f"{page}.tour.md").exists()


@cache
def tour(page: str, language: str = SOURCE) -> Tour:
    """Read the tour of a page; in English if there is none in the language.

    Raises
    ------
    TourError
        If the file is not as the module's head says.
    FileNotFoundError
        If the page has no tour.
    """
    return parse(read(f"{page}.tour.md", language))


def parse(text: str) -> Tour:
    """Read one step; raises ``TourError``, one sentence."""
    top, *parts = text.split("\n## ")
    title = top.removeprefix("# ").strip()
    if not parts:
        raise TourError(f"The tour {title!r} has no steps; give each a line '## title'.")
    return Tour(title, tuple(map(_step, parts)))


def _step(part: str) -> Step:
    title, _, body = part.partition("\n")
    title = title.strip()
    fields = {"light": "", "do": ""}
    lines = body.strip().splitlines()
    while lines and (name := lines[0].partition(":")[0]) in fields:
        fields[name] = lines.pop(0).partition(":")[2].strip()
    if not fields["light"]:
        raise TourError(f"The step {title!r} lights nothing; give it a line 'light: key'.")
    action, _, target = fields["do"].partition(" ")
    if action and (action not in ACTIONS or not target):
        raise TourError(
            f"The step {title!r} waits for {fields['do']!r}; write one of "
            f"{', '.join(ACTIONS)}, then the element."
        )
    said: dict[str, list[str]] = {"text": [], "question": [], "answer": []}
    for paragraph in "\n".join(lines).strip().split("\n\n"):
        kind = {"?": "question", ">": "answer"}.get(paragraph[:1], "text")
        said[kind].append(" ".join(line.lstrip("?> ") for line in paragraph.splitlines()))
    if not any(said["text"]):
        raise TourError(f"The step {title!r} says nothing; give it a sentence.")
    words = {kind: " ".join(found) for kind, found in said.items()}
    return Step(title, light=fields["light"], action=action, target=target.strip(), **words)


def spans(text: str) -> list[tuple[str, str]]:
    """Split text into (style, words); style is "", "bold", "italic" or "code"."""
    found, at = [], 0
    for match in _SPAN.finditer(text):
        if match.start() > at:
            found.append(("", text[at : match.start()]))
        found.append((match.lastgroup or "", match[match.lastgroup or 0]))
        at = match.end()
    if at < len(text):
        found.append(("", text[at:]))
    return found
