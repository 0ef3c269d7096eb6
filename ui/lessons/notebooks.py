"""A page's computation as a Jupyter notebook that runs as it is.

The code is a Python file in ``assets/notebooks``, cut into cells by ``# %% name``; the text
before a cell is the section of that name in ``assets/lessons/<language>/notebooks``. What a
reader has set on the page takes the place of the values in the cells named ``settings…``.
Of several cells ``# %% name | variant``, one is taken. The first cell installs what is missing.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pprint import pformat
from typing import TYPE_CHECKING, Any

from seqlib.assets import ASSETS
from ui.lessons.markdown import sections

if TYPE_CHECKING:
    import nbformat

CODE = ASSETS / "notebooks"
SETUP = "setup"
NAMES = tuple(sorted({path.stem for path in CODE.glob("*.py")} - {SETUP}))
WIDTH = 100
PROJECT = ASSETS.parent / "pyproject.toml"
# What a notebook imports, and the extras of the library that bring it.
PLAIN, EXTRAS = ("seqlib", "nbformat"), "notebook"
KERAS, KERAS_EXTRAS = (*PLAIN, "keras", "tensorflow"), "keras,notebook"


@dataclass(frozen=True)
class Cell:
    """Some lines of code, and the name that finds the text before them."""

    name: str
    variant: str
    source: str

    @property
    def values(self) -> dict[str, Any]:
        """What a settings cell assigns; empty for other cells."""
        if not self.name.startswith("settings"):
            return {}
        return {
            line.targets[0].id: ast.literal_eval(line.value)
            for line in ast.parse(self.source).body
            if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)
        }


@cache
def cells(name: str) -> tuple[Cell, ...]:
    """The cells of ``assets/notebooks/<name>.py``, all variants."""
    text = (CODE / f"{name}.py").read_text(encoding="utf-8")
    found = []
    for part in re.split(r"^# %% ", text, flags=re.MULTILINE)[1:]:
        head, _, source = part.partition("\n")
        label, _, variant = (piece.strip() for piece in head.partition("|"))
        found.append(Cell(label, variant, source.strip()))
    return tuple(found)


@cache
def text(name: str, language: str) -> dict[str, str]:
    """The sections of ``assets/lessons/<language>/notebooks/<name>.md``."""
    path = ASSETS / "lessons" / language / "notebooks" / f"{name}.md"
    return sections(path.read_text(encoding="utf-8"))


@cache
def repository() -> str:
    """The project's public address, from pyproject.toml; empty while it has none."""
    if not PROJECT.exists():
        return ""
    project = tomllib.loads(PROJECT.read_text("utf-8"))["project"]
    return project.get("urls", {}).get("Repository", "").removesuffix("/")


def colab(name: str, language: str, address: str | None = None) -> str:
    """The link that opens ``notebooks/<language>/<name>.ipynb`` in Colab, or an empty text.

    Colab opens what is on GitHub; there it has the settings that a page begins with.
    """
    address = repository() if address is None else address
    place = address.removeprefix("https://github.com/")
    if place == address:
        return ""
    return (
        f"https://colab.research.google.com/github/{place}/blob/main"
        f"/notebooks/{language}/{name}.ipynb"
    )


def notebook(
    name: str,
    settings: Mapping[str, Any] | None = None,
    *,
    variant: str = "",
    language: str = "en",
    address: str | None = None,
) -> nbformat.NotebookNode:
    """One of ``NAMES``, filled in. Imports no TensorFlow.

    Parameters
    ----------
    settings : mapping, optional
        Of the ``values`` of its cells: numbers, texts, and tuples or lists of them. They are
        written as literals, so a text can never become code.
    variant : str
        Which of the cells that come in variants; the first if empty.
    language : str
        Of the text.
    address : str, optional
        Where the first cell installs the library from; that of ``repository`` if not given. If
        that is empty, the cell only says what is missing.

    Raises
    ------
    ValueError
        For a name, setting or variant that is not there, or a value that is no literal.
    """
    import nbformat
    from nbformat import v4

    if name not in NAMES:
        raise ValueError(f"There is no notebook {name!r}; choose one of {', '.join(NAMES)}.")
    chosen = _of_variant(name, variant)
    settings = dict(settings or {})
    known = {key for cell in chosen for key in cell.values}
    if unknown := sorted(settings.keys() - known):
        raise ValueError(
            f"{name} has no setting {unknown[0]!r}; it has {', '.join(sorted(known))}."
        )
    about = text(name, language)
    opening, start = _setup(chosen, language, repository() if address is None else address)
    written = [
        v4.new_markdown_cell(f"# {about['title']}\n\n{about['intro']}\n\n{opening}"),
        v4.new_code_cell(start),
    ]
    for cell in chosen:
        if cell.name in about:
            written.append(v4.new_markdown_cell(about[cell.name]))
        written.append(v4.new_code_cell(_filled(cell, settings)))
    for place, cell in enumerate(written):
        cell["id"] = f"{name}-{place}".replace("_", "-")  # the same notebook, the same bytes
    made = v4.new_notebook(
        cells=written,
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "title": about["title"],
        },
    )
    nbformat.validate(made)
    return made


def as_bytes(made: nbformat.NotebookNode) -> bytes:
    """The notebook as an ``.ipynb`` file."""
    import nbformat

    return nbformat.writes(made).encode()


def _setup(chosen: list[Cell], language: str, address: str) -> tuple[str, str]:
    """The text and the code that see to it that everything the cells import is there."""
    about, (cell,) = text(SETUP, language), cells(SETUP)
    in_keras = any("keras" in one.source for one in chosen)
    needed, extras = (KERAS, KERAS_EXTRAS) if in_keras else (PLAIN, EXTRAS)
    values = {
        '["NEEDED"]': list(needed),
        '"INSTALL"': f"seqscope[{extras}] @ git+{address}" if address else "",
        '"MISSING"': about["missing"],
    }
    source = cell.source
    for place, value in values.items():
        source = source.replace(place, _literal("missing", value))
    opening = about["install" if address else "clone"]
    return f"{about['intro']}\n\n{opening}", source


def _of_variant(name: str, variant: str) -> list[Cell]:
    there = list(dict.fromkeys(cell.variant for cell in cells(name) if cell.variant))
    if variant and variant not in there:
        raise ValueError(f"{name} has no variant {variant!r}; it has {', '.join(there) or 'none'}.")
    variant = variant or next(iter(there), "")
    return [cell for cell in cells(name) if cell.variant in ("", variant)]


def _filled(cell: Cell, settings: Mapping[str, Any]) -> str:
    if not cell.values:
        return cell.source
    return "\n".join(
        f"{key} = {_literal(key, settings.get(key, value))}" for key, value in cell.values.items()
    )


def _literal(name: str, value: Any) -> str:
    """``value`` as Python would write it; read back, it must be the same."""
    written = pformat(value, width=WIDTH - len(name) - 3, compact=True, sort_dicts=False)
    try:
        same = ast.literal_eval(written) == value
    except (ValueError, SyntaxError):
        same = False
    if not same:
        raise ValueError(f"{name} cannot be written as a literal: {written[:60]}.")
    return written
