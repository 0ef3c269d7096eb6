"""The lesson on paper and beside the page: its texts, with figures and sections taken over.

The texts are ``assets/lessons/<language>/plan.md`` and ``handout.md``. ``{{ page.section }}``
takes over a section of a page's lesson, ``{{ term.name }}`` an entry of the glossary and
``{{ name }}`` one of ``given()``, so that paper, page and notebook say the same.

A paragraph of the plan begins with what is done: **Open**, **Ask** (``KINDS``); within it, such a
word begins the next step too, as **Answer** after **Ask**.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache

from seqlib.i18n import SOURCE
from seqlib.jazz import pretrained
from seqlib.jazz.corpus import default_corpus
from seqlib.jazz.training import RunSettings
from ui.lessons.markdown import LESSONS, sections
from ui.lessons.notebooks import cells
from ui.lessons.terms import glossary
from ui.lessons.tours import spans

_TAKEN = re.compile(r"\{\{ *([\w .-]+?) *\}\}")
_LINK = re.compile(r"\[([^\]]*)\]\((/[^)]*)\)")
# What is done -> what each language calls it in the plan.
KINDS = {
    "open": ("Open", "打开"),
    "show": ("Then show", "然后展示"),
    "say": ("Then say", "然后说"),
    "ask": ("Ask", "提问"),
    "answer": ("Answer", "Answers", "答案"),
    "play": ("Let the class play", "让全班与网络比一比"),
    "students": ("Students", "学生"),
    "more": ("If there is time", "如果还有时间"),
    "give": ("Hand out", "发放"),
}
_KIND = {word: kind for kind, words in KINDS.items() for word in words}
_BEGINS = re.compile(rf"\*\*({'|'.join(_KIND)})\*\*")
OPENED = ("open", "show", "play")  # their first link is followed when it is their turn


@dataclass(frozen=True)
class Step:
    """One thing to do in the lesson.

    Attributes
    ----------
    part : int
        Index of its part of the hour.
    kind : str
        A key of ``KINDS``.
    text : str
        As Markdown, with the word that it begins with.
    """

    part: int
    kind: str
    text: str

    @property
    def links(self) -> list[tuple[str, str]]:
        """Its links as (words, path with parameters)."""
        return _LINK.findall(self.text)


@dataclass(frozen=True)
class Part:
    """A part of the hour: its first and last minute, and its title."""

    begins: int
    ends: int
    title: str


@dataclass(frozen=True)
class Plan:
    """The parts of the hour and all their steps, in order."""

    parts: tuple[Part, ...]
    steps: tuple[Step, ...]


@cache
def plan(language: str = SOURCE) -> Plan:
    """Read the lesson plan step by step; in English if there is none in the language.

    Raises ``ValueError`` for a part without minutes or a paragraph that begins with no kind.
    """
    if not (LESSONS / language / "plan.md").exists():
        language = SOURCE
    parts, steps = [], []
    for number, (heading, body) in enumerate(list(sections(source("plan", language)).items())[2:]):
        minutes, _, title = heading.partition(" · ")
        begins, _, ends = minutes.partition("–")
        parts.append(Part(int(begins), int(ends), title))
        for paragraph in body.split("\n\n"):
            before, *said = _BEGINS.split(paragraph)
            if before or not said:
                raise ValueError(f"{heading!r} has a paragraph that begins with none of KINDS.")
            for word, text in zip(said[::2], said[1::2], strict=True):
                steps.append(Step(number, _KIND[word], f"**{word}**{text.rstrip()}"))
    return Plan(tuple(parts), tuple(steps))


def in_language(path: str, language: str, **more: object) -> str:
    """Return a path of the app with the language, and further parameters, in its query."""
    asked = {"lang": language, **more} if language != SOURCE else more
    path, mark, anchor = path.partition("#")
    for name, value in asked.items():
        path += f"{'&' if '?' in path else '?'}{name}={value}"
    return path + mark + anchor


def linked_spans(text: str) -> list[tuple[str, ...]]:
    """Split Markdown into (style, words), and ("link", words, path)."""
    found: list[tuple[str, ...]] = []
    at = 0
    for link in _LINK.finditer(text):
        found += [*spans(text[at : link.start()]), ("link", link[1], link[2])]
        at = link.end()
    return [*found, *spans(text[at:])]


@cache
def given() -> dict[str, str]:
    """Figures from the corpus, the settings and the weights; the picture; the notebook's loop."""
    settings, weights = RunSettings(), pretrained.load("good")
    one = math.log(default_corpus().n_values)
    return {
        "m": f"{settings.m}",
        "Tx": f"{settings.Tx}",
        "Ty": f"{settings.Tx}",
        "run_n_a": f"{settings.n_a}",
        "n_values": f"{weights.n_values}",
        "n_a": f"{weights.n_a}",
        "n_parameters": f"{weights.n_parameters:,}",
        "one_loss": f"{one:.2f}",
        "first_loss": f"{settings.Tx * one:.0f}",
        "figure": f"<figure>{(LESSONS / 'cell.svg').read_text(encoding='utf-8')}</figure>",
        "loop": f"```\n{_loop()}\n```",
    }


def _loop() -> str:
    code = {cell.name: cell.source for cell in cells("shapes_djmodel")}
    layers = [line for line in code["layers"].splitlines() if " = " in line]
    lines = code["model"].splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("a, c ="))
    end = next(n for n, line in enumerate(lines) if line.startswith("djmodel ="))
    return "\n".join([*layers, "", *lines[start:end]])


def lesson(page: str, language: str) -> dict[str, str]:
    """A page's texts. Raises ``FileNotFoundError`` where a language has no such file."""
    return sections((LESSONS / language / f"{page}.md").read_text(encoding="utf-8"))


def source(paper: str, language: str) -> str:
    """The paper's Markdown with everything taken over.

    Raises ``KeyError`` for a section or number that is not there.
    """

    def taken(found: re.Match) -> str:
        page, dot, section = found[1].partition(".")
        if not dot:
            return given()[page]
        if page == "term":
            term = {term.key: term for term in glossary(language)}[section]
            return f"**{term.words}** · {term.text}"
        text = lesson(page, language)[section]
        if "{" in text:
            raise KeyError(f"{page}.{section} has figures of its own; take another section.")
        return text.replace("\n\n", " ")

    path = LESSONS / language / f"{paper}.md"
    return _TAKEN.sub(taken, path.read_text(encoding="utf-8"))


def links(paper: str, language: str) -> list[str]:
    """Where the paper's links lead: paths of the app with their parameters."""
    return [path for _, path in _LINK.findall(source(paper, language))]
