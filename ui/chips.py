"""Shapes as a reader sees them: every axis name in its own colour, everywhere the same."""

from __future__ import annotations

import re
from collections.abc import Iterable

_MARKDOWN = re.compile(r"[\\`*_{}\[\]()<>#+\-.!|$:~^&]")

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
    return f":{AXIS_COLOURS.get(name, 'gray')}[{plain(text)}]"


def shape(symbol: str, sizes: tuple[int, ...], axes: Iterable[str]) -> str:
    """Markdown for a tensor: its symbol, then each axis with the size the array has."""
    inner = ", ".join(axis(name, size) for name, size in zip(axes, sizes, strict=True))
    return f"**{symbol}** ({inner})"


def plain(text: str) -> str:
    """Text as it is, whatever Markdown would make of it: for what readers typed or uploaded."""
    return _MARKDOWN.sub(r"\\\g<0>", text)
