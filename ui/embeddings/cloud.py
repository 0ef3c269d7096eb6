"""A map of words in two dimensions: a canvas that is moved and zoomed by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqlib import i18n
from seqlib.figures import SERIES, ZERO_CENTRED
from seqlib.i18n import _
from seqlib.stage.stage import pack_array
from seqlib.vectors.figures import ACCENT, MAP_HEIGHT, limit_of
from seqlib.vectors.projection import Region
from ui.component import component

# The regions of a map take turns with these colours.
PALETTE = (*SERIES, "#8893a5", "#b59a1c")

_component = component("map", "map/map.js", "map/map.css")


def show(
    points: np.ndarray,
    words: Sequence[str],
    regions: Sequence[Region],
    region_of: np.ndarray,
    *,
    focus: int | None,
    near: Sequence[int],
    own: Sequence[int],
    axes: Sequence[str],
    colours: np.ndarray | None,
    alt: str,
    font: int,
    key: str,
) -> list[int]:
    """Draw n words at ``points`` (n, 2), and return the numbers of those drawn around.

    Parameters
    ----------
    regions, region_of
        Parts of the map with their names, and the part (n,) of each word.
    focus, near, own
        Numbers of the words that are pointed out.
    axes : sequence of 3 str
        Titles across and upwards, and that of the colours.
    colours : array (n,), optional
        Numbers of both signs by which words are coloured; by their region if not given.
    """
    data: dict[str, Any] = {
        "points": pack_array(points),
        "names": list(words),
        **(_by_region(region_of) if colours is None else _by_scale(colours, axes[2])),
        "pointed": {
            **({"own": _("your words")} if own else {}),
            **({"near": _("nearest in all dimensions")} if near else {}),
            **({} if focus is None else {"focus": _("the word")}),
        },
        "regions": [
            {"name": " · ".join(one.words), "x": one.middle[0], "y": one.middle[1]}
            for one in sorted(regions, key=lambda one: -one.size)
            if one.words
        ],
        "focus": focus,
        "near": list(near),
        "own": list(own),
        "marks": {"own": SERIES[0], "near": SERIES[1], "focus": ACCENT},
        "axes": list(axes[:2]),
        "alt": alt,
        "font": font,
        "height": MAP_HEIGHT,
        **i18n.browser_words("stage"),
    }
    chosen = _component(key=key, data=data, on_chosen_change=_look, default={"chosen": []}).chosen
    return [at for at in chosen or () if isinstance(at, int) and 0 <= at < len(words)]


def _by_region(region_of: np.ndarray) -> dict[str, Any]:
    return {
        "classes": pack_array(region_of % len(PALETTE), "i4"),
        "palette": PALETTE,
        "legend": [],
    }


def _by_scale(colours: np.ndarray, title: str) -> dict[str, Any]:
    palette = (*ZERO_CENTRED[:2], "#aab2be", *ZERO_CENTRED[3:])  # seen on white and on black
    edges = limit_of(colours) * np.linspace(-0.6, 0.6, len(palette) - 1)
    first, second = title.split(" → ")
    return {
        "classes": pack_array(np.searchsorted(edges, colours), "i4"),
        "palette": palette,
        "legend": [[palette[0], first], [palette[-1], second]],
    }


def _look() -> None:
    """Streamlit keeps a component's value only where something is called when it changes."""
