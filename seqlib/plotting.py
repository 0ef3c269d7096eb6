"""What all Plotly figures share: colours, and texts that come from readers."""

from __future__ import annotations

from html import escape

# Blue through neutral to orange: told apart by every common form of colour blindness.
ZERO_CENTRED = ["#1f5fc4", "#7ba6e8", "#eef0f3", "#f0a35c", "#b8560b"]
# One hue for what starts at zero. Zero is nearly transparent, so that it recedes into a light
# page and a dark one alike.
FROM_ZERO = ["rgba(90, 139, 220, 0.10)", "rgba(90, 139, 220, 0.45)", "#3f74d6"]
SERIES = ["#2f6bdb", "#d9730d", "#0f8a62", "#8a4fd0"]

LONGEST = 28  # characters of a name on an axis


def plain(text: str, length: int = LONGEST) -> str:
    """Text that Plotly shows as it stands, at most ``length`` characters of it.

    Plotly reads some markup, links among it. Whatever comes from a reader goes through here.
    """
    shown = text if len(text) <= length else text[: length - 1] + "…"
    return escape(shown, quote=False)
