"""Shapes as a reader sees them: every axis name in its own colour, everywhere the same."""

from __future__ import annotations

import re
from collections.abc import Iterable

from seqlib import i18n
from ui.lessons import terms

_MARKDOWN = re.compile(r"[\\`*_{}\[\]()<>#+\-.!|$:~^&]")
# Streamlit makes links of bare addresses after all escapes; a sign without width stops it.
_ADDRESS = re.compile(r"https?(?=:)|www(?=\.)|\w(?=@)", re.IGNORECASE)

AXIS_COLOURS = {
    "m": "violet",
    "Tx": "blue",
    "Ty": "blue",
    "n_values": "red",
    "n_a": "green",
    "e_length": "orange",
}


def axis(name: str, size: int | None = None) -> str:
    """Markdown for one axis, with its size if given; ``None`` is a batch left open."""
    text = name if size is None else f"{name} = {size:,}"
    coloured = f":{AXIS_COLOURS.get(name, 'gray')}[{plain(text)}]"
    return _term(coloured, name, "" if size is None else f"{name}:{size}")


def shape(symbol: str, sizes: tuple[int, ...], axes: Iterable[str]) -> str:
    """Markdown for a tensor: its symbol, then each axis with the size the array has."""
    axes = tuple(axes)
    inner = ", ".join(axis(name, size) for name, size in zip(axes, sizes, strict=True))
    sizes_at = ",".join(f"{name}:{size}" for name, size in zip(axes, sizes, strict=True))
    return f"{_term(f'**{symbol}**', symbol, sizes_at)} ({inner})"


def _term(text: str, name: str, shape: str) -> str:
    """The text as a link to what the glossary says of ``name``, with the shape it has here."""
    key = terms.names(i18n.language()).get(name)
    if key is None:
        return text
    return f"[{text}]({terms.address(key)}{'=' + shape if shape else ''})"


def plain(text: str) -> str:
    """Text as it is, whatever Markdown would make of it: for what readers typed or uploaded."""
    return _MARKDOWN.sub(r"\\\g<0>", _ADDRESS.sub("\\g<0>\u2060", text))
